"""Every limit is a setting, and every refusal names the limit that was met."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from docplatform.lib import storage
from documents.models import Document, DocumentError
from documents.pipeline import sandbox
from organizations.models import User
from tests.conftest import client_of
from tests.documents import uploads
from tests.documents.factories import make_document
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.pipeline.making import docx
from tests.documents.processing import process_file

MIB = 1024 * 1024


def tiff(*sizes: tuple[int, int]) -> bytes:
    kept = io.BytesIO()
    first, *rest = (Image.new("1", size, 1) for size in sizes)
    first.save(kept, "TIFF", save_all=True, append_images=rest, compression="group4")
    return kept.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "content", "extension", "code", "said"),
    [
        ({"MAX_PDF_BYTES": MIB}, b"%PDF-1.4 " + b"x" * 2 * MIB, "pdf", "too_large", "a PDF may have 1 MB"),
        ({"MAX_OTHER_BYTES": MIB}, b"x" * 2 * MIB, "txt", "too_large", "not a PDF may have 1 MB"),
        ({"MAX_PAGES": 2}, uploads.born_digital(1, 3), "pdf", "too_many_pages", "2 at most"),
        ({"MAX_PAGES": 2}, tiff((40, 40), (40, 40), (40, 40)), "tiff", "too_many_pages", "more than 2 pages"),
        ({"MAX_IMAGE_PIXELS": 2_000_000}, tiff((2000, 1100)), "tiff", "image_too_large", "more than 2 million pixels"),
        (
            {"MAX_IMAGE_PIXELS": 2_000_000},
            tiff((40, 40), (2000, 1100)),
            "tiff",
            "image_too_large",
            "more than 2 million pixels",
        ),
        (
            {"MAX_UNPACKED_BYTES": MIB},
            docx("x", more={"word/media/a.bin": b"0" * 2 * MIB}),
            "docx",
            "too_large_unpacked",
            "1 MB are allowed",
        ),
    ],
)
def test_a_file_over_a_limit_is_told_which(
    owner: User, settings: Settings, limits: dict[str, int], content: bytes, extension: str, code: str, said: str
) -> None:
    for name, value in limits.items():
        setattr(settings, name, value)
    document = process_file(owner, content, extension)
    error = DocumentError.objects.get(document=document)
    assert (document.status, error.code) == ("error", code)
    assert said in error.message


def test_a_file_that_takes_too_long_to_open_is_tried_twice(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_STEP_SECONDS = 77
    given: list[float] = []

    class Slow(FakeSteps):
        def __call__(self, *work: Any, timeout: float, **how: Any) -> Any:
            given.append(timeout)
            raise sandbox.TookTooLong("The step took too long and was stopped.")

    monkeypatch.setattr(sandbox, "run", Slow())
    document = process_file(owner, b"1 0")
    error = DocumentError.objects.get(document=document)
    assert (document.status, error.code, given) == ("error", "too_slow", [77.0, 77.0])
    assert "within 77 seconds" in error.message


def test_with_a_disk_that_is_nearly_full_nothing_new_is_taken(owner: User, settings: Settings, tmp_path: Path) -> None:
    client, before = client_of(owner), make_document(owner, status="nofile")
    settings.DATA_DIR, settings.S3_BUCKET = tmp_path, ""
    place = storage.backend().upload_url(before.upload_key).removeprefix(settings.PUBLIC_URL)
    settings.MIN_FREE_DISK_BYTES = 2**62
    for body in ({"title": "x"}, [{"title": "x"}], {"title": "x", "file_url": "https://example.org/a.pdf"}):
        response = client.post("/api/documents/", body)
        assert (response.status_code, response.json()["code"]) == (507, "no_room")
        assert "Ask the administrator" in response.json()["error"]
    response = Client().put(place, b"%PDF-", content_type="application/pdf")
    assert (response.status_code, b"nearly full" in response.content) == (507, True)
    assert not storage.backend().exists(before.upload_key)
    assert list(Document.objects.values_list("pk", flat=True)) == [before.pk]
    assert client.get(f"/api/documents/{before.pk}/").status_code == 200
    settings.MIN_FREE_DISK_BYTES = 0
    assert Client().put(place, b"%PDF-", content_type="application/pdf").status_code == 200


def test_files_in_s3_need_no_disk(settings: Settings) -> None:
    settings.S3_BUCKET, settings.MIN_FREE_DISK_BYTES = "documents", 2**62
    assert not storage.is_short()
