"""PDFs as real programs write them: office programs, a browser, Ghostscript, and OCR of a scan. Each has a page whose
letters are on no other page."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import img2pdf
import pikepdf

from tests.documents.pipeline import making

FIRST = ["Report one of the harbour council", "Paid to Qwxzkżđ and to 龘靐 in March, Ŵĳ 77", "The mayor agreed, жюри"]
OTHER = ["The harbour council met in April, é", "港口委员会 agreed to pay the mayor", "in Report one, no 1234"]
PAGES = (FIRST, OTHER, OTHER[::-1])
CHROMIUM = ("/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
ARCHIVE = json.dumps(
    {"SelectPdfVersion": {"type": "long", "value": "2"}, "UseTaggedPDF": {"type": "boolean", "value": "true"}}
)
SLIDE = '<draw:page draw:name="p{number}"><draw:frame svg:width="20cm" svg:height="10cm" svg:x="2cm" svg:y="2cm">'
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in (("office", "office"), ("draw", "drawing"), ("text", "text"), ("svg", "svg-compatible"))
)


def writer(folder: Path) -> Path:
    return office(folder, "report.html", _html(), "pdf:writer_web_pdf_Export")


def archive(folder: Path) -> Path:
    """PDF/A, tagged."""
    return office(folder, "report.html", _html(), f"pdf:writer_web_pdf_Export:{ARCHIVE}")


def calc(folder: Path) -> Path:
    rows = [f'"{line}",{number}' for page in PAGES for line in page for number in range(20)]
    return office(folder, "table.csv", "\n".join(rows), "pdf:calc_pdf_Export")


def impress(folder: Path) -> Path:
    slides = "".join(
        SLIDE.format(number=number)
        + "<draw:text-box>"
        + "".join(f"<text:p>{line}</text:p>" for line in page)
        + "</draw:text-box></draw:frame></draw:page>"
        for number, page in enumerate(PAGES)
    )
    body = f"<office:body><office:presentation>{slides}</office:presentation></office:body>"
    kind = "application/vnd.oasis.opendocument.presentation"
    text = f'<office:document {NAMESPACES} office:version="1.2" office:mimetype="{kind}">{body}</office:document>'
    return office(folder, "talk.fodp", text, "pdf:impress_pdf_Export")


def browser(folder: Path) -> Path:
    (folder / "page.html").write_text(_html())
    command = [*CHROMIUM, f"--user-data-dir={folder / 'chromium'}", f"--print-to-pdf={folder / 'page.pdf'}"]
    subprocess.run([*command, (folder / "page.html").as_uri()], check=True, capture_output=True, timeout=120)
    return folder / "page.pdf"


def ghostscript(folder: Path) -> Path:
    """What an office program wrote, written again."""
    made = folder / "again.pdf"
    command = ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", f"-sOutputFile={made}"]
    subprocess.run([*command, str(writer(folder))], check=True, capture_output=True, timeout=120)
    return made


def merged(folder: Path) -> Path:
    """Pages that were apart, each with all the fonts, put together again."""
    whole, made = browser(folder), folder / "merged.pdf"
    with pikepdf.new() as pdf:
        for number in range(len(PAGES)):
            with pikepdf.open(whole) as part:
                pdf.pages.append(part.pages[number])
        pdf.save(made)
    return made


def scanned(folder: Path) -> Path:
    """A picture of each page, and what tesseract reads in it."""
    images = []
    for number, lines in enumerate(PAGES[:2]):
        images.append(folder / f"{number}.png")
        making.scan("\n".join(lines), font="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").save(
            images[-1], dpi=(150, 150)
        )
    (folder / "list.txt").write_text("\n".join(map(str, images)))
    subprocess.run(
        ["tesseract", str(folder / "list.txt"), str(folder / "scan"), "pdf"], check=True, capture_output=True
    )
    return folder / "scan.pdf"


def pictures(folder: Path) -> Path:
    made = folder / "pictures.pdf"
    images = [making.image_bytes(making.scan("\n".join(lines)), "PNG") for lines in PAGES[:2]]
    made.write_bytes(img2pdf.convert(images) or b"")
    return made


def office(folder: Path, name: str, text: str, target: str) -> Path:
    """What LibreOffice makes of a file."""
    source = folder / name
    source.write_text(text)
    making.office(source, target)
    return source.with_suffix(".pdf")


def _html() -> str:
    pages = "".join(
        f"<h2>{lines[0]}</h2><p>{lines[1]}</p><p><b>{lines[2]}</b></p><p style='page-break-after:always'></p>"
        for lines in PAGES
    )
    return f"<html><head><meta charset='utf-8'><title>{FIRST[1]}</title></head><body>{pages}</body></html>"


PRODUCERS: list[Callable[[Path], Path]] = [
    *(archive, calc, impress, browser, ghostscript, merged, scanned, pictures),
]
