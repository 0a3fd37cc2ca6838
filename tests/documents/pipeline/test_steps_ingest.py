"""What is accepted, what is refused, and what people are told."""

import io
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from documents.pipeline.steps import convert_text, filetypes, kinds
from documents.pipeline.values import StepFailed
from tests.documents.pipeline import making


@pytest.fixture
def pdf(tmp_path: Path) -> bytes:
    return making.pdf_of(
        tmp_path / "made.pdf", making.text_at(50, 700, "one"), making.text_at(50, 700, "two")
    ).read_bytes()


def encrypted(pdf: bytes, *, user: str) -> bytes:
    kept = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(kept, encryption=pikepdf.Encryption(owner="owner", user=user))
    return kept.getvalue()


def refused(tmp_path: Path, content: bytes, extension: str, **limits: int) -> StepFailed:
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, content, extension, **limits)
    assert failed.value.message.endswith(".")
    return failed.value


def archive(**entries: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name.replace("__", "/"), content)
    return kept.getvalue()


PNG = making.image_bytes(making.scan("x", width=60, height=40), "PNG")
SNIFFED: list[tuple[bytes, str]] = [
    (b"%PDF-1.7\n", kinds.PDF),
    (b"rubbish from a mail program\n%PDF-1.4\n", kinds.PDF),
    (PNG, kinds.PNG),
    (making.image_bytes(making.scan("x", width=60, height=40), "JPEG"), kinds.JPEG),
    (making.image_bytes(making.scan("x", width=60, height=40), "GIF"), kinds.GIF),
    (making.image_bytes(making.scan("x", width=60, height=40), "BMP"), kinds.BMP),
    (making.image_bytes(making.scan("x", width=60, height=40), "WEBP"), kinds.WEBP),
    (making.image_bytes(making.scan("x", width=60, height=40), "TIFF"), kinds.TIFF),
    (making.docx("x"), kinds.WORD),
    (making.docx("x")[:-100], kinds.WORD),
    (archive(**{"[Content_Types].xml": b"", "xl__workbook.xml": b""}), kinds.EXCEL),
    (archive(**{"[Content_Types].xml": b"", "ppt__presentation.xml": b""}), kinds.POWERPOINT),
    (archive(a=b"x"), kinds.ZIP),
    (b"PK\x03\x04" + bytes(100), kinds.BROKEN_ZIP),
    (b"{\\rtf1 x}", kinds.RTF),
    (filetypes.COMPOUND + bytes(500) + "Workbook".encode("utf-16-le"), kinds.OLD_OFFICE),
    (filetypes.COMPOUND + bytes(range(256)) * 20, kinds.UNKNOWN),
    (b"  <!DOCTYPE HTML><html>", kinds.HTML),
    (b"plain words", kinds.TEXT),
    ("Grüße".encode("latin-1"), kinds.TEXT),
    ("Grüße".encode("utf-16"), kinds.TEXT),
    ("plain words".encode("utf-16-le"), kinds.TEXT),
    ("日本語のテキスト".encode("shift_jis"), kinds.TEXT),
    (bytes(range(256)) * 4, kinds.UNKNOWN),
    (b"\x7fELF" + bytes(100), kinds.UNKNOWN),
]


