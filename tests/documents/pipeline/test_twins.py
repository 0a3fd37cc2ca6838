"""The same file twice in an organization: what was read from it once is not read again."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest

from docplatform.lib import storage
from documents import paths
from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import OcrEngine, Status, StepKind
from documents.models import Document, Page, Version, VersionPage
from documents.pipeline import claims, runner, twins, versions
from organizations.models import User
from tests.conftest import client_of
from tests.documents import uploads
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file, upload_file

pytestmark = pytest.mark.django_db
FILE = b"3 2 the very same bytes"


def pages(document: Document) -> list[int]:
    entries = VersionPage.objects.filter(version=document.version)
    return list(entries.order_by("number").values_list("page_id", flat=True))


def read(steps: FakeSteps) -> list[str]:
    """The steps since the last look that read pages."""
    seen = [kind for kind in steps.kinds() if kind in {StepKind.PAGES, StepKind.OCR}]
    steps.calls.clear()
    return seen


def test_the_second_document_shares_what_the_first_one_has(owner: User, colleague: User, steps: FakeSteps) -> None:
    first = process_file(owner, FILE)
    assert read(steps) == ["pages", "ocr"]
    second = process_file(colleague, FILE, title="Another name")
    assert (second.status, read(steps)) == (Status.SUCCESS, [])
    assert pages(second) == pages(first)
    same = ("page_count", "page_spec", "original_hash")
    assert [getattr(second, name) for name in same] == [getattr(first, name) for name in same]
    found = client_of(colleague).get("/api/documents/search/", {"q": 'title:"Another name" read'}).json()
    assert [hit["id"] for hit in found["results"]] == [str(second.pk)]


def edited(document: Document) -> None:
    assert document.version
    version = versions.derive(document.version, without=[])
    Document.objects.filter(pk=document.pk).update(version=version)


def flawed(document: Document) -> None:
    Page.objects.filter(entries__version=document.version).update(error="It could not be drawn.")


def older(document: Document) -> None:
    Version.objects.filter(document=document).update(recipe="as read by an older program")


def deleted(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(status=Status.DELETED)


def taken_down(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(access="invisible")


@pytest.mark.parametrize("change", [edited, flawed, older, deleted, taken_down])
def test_only_a_whole_living_unedited_version_is_shared(
    owner: User, steps: FakeSteps, change: Callable[[Document], None]
) -> None:
    first = process_file(owner, FILE)
    change(first)
    read(steps)
    second = process_file(owner, FILE)
    assert read(steps) == ["pages", "ocr"]
    assert not set(pages(first)) & set(pages(second))


@pytest.mark.parametrize(
    "other",
    [{"content": b"3 2 other bytes"}, {"language": "deu"}, {"extension": "txt"}, {"force_ocr": True}],
)
def test_what_would_be_read_otherwise_is_read(owner: User, steps: FakeSteps, other: dict[str, Any]) -> None:
    process_file(owner, FILE)
    read(steps)
    process_file(owner, **{"content": FILE} | other)
    assert "pages" in read(steps)


def test_other_organizations_share_nothing(owner: User, outsider: User, steps: FakeSteps) -> None:
    process_file(owner, FILE, access="public")
    read(steps)
    process_file(outsider, FILE)
    assert read(steps) == ["pages", "ocr"]


def test_who_processes_again_has_it_read_again(owner: User, steps: FakeSteps) -> None:
    first, second = process_file(owner, FILE), process_file(owner, FILE)
    for force in (False, True):
        read(steps)
        processing.start([(second, Options(force_ocr=force))], actor=owner)
        drain()
        second.refresh_from_db()
        assert read(steps) == ["pages", "ocr"]
        assert not set(pages(first)) & set(pages(second))


def test_a_twin_that_vanishes_meanwhile_is_done_without(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = process_file(owner, FILE)
    read(steps)
    second = upload_file(owner, FILE)
    processing.start([(second, Options())], actor=owner)
    found = twins.find

    def find_and_lose(*args: Any, **kwargs: Any) -> Version | None:
        twin = found(*args, **kwargs)
        Version.objects.filter(document=first).update(recipe="")  # as a redaction does it
        return twin

    monkeypatch.setattr(twins, "find", find_and_lose)
    claim = claims.claim("fast", "test")
    assert claim and runner.run(claim, stopping=lambda: False, alive=lambda: None) == "crashed"
    assert Version.objects.filter(document=second).count() == 0
    drain()
    second.refresh_from_db()
    assert second.status == Status.SUCCESS
    assert read(steps) == ["pages", "ocr"]
    assert not set(pages(first)) & set(pages(second))


def test_shared_pages_outlive_the_document_they_were_made_for(owner: User, steps: FakeSteps) -> None:
    first, second = process_file(owner, FILE), process_file(owner, FILE)
    edited(first)
    versions.drop_unread(first.pk)
    assert Version.objects.filter(document=first).count() == 1
    assert Page.objects.filter(pk__in=pages(second)).count() == 3
    first.refresh_from_db()
    third = process_file(owner, FILE)
    assert pages(third) == pages(second)


@pytest.mark.slow
def test_a_shared_scan_has_its_text_layer(owner: User) -> None:
    first = process_file(owner, scan := uploads.scan(11, 1))
    second = process_file(owner, scan)
    assert second.status == Status.SUCCESS and pages(second) == pages(first)
    assert Page.objects.get(pk=pages(second)[0]).ocr == OcrEngine.TESSERACT
    assert first.version and second.version
    assert first.version.pdf_key != second.version.pdf_key and first.file_hash == second.file_hash
    with pypdfium2.PdfDocument(storage.backend().read(second.version.pdf_key)) as pdf:
        assert pdf[0].get_textpage().count_chars() > 100


def test_nobody_learns_when_the_same_file_was_uploaded_by_others(
    owner: User, colleague: User, steps: FakeSteps
) -> None:
    first = process_file(owner, FILE)
    Page.objects.filter(pk__in=pages(first)).update(created_at=first.created_at - timedelta(days=30))
    second = process_file(colleague, FILE)
    assert pages(second) == pages(first) and second.version
    told = json.loads(storage.backend().read(paths.json_text(second.version.pdf_key)))["pages"]
    assert {page["updated"] for page in told} == {int(second.created_at.timestamp() * 1000)}
