"""What a file really is, from its bytes, and which kinds may come under which extension."""

import zipfile
from pathlib import Path

from documents.pipeline.work import StepFailed

HEAD = 4096
TEXT_SAMPLE = 65536
PDF = "a PDF"
JPEG, PNG, GIF, BMP, WEBP, TIFF = (f"a {name} image" for name in ("JPEG", "PNG", "GIF", "BMP", "WebP", "TIFF"))
WORD, EXCEL, POWERPOINT = "a Word document", "an Excel workbook", "a PowerPoint presentation"
ODT, ODS, ODP, ODG = (f"an OpenDocument {name}" for name in ("text", "spreadsheet", "presentation", "drawing"))
OLD_OFFICE = "an older Microsoft Office document"
FLAT_ODF = "an OpenDocument XML file"
BROKEN_ZIP = "a damaged ZIP archive"
ZIP, RTF, HTML, TEXT, UNKNOWN = "a ZIP archive", "an RTF document", "a web page", "plain text", "something unknown"

IMAGES = {JPEG, PNG, GIF, BMP, WEBP, TIFF}
TEXTUAL = {TEXT, HTML, RTF, FLAT_ODF}

TABLE: tuple[tuple[str, set[str]], ...] = (
    ("pdf", {PDF}),
    ("jpg jpeg png gif bmp webp tif tiff", IMAGES),
    ("docx", {WORD, OLD_OFFICE}),
    ("xlsx", {EXCEL, OLD_OFFICE}),
    ("pptx", {POWERPOINT, OLD_OFFICE}),
    ("odt ott", {ODT}),
    ("ods ots", {ODS}),
    ("odp otp", {ODP}),
    ("odg", {ODG}),
    ("doc dot", {OLD_OFFICE, WORD, RTF}),
    ("xls xlt", {OLD_OFFICE, EXCEL}),
    ("ppt pps pot", {OLD_OFFICE, POWERPOINT}),
    ("fodt fods fodp fodg", {FLAT_ODF}),
    ("rtf", {RTF}),
    ("txt csv", TEXTUAL),
    ("html htm", {HTML, TEXT}),
)
ACCEPTED: dict[str, set[str]] = {extension: kinds for extensions, kinds in TABLE for extension in extensions.split()}
"""Extension → what the file may be. Images may come under each other's names: they are read by content anyway."""

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"{\\rtf", RTF),
)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STREAMS = tuple(
    name.encode("utf-16-le") for name in ("WordDocument", "Workbook", "Book", "PowerPoint Document", "EncryptedPackage")
)
OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": ODT,
    "application/vnd.oasis.opendocument.spreadsheet": ODS,
    "application/vnd.oasis.opendocument.presentation": ODP,
    "application/vnd.oasis.opendocument.graphics": ODG,
}
OFFICE_FOLDERS = {"word/": WORD, "xl/": EXCEL, "ppt/": POWERPOINT}
OFFICE_PARTS = {b"word/document.xml": WORD, b"xl/workbook.xml": EXCEL, b"ppt/presentation.xml": POWERPOINT}
HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body")
PDF_WITHIN = 1024  # bytes of rubbish before the header that readers of PDFs put up with
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\x1a"))
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def check(path: Path, extension: str) -> str:
    """What the file is. StepFailed where its extension is not known or speaks of something else."""
    extension = extension.lower().lstrip(".")
    accepted = ACCEPTED.get(extension)
    if accepted is None:
        raise StepFailed(
            "unsupported", f"Files of the type .{extension[:20]} cannot be read. Save it as a PDF and upload that."
        )
    found = sniff(path)
    if found not in accepted:
        raise StepFailed(
            "wrong_type",
            f"The file was uploaded as .{extension}, but it is {found}. "
            f"Check that it is whole, give it the right extension and upload it as a new document.",
        )
    return found


def sniff(path: Path) -> str:
    """What the file is, whatever it is called."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(COMPOUND):
        # LibreOffice takes a compound file without such a stream for text, and prints rubbish.
        content = path.read_bytes()
        return OLD_OFFICE if any(name in content for name in STREAMS) else UNKNOWN
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if b"%PDF-" in head[:PDF_WITHIN]:
        return PDF
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return BMP
    return _packed(path, head) if head.startswith(b"PK") else _written(path, head)


def _packed(path: Path, head: bytes) -> str:
    # OpenDocument says what it is at a fixed place, which also helps where the archive's table of contents is broken.
    if head[30:38] == b"mimetype":
        length = int.from_bytes(head[18:22], "little")
        kind = head[38 : 38 + length].decode("latin-1").strip().removesuffix("-template")
        return OPEN_DOCUMENT.get(kind, ZIP)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        content = path.read_bytes()
        return next((kind for part, kind in OFFICE_PARTS.items() if part in content), BROKEN_ZIP)
    if "[Content_Types].xml" in names:
        for folder, kind in OFFICE_FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return kind
    return ZIP


def _written(path: Path, head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff \t\r\n").replace(b"\0", b"").lower()
    if any(sign in start[:1024] for sign in HTML_SIGNS):
        return HTML
    if b"urn:oasis:names:tc:opendocument" in start and b"office:document" in start:
        return FLAT_ODF
    with path.open("rb") as file:
        sample = file.read(TEXT_SAMPLE)
    if sample.startswith(MARKS) or _could_be_wide(sample):
        return TEXT
    odd = len(sample) - len(sample.translate(None, CONTROLS))
    return TEXT if b"\0" not in sample and odd <= len(sample) / 200 else UNKNOWN


def _could_be_wide(sample: bytes) -> bool:
    """Two bytes a letter without a mark: every other byte of a western text is zero."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 2 * 0.7
    return (even > most and odd == 0) or (odd > most and even == 0)
