"""Deleting documents: gone at once, purged later."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from docplatform.lib import storage
from documents import paths
from documents.actions import document as actions
from documents.actions.purge import purge
from documents.choices import JobState
from documents.models import Document, Job, Page, SearchDoc, Version, VersionPage
from documents.search import index
from organizations.models import Event, User
from tests.conftest import client_of
from tests.documents.factories import make_document, make_document_like, make_error, make_job, share

URL = "/api/documents/"


def delete(user: User, query: str) -> Any:
    return client_of(user).delete(f"{URL}{query}")


def age(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(updated_at=timezone.now() - timedelta(hours=1))


def test_a_deleted_document_is_gone_for_its_owner(owner: User) -> None:
    document = make_document(owner)
    index.write(document)
    response = delete(owner, f"{document.pk}/")
    assert (response.status_code, response.content) == (204, b"")
    for method in ("get", "patch", "put", "delete"):
        assert getattr(client_of(owner), method)(f"{URL}{document.pk}/").status_code == 404
    assert client_of(owner).get(URL).json()["results"] == []
    assert not SearchDoc.objects.exists()
    assert Event.objects.filter(kind="document.deleted", target_id=document.pk, actor_id=owner.pk).exists()


@pytest.mark.parametrize("with_job", [True, False])
def test_a_document_that_is_processed_is_cancelled_first(owner: User, with_job: bool) -> None:
    document = make_document(owner, status="pending")
    job = make_job(document, state=JobState.ACTIVE if with_job else JobState.DONE)
    assert delete(owner, f"{document.pk}/").status_code == 204
    document.refresh_from_db()
    assert document.status == "deleted"
    assert Job.objects.get(pk=job.pk).state != JobState.ACTIVE


def test_many_are_deleted_by_their_ids(owner: User) -> None:
    first, second, third = (make_document(owner) for _ in range(3))
    assert delete(owner, f"?id__in={first.pk},{second.pk}").status_code == 204
    assert delete(owner, f"?id__in={third.pk}&user={owner.pk}").status_code == 204
    assert client_of(owner).get(URL).json()["results"] == []


def test_nothing_is_deleted_without_ids_or_with_foreign_ones(owner: User, outsider: User, anonymous: Any) -> None:
    mine, foreign = make_document(owner), make_document(outsider, access="public")
    queries = ("", "?id__in=", f"?id__in={mine.pk},{foreign.pk}", f"?id__in={mine.pk},0", f"?user={owner.pk}")
    for query in (*queries, f"?id__in={mine.pk}&status=error"):
        response = delete(owner, query)
        assert response.status_code == 400, query
        assert [type(message) for message in response.json()] == [str]
    assert delete(owner, "?id__in=x").json() == {"id__in": ["Enter a whole number."]}
    assert delete(anonymous, f"?id__in={mine.pk}").status_code == 403
    assert Document.objects.exclude(status="deleted").count() == 2


def test_too_many_are_refused_first(owner: User) -> None:
    for _ in range(26):
        make_document(owner)
    assert "25" in delete(owner, "").json()[0]


def test_the_purge_waits_and_then_removes_files_and_rows(owner: User) -> None:
    document, other = make_document(owner, pages=["one", "two"]), make_document(owner, pages=["three"])
    shared = VersionPage.objects.create(
        version=Version.objects.get(document=other), number=1, page=Page.objects.order_by("pk")[0]
    ).page
    make_error(document)
    share(document)
    version = Version.objects.get(document=document)
    own = version.pages.exclude(pk=shared.pk).get()
    kept, gone = paths.page_image(shared.images, "large"), paths.page_image(own.images, "large")
    keys = [gone, version.pdf_key, document.upload_key, paths.original(document.pk, "0" * 64)]
    storage.backend().put_many([(key, b"x") for key in (*keys, kept)])
    delete(owner, f"{document.pk}/?purge=true")
    assert purge() == 0
    age(document)
    assert purge() == 1
    assert not any(storage.backend().exists(key) for key in keys)
    assert storage.backend().exists(kept)
    assert not Document.objects.filter(pk=document.pk).exists()
    assert not Page.objects.filter(pk=own.pk).exists()
    assert Page.objects.filter(pk=shared.pk).exists()
    assert purge() == 0
    assert Event.objects.filter(kind="document.deleted", target_id=document.pk).exists()


def test_the_purge_leaves_what_is_still_worked_on(owner: User) -> None:
    document = make_document_like("private, deleted", owner)
    make_job(document)
    age(document)
    assert purge() == 0


@pytest.mark.django_db(transaction=True)
def test_deleting_waits_for_a_job_that_is_being_opened(owner: User) -> None:
    document = make_document(owner, status="nofile")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # as documents.actions.processing.start does it
            Document.objects.select_for_update(no_key=True).get(pk=document.pk)
            deleting = pool.submit(_delete, document.pk, owner)
            time.sleep(0.3)
            job = make_job(document)
            Document.objects.filter(pk=document.pk).update(status="pending")
        deleting.result(timeout=10)
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert Document.objects.get(pk=document.pk).status == "deleted"


def _delete(pk: int, actor: User) -> None:
    try:
        actions.delete([pk], actor=actor)
    finally:
        connection.close()
