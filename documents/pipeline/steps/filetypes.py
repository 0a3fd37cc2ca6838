"""What a file really is, from its bytes, whatever it is called."""

import re
import zipfile
import zlib
from pathlib import Path

import olefile

from documents.pipeline.steps import kinds

HEAD = 4096
SAMPLE = 65536
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", kinds.JPEG),
    (0, b"\x89PNG\r\n\x1a\n", kinds.PNG),
    (0, b"GIF87a", kinds.GIF),
    (0, b"GIF89a", kinds.GIF),
    (0, b"II*\0", kinds.TIFF),
    (0, b"MM\0*", kinds.TIFF),
    (0, b"II+\0", kinds.TIFF),
    (0, b"MM\0+", kinds.TIFF),
    (8, b"WEBP", kinds.WEBP),
    (0, b"8BPS\0\1", kinds.PHOTOSHOP),
    (0, b"\x59\xa6\x6a\x95", kinds.SUN),
    (2048, b"PCD_", kinds.PHOTO_CD),
    (0, b"{\\rtf", kinds.RTF),
    (0, b"%!PS", kinds.POSTSCRIPT),
    (0, b"\x04%!PS", kinds.POSTSCRIPT),
    (0, b"\xc5\xd0\xd3\xc6", kinds.POSTSCRIPT),
    (0, b"\xffWPC", kinds.WORDPERFECT),
    (0, b"\xdb\xa5\x2d\0", kinds.OLD_OFFICE),  # Word 2
    (0, b"\x31\xbe\0\0\0\xab", kinds.WRITE),  # Word for DOS too
    (0, b"\x32\xbe\0\0\0\xab", kinds.WRITE),
    (0, b"\x09\0\x04\0", kinds.OLD_OFFICE),  # Excel 2, 3 and 4
    (0, b"\x09\x02\x06\0", kinds.OLD_OFFICE),
    (0, b"\x09\x04\x06\0", kinds.OLD_OFFICE),
    (0, b"\x01\xfe", kinds.WORKS),
    (0, b"\x06\xfe", kinds.WORKS),
    (0, b"\xff\0\x02\0\x04\x04", kinds.WORKS),
    (0, b"\x20\x54\x02\0\0\0\x05\x54", kinds.WORKS),
    (0, b"\0\0\x02\0\x20\x51", kinds.QUATTRO),
    (0, b"\0\0\x02\0\x21\x51", kinds.QUATTRO),
    (0, b"\0\0\x02\0\x01\x10", kinds.QUATTRO),
    (0, b"\0\0\x02\0\x02\x10", kinds.QUATTRO),
    *((0, b"\0\0\x02\0" + bytes((version, 4)), kinds.LOTUS) for version in (4, 5, 6)),
    *((0, b"\0\0\x1a\0" + bytes((version, 16)), kinds.LOTUS) for version in range(6)),
    (0, b"HWP Document File V", kinds.HANGUL),
    (4, b"BOBO", kinds.CLARISWORKS),
    (0, b"@CT ", kinds.T602),
    (40, b" EMF", kinds.EMF),
    (0, b"VCLMTF", kinds.SVM),
    (522, b"\x11\x01", kinds.PICT),
    (522, b"\0\x11\x02\xff", kinds.PICT),
    (8, b"CMX1", kinds.COREL_EXCHANGE),
    (8, b"CDR", kinds.CORELDRAW),
    (8, b"\x78\x56\x34\x12", kinds.ZONER),
    (0, b"\x9a\x02", kinds.ZONER),
    (4, b"XPR3", kinds.QUARK),
    (0, b"ID;P", kinds.SYLK),
    (0, b"TABLE\r\n0,1", kinds.DIF),
    (0, b"TABLE\n0,1", kinds.DIF),
)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STREAMS = {
    "WordDocument": kinds.OLD_OFFICE,
    "Workbook": kinds.OLD_OFFICE,
    "Book": kinds.OLD_OFFICE,
    "PowerPoint Document": kinds.OLD_OFFICE,
    "EncryptedPackage": kinds.OLD_OFFICE,
    "StarWriterDocument": kinds.STAROFFICE,
    "StarCalcDocument": kinds.STAROFFICE,
    "StarDrawDocument": kinds.STAROFFICE,
    "StarDrawDocument3": kinds.STAROFFICE,
    "VisioDocument": kinds.VISIO,
    "Quill": kinds.PUBLISHER,
    "Contents": kinds.PUBLISHER,  # 98
    "PageMaker": kinds.PAGEMAKER,
    "PerfectOffice_MAIN": kinds.WORDPERFECT,
    "NativeContent_MAIN": kinds.QUATTRO,
    "\x05HwpSummaryInformation": kinds.NEW_HANGUL,
    "MatOST": kinds.WORKS,
    "CONTENTS": kinds.WORKS,
}
OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": kinds.ODT,
    "application/vnd.oasis.opendocument.spreadsheet": kinds.ODS,
    "application/vnd.oasis.opendocument.presentation": kinds.ODP,
    "application/vnd.oasis.opendocument.graphics": kinds.ODG,
    "application/vnd.oasis.opendocument.formula": kinds.ODF,
    "application/vnd.sun.xml.writer": kinds.SXW,
    "application/vnd.sun.xml.calc": kinds.SXC,
    "application/vnd.sun.xml.impress": kinds.SXI,
    "application/vnd.sun.xml.draw": kinds.SXD,
    "application/vnd.sun.xml.math": kinds.SXM,
}
OFFICE_FOLDERS = {"word/": kinds.WORD, "xl/": kinds.EXCEL, "ppt/": kinds.POWERPOINT}
OFFICE_PARTS = {
    b"word/document.xml": kinds.WORD,
    b"xl/workbook.xml": kinds.EXCEL,
    b"ppt/presentation.xml": kinds.POWERPOINT,
}
OTHER_PARTS = {
    kinds.IWORK: (
        *("index.xml", "index.apxl", "index.xml.gz", "index.apxl.gz", "presentation.apxl", "presentation.apxl.gz"),
        *("Index/Document.iwa", "Index.zip"),
    ),
    kinds.CORELDRAW: ("content/riffData.cdr", "content/root.dat"),
    kinds.ZONER: ("content.zmf",),
}
MANIFEST = "META-INF/manifest.xml"
WHOLE = re.compile(
    rb'<[^<>]*?media-type="([^"]+)"[^<>]*?full-path="/"|<[^<>]*?full-path="/"[^<>]*?media-type="([^"]+)"'
)
"""What the manifest of an archive calls all of it."""
ROOTS: tuple[tuple[str, bytes, str], ...] = (
    ("svg", b"", kinds.SVG),
    ("html", b"", kinds.HTML),
    ("document", b"urn:oasis:names:tc:opendocument", kinds.FLAT_ODF),
    ("worddocument", b"schemas.microsoft.com/office/word/2003", kinds.WORD_2003),
    ("workbook", b"urn:schemas-microsoft-com:office:spreadsheet", kinds.EXCEL_2003),
    ("workbook", b"gnumeric", kinds.GNUMERIC),
    ("abiword", b"", kinds.ABIWORD),
    ("fictionbook", b"", kinds.FICTION),
    ("uof", b"", kinds.UOF),
    ("math", b"", kinds.MATHML),
    ("article", b"docbook", kinds.DOCBOOK),
    ("book", b"docbook", kinds.DOCBOOK),
)
"""The first element of an XML file, what else must be found near it, and what that makes it."""
PROLOGUE = re.compile(
    rb"(?:\s++|(?><\?.*?\?>)|(?><!--.*?-->)|(?><!doctype(?:[^\[>]|\[.*?\])*+>))*+<(?:[\w.-]++:)?([\w.-]++)", re.S
)
HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body")
MAIL_SIGN = re.compile(
    rb"^(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|delivered-to|reply-to|"
    rb"content-type|x-mozilla-status):",
    re.M,
)
PBM_SIGN = re.compile(rb"P[1-6]\s+(?:#[^\n]*\n\s*)*\d+\s+(?:#[^\n]*\n\s*)*\d+\s")
PDF_WITHIN = 1024  # bytes of rubbish before the header that readers of PDFs put up with
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\x1a"))
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def sniff(path: Path) -> str:
    """What the file is."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if b"%PDF-" in head[:PDF_WITHIN]:
        return kinds.PDF
    if head.startswith(COMPOUND):
        return _compound(path)
    if head.startswith(b"PK\x03\x04"):
        return _packed(path, head)
    for place, signature, kind in SIGNATURES:
        # Letters alone may begin any text; a file of bytes has zeros too.
        if head.startswith(signature, place) and (kind in kinds.WRITTEN or b"\0" in head):
            return kind
    return _by_numbers(head) or _written(path)


def _by_numbers(head: bytes) -> str | None:
    """Formats without a signature, known by the sense that their first numbers make."""
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return kinds.BMP
    if PBM_SIGN.match(head):
        return kinds.PBM
    if head.startswith(b"\n") and head[1:2] in b"\0\2\3\4\5" and head[2:3] in b"\0\1" and head[3:4] in b"\1\2\4\x08":
        return kinds.PCX
    if head[:1] == b"\0" and head[1:2] and head[1] & 0xE0 == 0x20 and b"\x10\x22" in head[:512]:
        return kinds.CGM
    if head[:1] in (b"\x03", b"\x30", b"\x83", b"\x8b", b"\xf5") and _is_dbase(head):
        return kinds.DBASE
    return kinds.TARGA if _is_targa(head) else None


def _is_dbase(head: bytes) -> bool:
    length, record = (int.from_bytes(head[at : at + 2], "little") for at in (8, 10))
    return len(head) >= 65 and 1 <= head[2] <= 12 and 1 <= head[3] <= 31 and length >= 65 and record > 1


def _is_targa(head: bytes) -> bool:
    if len(head) <= 18:
        return False
    width, height = (int.from_bytes(head[at : at + 2], "little") for at in (12, 14))
    # With a palette or without, and how many bits a point takes.
    sense = {(1, kind, 8) for kind in (1, 9)} | {(0, kind, 8) for kind in (3, 11)}
    sense |= {(0, kind, bits) for kind in (2, 10) for bits in (15, 16, 24, 32)}
    return width > 0 and height > 0 and (head[1], head[2], head[16]) in sense


def _compound(path: Path) -> str:
    """By the streams of a Microsoft compound file; those of documents inside the document do not count."""
    # LibreOffice takes a compound file without such a stream for text, and prints rubbish.
    try:
        with olefile.OleFileIO(str(path)) as found:
            names = {entry[0] for entry in found.listdir(streams=True, storages=True)}
    except Exception:  # damaged: LibreOffice may still know what to do
        content = path.read_bytes()
        names = {name for name in STREAMS if name.encode("utf-16-le") in content}
    return next((kind for name, kind in STREAMS.items() if name in names), kinds.UNKNOWN)


def _packed(path: Path, head: bytes) -> str:
    # OpenDocument says what it is at a fixed place, which also helps where the archive's table of contents is broken.
    if head[30:38] == b"mimetype":
        length = int.from_bytes(head[18:22], "little")
        return _open_document(head[38 : 38 + length])
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            manifest = _start_of(archive, MANIFEST) if MANIFEST in names else b""
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError):
        content = path.read_bytes()
        return next((kind for part, kind in OFFICE_PARTS.items() if part in content), kinds.BROKEN_ZIP)
    # Before OpenDocument, only the manifest said it.
    if whole := WHOLE.search(manifest):
        return _open_document(whole[1] or whole[2])
    if "[Content_Types].xml" in names:
        for folder, kind in OFFICE_FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return kind
    return next((kind for kind, parts in OTHER_PARTS.items() if not set(parts).isdisjoint(names)), kinds.ZIP)


def _open_document(named: bytes) -> str:
    name = named.decode("latin-1").strip()
    return OPEN_DOCUMENT.get(name.removesuffix("-template").removesuffix(".template"), kinds.ZIP)


def _start_of(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(SAMPLE)


def _written(path: Path) -> str:
    with path.open("rb") as file:
        sample = _unpacked(file.read(SAMPLE))
    start = sample.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff \t\r\n").replace(b"\0", b"").lower()
    if _is_mail(start):
        return kinds.MAIL
    if start.startswith(b"/* xpm */"):
        return kinds.XPM
    if re.match(rb"(/\*.*?\*/\s*)?#define\s+\w+_width\s+\d+\s+#define\s+\w+_height\s", start, re.S):
        return kinds.XBM
    if start.startswith(b"<") and (kind := _marked_up(start)):
        return kind
    if any(sign in start[:1024] for sign in HTML_SIGNS):
        return kinds.HTML
    if sample.startswith(MARKS) or _could_be_wide(sample):
        return kinds.TEXT
    odd = len(sample) - len(sample.translate(None, CONTROLS))
    return kinds.TEXT if b"\0" not in sample and odd <= len(sample) / 200 else kinds.UNKNOWN


def _unpacked(sample: bytes) -> bytes:
    """Gnumeric and AbiWord compress what they write."""
    if not sample.startswith(b"\x1f\x8b"):
        return sample
    try:
        plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(sample, SAMPLE)
    except zlib.error:
        return sample
    return plain if plain.lstrip().startswith(b"<") else sample


def _is_mail(start: bytes) -> bool:
    """Do at least two of the lines that every message begins with stand in its first paragraph?"""
    header = start.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    first = header.partition(b"\n")[0]
    return bool(re.match(rb"[\w-]+:|from ", first)) and len(set(MAIL_SIGN.findall(header))) >= 2


def _marked_up(start: bytes) -> str | None:
    found = PROLOGUE.match(start)
    root = found[1].decode("latin-1") if found else ""
    for name, sign, kind in ROOTS:
        if name == root and sign in start:
            return kind
    return kinds.XML if start.startswith(b"<?xml") and root else None


def _could_be_wide(sample: bytes) -> bool:
    """Two bytes a letter without a mark: every other byte of a western text is zero."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 2 * 0.7
    return (even > most and odd == 0) or (odd > most and even == 0)