@pytest.mark.parametrize(
    ("content", "kind"), SNIFFED, ids=[f"{number} {kind}" for number, (_, kind) in enumerate(SNIFFED)]
)
def test_what_a_file_is_by_its_bytes(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert filetypes.sniff(path) == kind


def test_an_extension_that_lies_is_named_beside_the_truth(tmp_path: Path) -> None:
    failed = refused(tmp_path, making.docx("x"), "pdf")
    assert failed.code == "wrong_type"
    assert ".pdf" in failed.message and "a Word document" in failed.message


@pytest.mark.parametrize(
    ("content", "extension", "code"),
    [
        (b"", "pdf", "empty"),
        (b"x", "exe", "unsupported"),
        (b"MZ\x90\0" + bytes(90), "docx", "wrong_type"),
        (b"not a pdf", "pdf", "wrong_type"),
        (archive(a=b"x"), "docx", "wrong_type"),
        (b"%PDF-1.7\n" + b"garbage " * 200, "pdf", "damaged"),
        (making.image_bytes(making.scan("x"), "PNG")[:-500], "png", "damaged"),
        (making.image_bytes(making.scan("x"), "JPEG")[:-500], "jpg", "damaged"),
        (b"GIF89a" + bytes(20), "gif", "damaged"),
        (b" \n\t\n", "txt", "empty"),
        (b",,\n,,\n", "csv", "empty"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes, extension: str, code: str) -> None:
    assert refused(tmp_path, content, extension).code == code


@pytest.mark.parametrize("extension", ["pdf", "PDF", ".pdf"])
def test_a_sound_pdf_stays_as_it_is(tmp_path: Path, pdf: bytes, extension: str) -> None:
    result = making.ingest(tmp_path, pdf, extension)
    assert Path(result.pdf).read_bytes() == pdf
    assert result.sizes == [(600.0, 800.0)] * 2


def test_a_pdf_without_a_user_password_is_decrypted(tmp_path: Path, pdf: bytes) -> None:
    result = making.ingest(tmp_path, encrypted(pdf, user=""), "pdf")
    with pikepdf.open(result.pdf) as document:
        assert not document.is_encrypted and len(document.pages) == 2


def test_a_pdf_with_a_password_is_refused(tmp_path: Path, pdf: bytes) -> None:
    failed = refused(tmp_path, encrypted(pdf, user="secret"), "pdf")
    assert failed.code == "password" and "password" in failed.message


def test_damaged_pdfs_are_repaired(tmp_path: Path, pdf: bytes) -> None:
    for damaged in (pdf[:-60], pdf.replace(b"startxref", b"startxxxx"), b"From: someone\n\n" + pdf):
        result = making.ingest(tmp_path, damaged, "pdf")
        assert len(result.sizes) == 2
        with pypdfium2.PdfDocument(result.pdf) as document:
            assert "one" in document[0].get_textpage().get_text_range()


def test_files_that_are_too_large_are_refused(tmp_path: Path, pdf: bytes) -> None:
    assert refused(tmp_path, pdf, "pdf", pdf_limit=100).code == "too_large"
    assert refused(tmp_path, PNG, "png", other_limit=10).code == "too_large"
    assert making.ingest(tmp_path, pdf, "pdf", other_limit=10).sizes


def test_too_many_pages_are_refused(tmp_path: Path, pdf: bytes) -> None:
    failed = refused(tmp_path, pdf, "pdf", page_limit=1)
    assert failed.code == "too_many_pages" and "2 pages" in failed.message


def raw_pdf(*objects: str) -> bytes:
    """A PDF from the text of its objects; the first is the catalogue."""
    body = "%PDF-1.4\n"
    for number, text in enumerate(objects, 1):
        body += f"{number} 0 obj\n{text}\nendobj\n"
    return (body + f"trailer\n<< /Root 1 0 R /Size {len(objects) + 1} >>\n%%EOF\n").encode()


CATALOGUE = "<< /Type /Catalog /Pages 2 0 R >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>"
TENFOLD = [
    CATALOGUE,
    *(f"<< /Type /Pages /Count {10 ** (10 - level)} /Kids [{f'{level + 3} 0 R ' * 10}] >>" for level in range(10)),
    PAGE,
]
HOSTILE = {
    "circular page tree": raw_pdf(CATALOGUE, "<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] >>"),
    "parent as kid": raw_pdf(
        CATALOGUE, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "<< /Type /Pages /Kids [2 0 R] >>"
    ),
    "no pages": raw_pdf(CATALOGUE, "<< /Type /Pages /Count 0 /Kids [] >>"),
    "count lies": raw_pdf(CATALOGUE, "<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>", PAGE),
    "negative count": raw_pdf(CATALOGUE, "<< /Type /Pages /Count -5 /Kids [3 0 R] >>", PAGE),
    "ten to the tenth pages": raw_pdf(*TENFOLD),
    "deep nesting": raw_pdf(CATALOGUE, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "[" * 50_000 + "]" * 50_000),
    "page that is no page": raw_pdf(CATALOGUE, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "(text)"),
}


@pytest.mark.usefixtures("jailed")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pdfs_end_in_pages_or_in_a_sentence(tmp_path: Path, name: str) -> None:
    try:
        result = making.ingest(tmp_path, HOSTILE[name], "pdf")
    except StepFailed as failed:
        assert failed.code in ("damaged", "empty", "too_many_pages")
    else:
        assert 1 <= len(result.sizes) <= 20
        assert all(0 < width < 1e7 and 0 < height < 1e7 for width, height in result.sizes)


def test_a_page_may_be_huge_or_without_a_size(tmp_path: Path) -> None:
    boxes = ("0 0 1e30 1e30", "0 0 0 0", "0 0 nonsense", "0 0 14400 14400")
    pages = [f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] >>" for box in boxes]
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + len(pages)))
    content = raw_pdf(CATALOGUE, f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>", *pages)
    result = making.ingest(tmp_path, content, "pdf")
    assert len(result.sizes) == 4 and all(0 < side < 1e7 for size in result.sizes for side in size)
    for read in making.read(tmp_path, result.pdf, range(4)):
        assert len(read.images) == 4


def test_a_page_two_thousand_million_points_long_and_one_of_nothing(tmp_path: Path) -> None:
    pages = [f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {side} {side}] >>" for side in (2**31, 2**31 - 1, 0)]
    content = raw_pdf(CATALOGUE, "<< /Type /Pages /Count 3 /Kids [3 0 R 4 0 R 5 0 R] >>", *pages)
    result = making.ingest(tmp_path, content, "pdf")
    assert len(result.sizes) == 3 and all(0 < side < 1e7 for size in result.sizes for side in size)
    assert all(not read.error and len(read.images) == 4 for read in making.read(tmp_path, result.pdf, range(3)))


@pytest.mark.no_cover  # which would take longer than the step
def test_a_pdf_of_a_hundred_thousand_objects(tmp_path: Path) -> None:
    pages = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    content = raw_pdf(CATALOGUE, pages, PAGE, *(f"<< /Number {number} >>" for number in range(100_000)))
    assert making.ingest(tmp_path, content, "pdf").sizes == [(100.0, 100.0)]


def test_a_form_that_only_its_maker_can_show_is_refused(tmp_path: Path) -> None:
    form = "<< /Type /Catalog /Pages 2 0 R {more}/AcroForm << /Fields [] /XFA (<xdp/>) >> >>"
    pages = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    failed = refused(tmp_path, raw_pdf(form.format(more="/NeedsRendering true "), pages, PAGE), "pdf")
    assert failed.code == "xfa" and "print it to a new PDF" in failed.message
    assert making.ingest(tmp_path, raw_pdf(form.format(more=""), pages, PAGE), "pdf").sizes


ODD_LETTERS = (
    "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
    "4 beginbfchar <41> <D800> <42> <0000> <43> <FFFE> <44> <0044> endbfchar endcmap end"
)


def test_letters_that_no_text_may_hold_are_left_out(tmp_path: Path) -> None:
    """Of a PDF that names half a letter, and of plain text with zeros and halves in it."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(600, 800))
        font = pdf.copy_foreign(making.FONT) if making.FONT.is_indirect else pikepdf.Dictionary(making.FONT)
        font.ToUnicode = pdf.make_stream(ODD_LETTERS.encode())
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.obj.Contents = pdf.make_stream(making.text_at(50, 700, "DABCD and more").encode())
        pdf.save(tmp_path / "odd.pdf")
    (read,) = making.read(tmp_path, making.ingest(tmp_path, (tmp_path / "odd.pdf").read_bytes(), "pdf").pdf)
    for text in (read.text or "", *(word.text for word in read.words)):
        text.encode()
        assert "\0" not in text
    assert convert_text._printable("a\0b\ud800c\ufffed") == "abcd"


def bomb() -> bytes:
    """A Word document that grows a thousandfold when it is unpacked."""
    return making.docx("x", more={"word/media/image.xml": bytes(70_000_000)})


def many_entries() -> bytes:
    return making.docx("x", more={f"word/{number}": b"" for number in range(20_001)})


@pytest.mark.parametrize("make", [bomb, many_entries])
def test_zip_bombs_are_not_opened(tmp_path: Path, make: object) -> None:
    assert callable(make)
    assert refused(tmp_path, make(), "docx").code == "too_large"


def test_office_files_with_a_password_are_refused(tmp_path: Path) -> None:
    modern = filetypes.COMPOUND + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    assert refused(tmp_path, modern, "docx").code == "password"
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        packed.writestr("META-INF/manifest.xml", manifest)
    assert refused(tmp_path, kept.getvalue(), "odt").code == "password"
