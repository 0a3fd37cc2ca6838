"""What time brings: plans to publish come due, and files that never arrive are given up."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from docplatform.lib import storage
from documents.actions.access import publish_due
from documents.actions.upload import expire_never_uploaded
from documents.models import Document
from organizations.models import Event, User
from tests.conftest import client_of
from tests.documents.factories import make_document

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("access", "status", "after", "is_due"),
    [
        ("private", "success", -HOUR, True),
        ("organization", "success", -HOUR, True),
        ("private", "success", HOUR, False),
        ("private", "pending", -HOUR, False),
        ("private", "error", -HOUR, False),
        ("private", "deleted", -HOUR, False),
        ("invisible", "success", -HOUR, False),
        ("public", "success", -HOUR, False),
    ],
)
def test_finished_documents_are_published_in_time(
    owner: User, access: str, status: str, after: timedelta, is_due: bool
) -> None:
    document = make_document(owner, access=access, status=status, publish_at=timezone.now() + after)
    assert publish_due() == int(is_due)
    document.refresh_from_db()
    assert (document.access == "public") == (is_due or access == "public")
    assert (document.publish_at is None) == is_due
    assert publish_due() == 0
    assert Event.objects.filter(kind="document.updated", data__access=[access, "public"]).count() == int(is_due)


@pytest.mark.parametrize("days", [-400, 400])
def test_a_host_whose_clock_is_wrong_publishes_in_time(owner: User, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    now = timezone.now()
    due = make_document(owner, publish_at=now - HOUR)
    early = make_document(owner, publish_at=now + HOUR)
    taken_back = make_document(owner, access="public")
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=days))
    assert publish_due() == 1
    assert Document.objects.get(publish_at=None, access="public", pk__in=[due.pk, early.pk]) == due
    for after, is_kept in ((HOUR, True), (-HOUR, False)):
        plan = {"access": "private", "publish_at": now + after}
        answer = client_of(owner).patch(f"/api/documents/{taken_back.pk}/", plan).json()
        assert (answer["publish_at"] is not None) == is_kept
        Document.objects.filter(pk=taken_back.pk).update(access="public", publish_at=None)


def test_what_was_taken_back_is_not_published_again(owner: User) -> None:
    document = make_document(owner, publish_at=timezone.now() - HOUR)
    publish_due()
    client_of(owner).patch(f"/api/documents/{document.pk}/", {"access": "private"})
    assert publish_due() == 0


def test_nor_is_it_by_a_client_that_remembers_the_plan(owner: User) -> None:
    document = make_document(owner, publish_at=timezone.now() - HOUR)
    client, url = client_of(owner), f"/api/documents/{document.pk}/"
    remembered = client.get(url).json()
    publish_due()
    answer = client.put(url, {name: remembered[name] for name in ("title", "access", "publish_at")}).json()
    assert (answer["access"], answer["publish_at"]) == ("private", None)
    assert publish_due() == 0


def test_a_file_that_never_arrives_is_given_up_after_a_day(owner: User) -> None:
    waiting, fresh, arrived = (make_document(owner, status="nofile") for _ in range(3))
    storage.backend().put(arrived.upload_key, b"%PDF-")
    old = Document.objects.filter(pk__in=[waiting.pk, arrived.pk])
    old.update(created_at=timezone.now() - 25 * HOUR)
    assert expire_never_uploaded() == 2
    assert expire_never_uploaded() == 0
    statuses = dict(Document.objects.values_list("pk", "status"))
    assert statuses == {waiting.pk: "error", fresh.pk: "nofile", arrived.pk: "error"}
    assert errors(owner, waiting)[0]["code"] == "never_uploaded"
    assert errors(owner, arrived)[0]["code"] == "never_started"


def errors(user: User, document: Document) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client_of(user).get(f"/api/documents/{document.pk}/errors/").json()["results"]
    return rows
