"""The python-documentcloud client with real processing: nothing tells it that this is another server than its own."""

import io
import zipfile
from pathlib import Path

import pytest
from documentcloud import DocumentCloud
from documentcloud.documents import Mention
from documentcloud.exceptions import DoesNotExistError
from PIL import Image

from documents.choices import Status
from tests.documents import uploads
from tests.documents.processing import drain

pytestmark = pytest.mark.slow


def docx(text: str) -> bytes:
    """The smallest file that Word and LibreOffice open as a document."""
    kinds = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        f"<w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", kinds)
        packed.writestr("_rels/.rels", relations)
        packed.writestr("word/document.xml", body)
    return out.getvalue()


def test_a_pdf_is_uploaded_read_found_and_deleted(python_client: DocumentCloud, tmp_path: Path) -> None:
    (tmp_path / "Minutes.pdf").write_bytes(uploads.born_digital(7, 2))
    sentence = uploads.sentences(7001, 1)[0]
    uploaded = python_client.documents.upload(str(tmp_path / "Minutes.pdf"), access="public")
    assert uploaded.status == Status.NOFILE
    drain()
    document = python_client.documents.get(uploaded.id)
    assert (document.status, document.page_count) == (Status.SUCCESS, 2)
    assert sentence in document.full_text
    assert sentence in document.get_page_text(2) and sentence not in document.get_page_text(1)
    assert [page["page"] for page in document.get_json_text()["pages"]] == [0, 1]
    assert document.get_page_position_json(1)[0]["text"] == uploads.sentences(7000, 1)[0].split()[0]
    assert document.pdf.startswith(b"%PDF")
    widths = [Image.open(io.BytesIO(image)).width for image in (document.xlarge_image, document.thumbnail_image)]
    assert widths == [2000, 60]
    [found] = python_client.documents.search(f'document:{document.id} "{sentence.rstrip(".")}"', mentions=True)
    assert (int(found.id), [mention.page for mention in found.mentions]) == (document.id, ["2"])
    assert isinstance(found.mentions[0], Mention) and "<em>" in found.mentions[0].text
    document.delete()
    with pytest.raises(DoesNotExistError):
        python_client.documents.get(document.id)
    assert not list(python_client.documents.search(f"document:{document.id}"))


def test_an_office_file_is_uploaded_and_read(python_client: DocumentCloud, tmp_path: Path) -> None:
    (tmp_path / "Letter.docx").write_bytes(docx("The harbour levy was never put to a vote."))
    uploaded = python_client.documents.upload(str(tmp_path / "Letter.docx"), original_extension="docx")
    drain()
    document = python_client.documents.get(uploaded.id)
    assert (document.status, list(document.get_errors())) == (Status.SUCCESS, [])
    assert "harbour levy" in document.full_text
    assert document.pdf.startswith(b"%PDF")
    assert [int(found.id) for found in python_client.documents.search("levy")] == [document.id]
