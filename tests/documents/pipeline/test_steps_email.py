"""A message becomes its lines, its text, its pictures, and the pages of what came with it."""

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
import pytest

from documents.pipeline.steps import convert_email
from documents.pipeline.work import IngestResult
from tests.documents.pipeline import making, samples
from tests.documents.pipeline.lures import Lure

pytestmark = pytest.mark.slow


def message(text: str = "Dear Bob, see below.", subject: str = "The budget") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Date"] = "Alice <a@example.org>", "Bob <b@example.org>", "Mon, 2 Nov 2026 10:00:00"
    made["Subject"] = subject
    made.set_content(text)
    return made


def pages_of(result: IngestResult) -> list[str]:
    with pypdfium2.PdfDocument(result.pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def archive() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("a", "x")
    return kept.getvalue()


@pytest.mark.usefixtures("jailed")
def test_a_message_and_what_came_with_it(tmp_path: Path) -> None:
    two = making.pdf_of(tmp_path / "two.pdf", making.text_at(50, 700, "first"), making.text_at(50, 700, "last"))
    picture = making.image_bytes(making.scan("x", width=60, height=40), "PNG")
    inner = message("An older message.", "Forwarded")
    inner.add_attachment(samples.EPS, maintype="application", subtype="postscript", filename="drawing.eps")
    mail = message(subject="Bücher – <b>neu</b>")
    for content, name in [
        (two.read_bytes(), "figures.pdf"),
        (picture, "a lie.docx"),
        (archive(), "more.zip"),
        (b"", "nothing.txt"),
        (two.read_bytes()[:40] + b"garbage", "broken.pdf"),
    ]:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    mail.add_attachment(inner)
    first, *others = pages_of(making.ingest(tmp_path, bytes(mail), "eml"))
    for line in (
        "From: Alice <a@example.org>",
        "Subject: Bücher – <b>neu</b>",
        "Dear Bob, see below.",
        "figures.pdf (2 pages, below)",
        "a lie.docx (1 page, below)",
        "more.zip (not shown: it is a ZIP archive",
        "nothing.txt (not shown: it is empty)",
        "broken.pdf (not shown: The PDF is damaged",
        "forwarded message (2 pages, below)",
    ):
        assert line in " ".join(first.split())
    assert [text.split()[0] if text.split() else "" for text in others] == ["first", "last", "", "From:", "Gruesse"]


@pytest.mark.usefixtures("jailed")
def test_a_web_page_in_a_message_shows_its_own_pictures_and_fetches_none(tmp_path: Path, lure: Lure) -> None:
    mail = message("the plain one")
    page = f'<p>the rich one<img src="cid:p1"><img src="{lure.address}"></p><script>document.write("written")</script>'
    mail.add_alternative(page, subtype="html")
    red = making.Image.new("RGB", (200, 200), "red")
    parts = mail.get_payload()
    parts[1].add_related(making.image_bytes(red, "PNG"), "image", "png", cid="<p1>")  # type: ignore[index,union-attr]
    result = making.ingest(tmp_path, bytes(mail), "eml")
    (text,) = pages_of(result)
    assert "the rich one" in text and "the plain one" not in text and "written" not in text
    with pypdfium2.PdfDocument(result.pdf) as document:
        colours = document[0].render(scale=1).to_pil().convert("RGB").getcolors(1_000_000)
    assert any(colour == (255, 0, 0) for _, colour in colours)
    assert not lure.visits


BROKEN = {
    "no end": b"From: a@b\nSubject: =?utf-8?Q?B=C3=BCcher?=\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nkept",
    "no charset of that name": b"From: a@b\nTo: c\nContent-Type: text/plain; charset=nonsense\n\nkept \xfc",
    "broken lines": b"From: <<>>,,;:\nDate: never\nTo: \xff\xfe\nSubject: =?x?y?z?=\n\nkept",
    "a mailbox": b"From a@b Mon Nov  2\nFrom: a@b\nDate: x\n\nkept",
    "not whole": b"From: a@b\nTo: c\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\na2VwdA=",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_messages_show_what_is_left(tmp_path: Path, name: str) -> None:
    assert "kept" in "".join(pages_of(making.ingest(tmp_path, BROKEN[name], "eml")))


def test_messages_in_messages_end_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert_email, "DEEPEST", 1)
    mail = message("the innermost")
    for number in range(4):
        outer = message(f"level {number}")
        outer.add_attachment(mail)
        mail = outer
    pages = pages_of(making.ingest(tmp_path, bytes(mail), "eml"))
    assert len(pages) == 2 and "inside too many other messages" in pages[-1]
