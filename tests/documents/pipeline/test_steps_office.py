"""Office documents, text, tables and web pages, through the real LibreOffice."""

import io
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from documents.pipeline.steps import convert_text
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestResult
from tests.documents.pipeline import making
from tests.documents.pipeline.lures import Lure

pytestmark = pytest.mark.slow

ODF = {
    "odt": ("text", "<office:text><text:p>{text}</text:p>{more}</office:text>"),
    "ods": (
        "spreadsheet",
        '<office:spreadsheet><table:table table:name="T"><table:table-row><table:table-cell '
        'office:value-type="string"><text:p>{text}</text:p></table:table-cell></table:table-row></table:table>{more}'
        "</office:spreadsheet>",
    ),
    "odp": (
        "presentation",
        '<office:presentation><draw:page draw:name="p"><draw:frame svg:width="20cm" svg:height="3cm" svg:x="2cm" '
        'svg:y="2cm"><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>{more}</draw:page>'
        "</office:presentation>",
    ),
}
SPACES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{rest}:1.0"'
    for name, rest in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("svg", "svg-compatible"),
        ("script", "script"),
    )
)


def odf(extension: str, text: str, more: str = "") -> bytes:
    kind, body = ODF[extension]
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    content = (
        f'<?xml version="1.0"?><office:document-content{SPACES} xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'office:version="1.2"><office:body>{body.format(text=text, more=more)}</office:body></office:document-content>'
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/><manifest:file-entry '
        'manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return kept.getvalue()


def xlsx(text: str) -> bytes:
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    packages = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{office}.sheet.main+xml"/><Override PartName="/xl/sheet1.xml" '
        f'ContentType="{office}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="sheet1.xml"/></Relationships>',
        "xl/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t>'
        "</is></c></row></sheetData></worksheet>",
    }
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def text_of(result: IngestResult) -> str:
    with pypdfium2.PdfDocument(result.pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


FILES = {
    "docx": making.docx("Grüße aus Köln"),
    "xlsx": xlsx("Grüße aus Köln"),
    "odt": odf("odt", "Grüße aus Köln"),
    "ods": odf("ods", "Grüße aus Köln"),
    "odp": odf("odp", "Grüße aus Köln"),
    "rtf": rb"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe aus K\'f6ln\par}",
    "txt": "Grüße aus Köln".encode(),
    "csv": "Grüße aus Köln;2".encode(),
    "html": b"<p>Gr&uuml;&szlig;e aus <b>K&ouml;ln</b></p>",
}


@pytest.mark.parametrize("extension", FILES)
def test_every_kind_of_document(tmp_path: Path, extension: str) -> None:
    result = making.ingest(tmp_path, FILES[extension], extension)
    assert len(result.sizes) == 1
    assert "Grüße aus Köln" in text_of(result)
    assert not (tmp_path / "ingest" / "office").exists()


def test_presentations(tmp_path: Path) -> None:
    """LibreOffice itself writes the PowerPoint file: one by hand is a book."""
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "show.odp").write_bytes(odf("odp", "Grüße aus Köln"))
    making.office(folder / "show.odp", "pptx")
    assert "Grüße aus Köln" in text_of(making.ingest(tmp_path, (folder / "show.pptx").read_bytes(), "pptx"))


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Grüße aus Köln – schön!", "cp1252"),
        ("Grüße aus Köln", "utf-16"),
        ("Grüße aus Köln", "utf-8-sig"),
        ("Комитет собрался во вторник, чтобы рассмотреть годовой бюджет города", "cp1251"),
        ("委员会于星期二召开会议审查年度预算,委员们询问为什么差旅费用在一年内上涨了", "gb18030"),
        ("委員会は火曜日に年間予算を審査するために集まりました", "shift_jis"),
    ],
)
def test_text_in_any_charset(text: str, charset: str) -> None:
    assert convert_text.decoded(text.encode(charset)) == text


def test_a_wide_table_stays_on_its_page_and_its_formulas_are_only_text(tmp_path: Path) -> None:
    rows = [",".join(f"column {number}" for number in range(40))] * 60
    rows += ['=1+1,"=WEBSERVICE(""http://127.0.0.1/"")"']
    result = making.ingest(tmp_path, "\n".join(rows).encode(), "csv")
    assert len(result.sizes) <= 3
    assert result.sizes[0][0] > result.sizes[0][1]
    assert "column 39" in text_of(result) and "=1+1" in text_of(result)


def test_an_archive_with_a_damaged_table_of_contents_is_put_together_again(tmp_path: Path) -> None:
    result = making.ingest(tmp_path, odf("odt", "still there")[:-60], "odt")
    assert "still there" in text_of(result)


def test_a_damaged_document_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, making.docx("x", more={"word/document.xml": b"<w:document"}), "docx")
    assert failed.value.code == "not_converted"


def frame(address: str) -> str:
    return (
        f'<text:p><draw:frame svg:width="5cm" svg:height="5cm"><draw:image xlink:href="{address}" '
        'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
    )


@pytest.mark.usefixtures("jailed")
def test_nothing_is_fetched_from_the_network(tmp_path: Path, lure: Lure) -> None:
    making.ingest(tmp_path, odf("odt", "x", frame(lure.address)), "odt")
    assert lure.visits == []


@pytest.mark.usefixtures("jailed")
def test_a_web_page_fetches_nothing_and_runs_nothing(tmp_path: Path, lure: Lure) -> None:
    page = (
        f'<p>seen<img src="{lure.address}"><link rel=stylesheet href="{lure.address}">'
        f'<iframe src="{lure.address}"></iframe></p>'
        '<script>document.write("written")</script>'
    )
    result = making.ingest(tmp_path, page.encode(), "html")
    assert "seen" in text_of(result) and "written" not in text_of(result)
    assert lure.visits == []


@pytest.mark.usefixtures("jailed")
def test_no_file_of_this_server_gets_into_the_document(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    picture = tmp_path / "secret.png"
    Image.new("RGB", (50, 50), "red").save(picture)
    section = (
        f'<text:section text:name="s"><text:section-source xlink:href="{secret.as_uri()}" xlink:type="simple"/>'
        "<text:p>kept</text:p></text:section>"
    )
    result = making.ingest(tmp_path, odf("odt", "x", section + frame(picture.as_uri())), "odt")
    assert "TOPSECRET" not in text_of(result)
    with pypdfium2.PdfDocument(result.pdf) as document:
        colours = document[0].render(scale=1).to_pil().convert("RGB").getcolors(1_000_000)
    assert all(colour != (255, 0, 0) for _, colour in colours)
