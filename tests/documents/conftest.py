"""Whoever speaks to the API of documents."""

from typing import Any

import pytest
from documentcloud import DocumentCloud

from organizations.actions import people


@pytest.fixture
def python_client(live_server: Any, settings: Any, transactional_db: None) -> DocumentCloud:
    """The python-documentcloud client, signed in as Ada."""
    settings.PUBLIC_URL = live_server.url
    settings.PUBLIC_ASSET_URL = f"{live_server.url}/public/"
    people.create_user(username="ada", email="ada@example.org", password=(password := "correct horse battery"))
    address = f"{live_server.url}/api/"
    return DocumentCloud(username="ada", password=password, base_uri=address, auth_uri=address)
