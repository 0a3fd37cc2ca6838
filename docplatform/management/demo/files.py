"""Makes files of every kind from plain text: born digital, scanned, and from the office."""

import csv
import io
import random
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from html import escape

import img2pdf
import pikepdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont

PAPER = (1240, 1754)  # A4 at 150 dpi
LINES = 46
WIDE = 84


def sheets(text: str) -> Iterator[list[str]]:
    """The lines of each page. A form feed begins a new page."""
    for part in text.split("\f"):
        lines = [line for row in part.strip().splitlines() for line in textwrap.wrap(row, WIDE) or [""]]
        for start in range(0, len(lines), LINES):
            yield lines[start : start + LINES]


def pdf(text: str) -> bytes:
    """A PDF as a word processor writes it: the text is in it."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name("/Times-Roman"),
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    for lines in sheets(text):
        page = document.add_blank_page(page_size=(595, 842))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        rows = b" T* ".join(b"(" + _pdf_string(line) + b") Tj" for line in lines)
        page.obj.Contents = document.make_stream(b"BT /F1 12 Tf 15.5 TL 64 778 Td " + rows + b" ET")
    return _saved(document)


def _pdf_string(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _saved(document: pikepdf.Pdf) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pictures(text: str) -> list[Image.Image]:
    """Sheets of paper on a scanner: a little crooked, a little dirty."""
    return [_scanned(lines, random.Random(index)) for index, lines in enumerate(sheets(text))]  # noqa: S311


def _scanned(lines: list[str], chance: random.Random) -> Image.Image:
    sheet = Image.new("L", PAPER, 250)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(26)
    for row, line in enumerate(lines):
        draw.text((120, 110 + row * 33), line, font=font, fill=30)
    for _ in range(250):
        spot = chance.randrange(PAPER[0]), chance.randrange(PAPER[1])
        draw.point(spot, fill=chance.randrange(120, 220))
    crooked = sheet.rotate(chance.uniform(-0.7, 0.7), resample=Image.Resampling.BICUBIC, fillcolor=250)
    return crooked.filter(ImageFilter.GaussianBlur(0.5))


def scan(text: str) -> bytes:
    """A PDF from a scanner: pictures only."""
    made: bytes = img2pdf.convert([_encoded(picture, "JPEG", quality=80) for picture in pictures(text)])
    return made


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, dpi=(150, 150), **options)
    return target.getvalue()


def png(text: str) -> bytes:
    """One sheet as a screenshot."""
    return _encoded(pictures(text)[0], "PNG")


def jpg(text: str) -> bytes:
    """One sheet as a photograph."""
    return _encoded(pictures(text)[0], "JPEG", quality=85)


def tif(text: str) -> bytes:
    """A fax of several pages."""
    first, *rest = pictures(text)
    return _encoded(first, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw")


def txt(text: str) -> bytes:
    """Plain text."""
    return text.replace("\f", "\n\n").encode()


def html(text: str) -> bytes:
    """A web page: the first line is its heading."""
    title, *rows = text.strip().splitlines()
    body = "".join(f"<p>{escape(row)}</p>" for row in rows if row.strip())
    return f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title><h1>{escape(title)}</h1>{body}".encode()


def rtf(text: str) -> bytes:
    """Rich text as old word processors write it."""
    rows = (_rtf_row(row) for row in text.replace("\f", "\n").splitlines())
    return (r"{\rtf1\ansi\deff0{\fonttbl{\f0 Times New Roman;}}\f0\fs24 " + r"\par ".join(rows) + "}").encode("ascii")


def _rtf_row(row: str) -> str:
    plain = row.replace("\\", r"\\").replace("{", r"\{").replace("}", r"\}")
    return "".join(letter if letter.isascii() else rf"\u{ord(letter)}?" for letter in plain)


def table(text: str) -> bytes:
    """A csv file: columns stand two blanks apart or more."""
    target = io.StringIO()
    rows = [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in text.strip().splitlines()]
    csv.writer(target).writerows(rows)
    return target.getvalue().encode()


def docx(text: str) -> bytes:
    """A document of Microsoft Word, as small as one can be."""
    space = "http://schemas.openxmlformats.org"
    rows = "".join(f"<w:p><w:r><w:t>{escape(row)}</w:t></w:r></w:p>" for row in text.replace("\f", "\n").splitlines())
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    kinds = f"{space}/package/2006/content-types"
    links = f"{space}/package/2006/relationships"
    office = f"{space}/officeDocument/2006/relationships/officeDocument"
    words = f"{space}/wordprocessingml/2006/main"
    return _zipped(
        {
            "[Content_Types].xml": (
                f'<Types xmlns="{kinds}"><Default Extension="rels"'
                ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
            ),
            "_rels/.rels": (
                f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}" Target="word/document.xml"/>'
                "</Relationships>"
            ),
            "word/document.xml": f'<w:document xmlns:w="{words}"><w:body>{rows}</w:body></w:document>',
        }
    )


def odt(text: str) -> bytes:
    """A document of LibreOffice, as small as one can be."""
    space, kind = "urn:oasis:names:tc:opendocument:xmlns", "application/vnd.oasis.opendocument.text"
    rows = "".join(f"<text:p>{escape(row)}</text:p>" for row in text.replace("\f", "\n").splitlines())
    return _zipped(
        {
            "mimetype": kind,
            "META-INF/manifest.xml": (
                f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0" manifest:version="1.2">'
                f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
                "</manifest:manifest>"
            ),
            "content.xml": (
                f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0"'
                f' office:version="1.2"><office:body><office:text>{rows}</office:text></office:body>'
                "</office:document-content>"
            ),
        }
    )


def _zipped(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:  # uncompressed: the first part of an odt has to be
        for name, content in parts.items():
            archive.writestr(
                name, content if name == "mimetype" else f'<?xml version="1.0" encoding="UTF-8"?>{content}'
            )
    return target.getvalue()


MAKERS: dict[str, Callable[[str], bytes]] = {
    "pdf": pdf,
    "scan": scan,
    "png": png,
    "jpg": jpg,
    "tif": tif,
    "txt": txt,
    "html": html,
    "rtf": rtf,
    "csv": table,
    "docx": docx,
    "odt": odt,
}
