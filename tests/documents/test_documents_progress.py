"""What is left to do, as people who wait are told: exact in every stage, and gone with the job."""

from typing import Any

import pytest
from django.utils import timezone

from documents.choices import JobState, StepKind
from documents.models import Job, Page, VersionPage
from documents.pipeline.values import StepFailed
from organizations.models import User
from tests.conftest import client_of
from tests.documents.factories import make_document, make_job
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file, upload_file

URL = "/api/documents/"
PAGES, SCANS = 70, 20


def told(user: User, pk: int) -> dict[str, Any]:
    """One document's progress, which is the same in the list of all."""
    client = client_of(user)
    one: dict[str, Any] = client.get(f"{URL}{pk}/pending/").json()
    assert client.get(f"{URL}pending/").json() == ([one] if one else [])
    return one


def counted() -> dict[str, Any]:
    """The same from the rows of pages."""
    job = Job.objects.filter(state=JobState.ACTIVE).get()
    row: dict[str, Any] = {"doc_id": job.document_id}
    if job.version is None:
        return row | dict.fromkeys(("images", "texts", "text_positions", "pages"))
    pages = Page.objects.filter(pk__in=VersionPage.objects.filter(version=job.version).values("page"))
    texts = PAGES - pages.exclude(words=None).count()
    return row | {"images": PAGES - pages.count(), "texts": texts, "text_positions": texts, "pages": PAGES}


@pytest.mark.parametrize("force_ocr", [False, True])
def test_the_numbers_are_those_of_the_pages_before_every_step(
    owner: User, monkeypatch: pytest.MonkeyPatch, force_ocr: bool
) -> None:
    seen: list[dict[str, Any]] = []

    def look(kind: StepKind, work: Any) -> None:
        [document] = Job.objects.filter(state=JobState.ACTIVE).values_list("document_id", flat=True)
        seen.append(told(owner, document))
        assert seen[-1] == counted()

    monkeypatch.setattr("documents.pipeline.sandbox.run", FakeSteps(look))
    document = process_file(owner, b"%d %d" % (PAGES, SCANS), force_ocr=force_ocr)
    read_by_ocr = PAGES if force_ocr else SCANS
    assert [row["images"] for row in seen[:4]] == [None, PAGES, PAGES - 32, PAGES - 64]
    assert seen[4]["texts"] == read_by_ocr
    assert (seen[-1]["images"], seen[-1]["texts"]) == (0, 0)
    assert told(owner, document.pk) == {}


def test_it_ends_with_the_job_however_that_ends(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(owner)

    def fail(kind: StepKind, work: Any) -> None:
        raise StepFailed("damaged", "The file is damaged.")

    monkeypatch.setattr("documents.pipeline.sandbox.run", FakeSteps(fail))
    failed, cancelled, deleted = (upload_file(owner, b"1 0") for _ in range(3))
    for document in (failed, cancelled, deleted):
        assert client.post(f"{URL}{document.pk}/process/").status_code == 200
    assert [row["doc_id"] for row in client.get(f"{URL}pending/").json()] == [failed.pk, cancelled.pk, deleted.pk]
    client.delete(f"{URL}{cancelled.pk}/process/")
    client.delete(f"{URL}{deleted.pk}/")
    drain()
    assert client.get(f"{URL}pending/").json() == []
    assert client.get(f"{URL}{deleted.pk}/pending/").status_code == 404


@pytest.mark.parametrize("kind", ["process", "redact", "modify", "text"])
def test_every_kind_of_job_is_told(owner: User, kind: str) -> None:
    document = make_document(owner, status="pending", pages=["one"])
    make_job(document, state=JobState.DONE, kind=kind, pages_total=9, images_left=9, finished_at=timezone.now())
    make_job(document, kind=kind, pages_total=1, images_left=1, texts_left=1)
    assert told(owner, document.pk)["images"] == 1
