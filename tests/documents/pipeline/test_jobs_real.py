"""The whole pipeline over real files: what people upload comes out readable."""

import io
import json

import pikepdf
import pytest
from PIL import Image

from docplatform.lib import storage
from documents import paths
from documents.choices import Status
from documents.models import Document, DocumentError, Page
from organizations.models import User
from tests.documents import uploads
from tests.documents.processing import process_file

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def pages(document: Document) -> list[Page]:
    assert document.version
    return [entry.page for entry in document.version.entries.order_by("number").select_related("page__text")]


def assert_artefacts(document: Document) -> None:
    files = storage.backend()
    assert document.version
    with pikepdf.open(io.BytesIO(files.read(document.version.pdf_key))) as pdf:
        assert len(pdf.pages) == document.page_count
    for page in pages(document):
        assert page.words and not page.error
        for size in paths.STORED_SIZES:
            with Image.open(io.BytesIO(files.read(paths.page_image(page.images, size)))) as image:
                assert (image.format, image.width) == ("GIF", paths.SIZES[size])
        boxes = json.loads(files.read(paths.page_boxes(page.words)))
        assert len(boxes) > 20
        assert all(0 <= box["x1"] < box["x2"] <= 1 and 0 <= box["y1"] < box["y2"] <= 1 for box in boxes)


def test_a_born_digital_pdf(owner: User) -> None:
    document = process_file(owner, uploads.born_digital(1, 3))
    assert (document.status, document.page_count, document.page_spec) == (Status.SUCCESS, 3, "612.00x792.00:0-2")
    assert [page.ocr for page in pages(document)] == [None] * 3
    assert uploads.sentences(1002, 1)[0] in pages(document)[2].text.body
    assert_artefacts(document)


@pytest.mark.parametrize(("extension", "content"), [("pdf", uploads.scan(3, 2)), ("png", uploads.picture(4))])
def test_pictures_of_pages_are_read(owner: User, extension: str, content: bytes) -> None:
    document = process_file(owner, content, extension)
    assert document.status == Status.SUCCESS, list(DocumentError.objects.values_list("message", flat=True))
    assert {page.ocr for page in pages(document)} == {"tess4"}
    for page in pages(document):
        known = sum(word in uploads.WORDS for word in page.text.body.lower().replace(".", " ").split())
        assert known > 20
    assert_artefacts(document)


def test_plain_text(owner: User) -> None:
    document = process_file(owner, uploads.plain_text(5), "txt")
    assert document.status == Status.SUCCESS, list(DocumentError.objects.values_list("message", flat=True))
    assert uploads.sentences(5, 1)[0] in pages(document)[0].text.body
    assert_artefacts(document)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nonsense", b"\0" * 1000])
def test_what_cannot_be_read_is_an_error_with_a_sentence(owner: User, content: bytes) -> None:
    document = process_file(owner, content)
    assert document.status == Status.ERROR
    error = DocumentError.objects.get(document=document)
    assert error.code and error.message.endswith(".") and len(error.message) > 30
