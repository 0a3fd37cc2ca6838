"""The newsroom: files of every kind that really are what they say, and people who share projects."""

import csv
import io
import zipfile

import img2pdf
import pikepdf
import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from docplatform.lib import storage
from docplatform.management import labour
from docplatform.management.demo import files, newsroom, stories
from documents import permissions
from documents.choices import Status
from documents.models import Document
from organizations.models import Organization, User
from projects.models import Project

TEXT = "A heading (of sorts)\nThe second line – with a dash, 17 % and a \\ backslash\fAnother page"


def test_a_born_digital_pdf_has_its_text() -> None:
    with pypdfium2.PdfDocument(files.pdf(TEXT)) as document:
        words = [page.get_textpage().get_text_range() for page in document]
    assert len(words) == 2
    assert "heading (of sorts)" in words[0]
    assert "– with a dash, 17 % and a \\ backslash" in words[0]


def test_a_scan_has_pictures_only() -> None:
    with pikepdf.open(io.BytesIO(files.scan(TEXT))) as document:
        assert len(document.pages) == 2
        assert all(len(page.get_images()) == 1 for page in document.pages)
    assert img2pdf.mm_to_pt(210) - 1 < 595 < img2pdf.mm_to_pt(210) + 1


@pytest.mark.parametrize(("kind", "frames"), [("png", 1), ("jpg", 1), ("tif", 2)])
def test_pictures_open(kind: str, frames: int) -> None:
    with Image.open(io.BytesIO(files.MAKERS[kind](TEXT))) as picture:
        assert getattr(picture, "n_frames", 1) == frames


@pytest.mark.parametrize(("kind", "part"), [("docx", "word/document.xml"), ("odt", "content.xml")])
def test_office_documents_hold_their_text(kind: str, part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(files.MAKERS[kind](TEXT))) as archive:
        assert archive.testzip() is None
        assert "with a dash" in archive.read(part).decode()


def test_text_formats_hold_their_text() -> None:
    assert "– with a dash" in files.txt(TEXT).decode()
    assert b"<h1>A heading (of sorts)</h1>" in files.html(TEXT)
    assert rb"\u8211?" in files.rtf(TEXT)
    assert list(csv.reader(io.StringIO(files.table("a  b, c\n1  2").decode()))) == [["a", "b, c"], ["1", "2"]]


def test_long_texts_go_on_over_pages() -> None:
    assert [len(lines) for lines in files.sheets("\n".join(["line"] * 100))] == [46, 46, 8]


@pytest.mark.django_db
def test_the_newsroom_shares_its_work() -> None:
    cast, folders = newsroom.people_and_projects("secret")
    assert Organization.objects.filter(individual=False).count() == 2
    assert User.objects.count() == 6
    assert Project.objects.count() == 3
    made = newsroom.documents(cast, folders)
    assert len(made) == len(stories.PAPERS) == 12
    assert set(Document.objects.values_list("status", flat=True)) == {Status.PENDING}
    assert all(storage.backend().size(document.upload_key) > 100 for document in made)
    hers = Document.objects.filter(permissions.edit(cast["joseph"]))
    assert hers.filter(title="City council minutes, 14 March").exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_makes_it_once_and_waits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def finish() -> None:
        Document.objects.update(status=Status.SUCCESS)

    monkeypatch.setattr(labour, "work", finish)
    call_command("demo")
    said = capsys.readouterr().out
    assert "0 of 12 can be read." in said
    assert "one of: mira, joseph, ana, karim, lotte, wen" in said
    assert User.objects.get(username="wen").check_password(said.split("Password: ")[1].split(" ")[0])
    with pytest.raises(CommandError, match="there already"):
        call_command("demo")


@pytest.mark.django_db(transaction=True)
def test_documents_that_fail_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        Document.objects.filter(title="Questions for Mr Renn").update(status=Status.ERROR)
        Document.objects.filter(status=Status.PENDING).update(status=Status.SUCCESS)

    monkeypatch.setattr(labour, "work", fail)
    with pytest.raises(CommandError, match=r"Not ready: Questions for Mr Renn\."):
        call_command("demo")
