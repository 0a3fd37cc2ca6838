"""Whoever speaks to the API of documents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from documentcloud import DocumentCloud

from docplatform.lib import storage
from documents.pipeline import sandbox
from organizations.actions import people
from tests.documents.pipeline.fakes import FakeSteps


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    """Processing without real files: see FakeSteps."""
    fake = FakeSteps()
    monkeypatch.setattr(sandbox, "run", fake)
    return fake


@pytest.fixture
def own_storage(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Files of no other test lie about."""
    settings.DATA_DIR = tmp_path
    storage.backend.cache_clear()
    yield
    storage.backend.cache_clear()


@pytest.fixture
def python_client(live_server: Any, settings: Any, transactional_db: None) -> DocumentCloud:
    """The python-documentcloud client, signed in as Ada. Neither it nor the server slows it down."""
    settings.RATE_PER_SECOND = 0
    settings.PUBLIC_URL = live_server.url
    settings.PUBLIC_ASSET_URL = f"{live_server.url}/public/"
    people.create_user(username="ada", email="ada@example.org", password=(password := "correct horse battery"))
    address = f"{live_server.url}/api/"
    return DocumentCloud(username="ada", password=password, base_uri=address, auth_uri=address, rate_limit=False)
