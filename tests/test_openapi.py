"""The API is what it says it is: requests made from its own description, and the answers held against it.

Two of schemathesis' checks are left out, because the contract wants the opposite: values in the address that mean
nothing are ignored, and not everything that has the right shape makes sense (a page that the document does not have).
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from documents.choices import Access
from organizations import tokens
from organizations.models import User
from tests.documents.factories import make_document, make_error, make_project

EXAMPLES = 200 if os.environ.get("SOAK") else 5
pytestmark = pytest.mark.no_cover  # a thousand requests, whose every line has tests of its own
load_all_checks()
LEFT_OUT = CHECKS.get_by_names(["positive_data_acceptance", "negative_data_rejection", "ignored_auth"])

schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
schema.app = get_wsgi_application()
schema.config.phases.coverage.enabled = bool(os.environ.get("SOAK"))  # boundary values of every parameter
rows: dict[str, Any] = {}


@schema.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Every other request is about something that is there."""
    if not path_parameters or len(str(path_parameters)) % 2:
        return path_parameters
    return {name: rows.get(name, value) for name, value in path_parameters.items()}


@pytest.fixture(autouse=True)
def connection_stays_open() -> Iterator[None]:
    """As Django's own test client has it: the end of a request is not the end of the connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(owner: User) -> dict[str, str]:
    document = make_document(owner, pages=["one", "two", "three"], access=Access.ORGANIZATION)
    make_error(document)
    make_project(owner)
    rows.update(id=document.pk, document_pk=document.pk, version=1, page=1)
    return {"Authorization": f"Bearer {tokens.pair(owner)['access']}"}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=not os.environ.get("SOAK"), suppress_health_check=[*HealthCheck]
)
def test_answers_are_as_described(case: Any, headers: dict[str, str]) -> None:
    point = transaction.savepoint()
    try:
        response = case.call(headers=headers)
    finally:
        transaction.savepoint_rollback(point)
    case.validate_response(response, excluded_checks=LEFT_OUT)
