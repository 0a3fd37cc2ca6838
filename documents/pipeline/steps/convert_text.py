"""Makes a PDF of plain text, of tables in CSV and of web pages, whatever their charset."""

import csv
import io
import re
from pathlib import Path
from xml.sax.saxutils import escape

import nh3
from charset_normalizer import from_bytes

from documents.pipeline.steps import convert_office
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestWork

SAMPLE = 200_000  # bytes; enough to tell one charset from another
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]
LAST_RESORT = "cp1252"
ROWS, COLUMNS, CELL = 50_000, 200, 2_000
LEAST_CM, MOST_CM, CM_A_LETTER = 1.2, 7.0, 0.2
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
EMBEDDED = re.compile(r"data:image/(png|jpe?g|gif|bmp);base64,", re.I)
csv.field_size_limit(10_000_000)


def decoded(content: bytes) -> str:
    """The text, in whatever charset it came."""
    for mark, charset in MARKS:
        if content.startswith(mark):
            return content.decode(charset, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # A few odd bytes make sense as two-byte letters too, but files of those have zeros.
        best = from_bytes(content[:SAMPLE], cp_exclusion=[] if b"\0" in content else WIDE).best()
        return content.decode(best.encoding if best else LAST_RESORT, "replace")


def convert_plain(source: Path, pdf: Path, work: IngestWork) -> None:
    """Lines as they stand."""
    text = _printable(decoded(source.read_bytes())).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise StepFailed("empty", "The file contains nothing but blanks. Check it and upload it as a new document.")
    plain = pdf.with_name("plain.txt")
    plain.write_text(text, encoding="utf-8")
    convert_office.print_(plain, pdf, work, extension="txt", reader="Text (encoded):UTF8,LF,,,")


def convert_html(source: Path, pdf: Path, work: IngestWork) -> None:
    """The text and its structure, without scripts and without anything that would be loaded."""
    print_html(decoded(source.read_bytes()), pdf, work)


def print_html(text: str, pdf: Path, work: IngestWork) -> None:
    """The same for the text of a page."""
    clean = nh3.clean(_printable(text), attribute_filter=_only_embedded, url_schemes=nh3.ALLOWED_URL_SCHEMES | {"data"})
    page = pdf.with_name("plain.html")
    page.write_text(f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{clean}</body></html>', "utf-8")
    convert_office.print_(page, pdf, work, extension="html", reader="HTML (StarWriter)")


def _only_embedded(tag: str, attribute: str, value: str) -> str | None:
    if attribute in ("src", "background", "poster", "srcset", "cite") and not EMBEDDED.match(value):
        return None
    return None if attribute == "href" and value.lstrip().lower().startswith("data:") else value


def convert_table(source: Path, pdf: Path, work: IngestWork) -> None:
    """A sheet across the page, as wide as the paper and as long as it takes."""
    text = _printable(decoded(source.read_bytes()))
    rows = _rows(text)
    if not any(any(row) for row in rows):
        raise StepFailed("empty", "The table has no rows. Check the file and upload it as a new document.")
    if len(rows) > ROWS:
        raise StepFailed(
            "too_many_pages",
            f"The table has more than {ROWS:,} rows, which nobody reads page by page. "
            f"Split it, or upload the part that matters.",
        )
    sheet = pdf.with_name("plain.fods")
    sheet.write_text(_sheet(rows), "utf-8")
    convert_office.print_(sheet, pdf, work, extension="fods")


def _rows(text: str) -> list[list[str]]:
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        reader = csv.reader(io.StringIO(text, newline=""), dialect)
        return [[cell[:CELL] for cell in row[:COLUMNS]] for row, _ in zip(reader, range(ROWS + 1), strict=False)]
    except csv.Error as error:
        raise StepFailed(
            "damaged", "The table could not be read as CSV. Save it again with another program and upload that."
        ) from error


def _sheet(rows: list[list[str]]) -> str:
    """A flat OpenDocument spreadsheet; every cell is text, so that no number or formula is made of it."""
    width = max(map(len, rows))
    sample = rows[:1000]
    longest = (max((len(row[column]) for row in sample if column < len(row)), default=0) for column in range(width))
    widths = [min(MOST_CM, max(LEAST_CM, CM_A_LETTER * letters + 0.3)) for letters in longest]
    styles = "".join(COLUMN_STYLE.format(number=number, width=width) for number, width in enumerate(widths))
    columns = "".join(f'<table:table-column table:style-name="w{number}"/>' for number in range(width))
    body = "".join(f"<table:table-row>{''.join(map(_cell, row)) or EMPTY}</table:table-row>" for row in rows)
    return SHEET.format(styles=styles, columns=columns, body=body)


def _cell(value: str) -> str:
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.splitlines())
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>' if lines else EMPTY


def _printable(text: str) -> str:
    """Without the characters that XML forbids."""
    return FORBIDDEN.sub("", text).replace("\f", "\n")


EMPTY = "<table:table-cell/>"
COLUMN_STYLE = (
    '<style:style style:name="w{number}" style:family="table-column">'
    '<style:table-column-properties style:column-width="{width:.1f}cm"/></style:style>'
)
SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles>
<style:page-layout style:name="across"><style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm"
 style:print-orientation="landscape" fo:margin="1.5cm" style:scale-to-X="1" style:scale-to-Y="0"/>
 <style:header-style/><style:footer-style/></style:page-layout>
<style:style style:name="sheet" style:family="table" style:master-page-name="Across"/>
<style:style style:name="Default" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap"
 style:vertical-align="top"/></style:style>
{styles}
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Across" style:page-layout-name="across"/></office:master-styles>
<office:body><office:spreadsheet><table:table table:name="Table" table:style-name="sheet">
{columns}{body}
</table:table></office:spreadsheet></office:body></office:document>
"""
