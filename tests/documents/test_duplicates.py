"""Editors find documents that were made from the same bytes."""

from typing import Any

import pytest

from documents.choices import Status
from documents.models import Document
from organizations.models import User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, share

pytestmark = pytest.mark.django_db
URL = "/api/documents/"


def test_editors_find_documents_by_the_hash_of_the_upload(owner: User, viewer: User, colleague: User) -> None:
    one, two = (make_document(owner, original_hash="ab" * 32, access="organization") for _ in range(2))
    make_document(owner, original_hash="cd" * 32)
    share(one, (viewer, Access.VIEW))

    def found(user: User, sha256: str) -> list[int]:
        rows = client_of(user).get(URL, {"original_hash": sha256}).json()["results"]
        return sorted(row["id"] for row in rows)

    assert found(owner, "ab" * 32) == found(colleague, "AB" * 32) == [one.pk, two.pk]
    assert found(owner, "ef" * 32) == found(viewer, "ab" * 32) == []
    assert client_of(owner).get(URL, {"original_hash": "x" * 65}).status_code == 400


def test_editors_are_told_of_duplicates_that_they_may_see(
    owner: User, colleague: User, viewer: User, outsider: User
) -> None:
    mine = make_document(owner, original_hash="ab" * 32, access="organization")
    secret = make_document(owner, original_hash="ab" * 32, access="private")
    theirs = make_document(colleague, original_hash="ab" * 32, access="organization")
    make_document(outsider, original_hash="ab" * 32, access="public")
    make_document(colleague, original_hash="ab" * 32, status=Status.DELETED)
    lone = make_document(owner, original_hash="")
    make_document(owner, original_hash="")
    share(mine, (viewer, Access.VIEW))

    def told(user: User, document: Document) -> Any:
        return client_of(user).get(f"{URL}{document.pk}/", {"expand": "duplicates"}).json()["duplicates"]

    assert told(owner, mine) == [secret.pk, theirs.pk]
    assert told(colleague, mine) == [theirs.pk]
    assert told(viewer, mine) == told(owner, lone) == []
    plain = client_of(owner).get(f"{URL}{mine.pk}/").json()
    assert "duplicates" not in plain
    shown = client_of(owner).get(URL, {"expand": "duplicates"}).json()["results"]
    assert {row["id"]: row["duplicates"] for row in shown}[mine.pk] == [secret.pk, theirs.pk]
    assert [name for name in shown[0] if name != "duplicates"] == list(plain)
