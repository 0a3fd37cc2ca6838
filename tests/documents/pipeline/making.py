"""Makes the files that tests of the steps need, and runs steps on them as the pipeline does."""

import importlib
import io
import json
import logging
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar, cast

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from documents.pipeline import sandbox, wire
from documents.pipeline.steps import progress
from documents.pipeline.values import Result, Work
from documents.pipeline.work import (
    STEPS,
    Chunk,
    FinalizeResult,
    FinalizeWork,
    IngestResult,
    IngestWork,
    OcrResult,
    OcrWork,
    PageRead,
    PagesWork,
)

R = TypeVar("R", bound=Result)
SERIF = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
FONT = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)


def here(kind: str, work: Work[R]) -> R:
    """The step in this process, where coverage sees it."""
    folder = Path(work.folder)
    shutil.rmtree(folder / "pages", ignore_errors=True)
    try:
        done = dict(importlib.import_module(f"documents.pipeline.steps.{kind}").run(work))
    finally:
        logging.disable(logging.NOTSET)  # a step's process keeps its libraries quiet
    if isinstance(work, PagesWork | OcrWork):
        done["pages"] = [json.loads(progress.kept(folder, number).read_bytes()) for number in work.pages]
    return cast("R", wire.build(STEPS[kind][1], json.loads(wire.dumps(done))))


def in_sandbox(kind: str, work: Work[R]) -> R:
    """The step as the pipeline runs it. Tests that need its walls use the fixture `jailed`."""
    return sandbox.run(kind, work, timeout=240, on_tick=lambda: True)


perform = here


def run(kind: str, work: Work[R]) -> R:
    """A step, in its folder."""
    Path(work.folder).mkdir(parents=True, exist_ok=True)
    return perform(kind, work)


def ingest(tmp_path: Path, content: bytes, extension: str, **limits: int) -> IngestResult:
    """Upload these bytes."""
    folder = tmp_path / "ingest"
    folder.mkdir(exist_ok=True)
    (folder / "source").write_bytes(content)
    work = IngestWork(str(folder / "source"), extension, "eng", str(folder), **limits)
    return run("ingest", work)


def read(tmp_path: Path, pdf: Path | str, pages: Iterable[int] = (0,), *, force_ocr: bool = False) -> list[PageRead]:
    """The pages step."""
    return run("pages", PagesWork(str(pdf), list(pages), force_ocr, str(tmp_path / "pages"))).pages


def ocr(
    tmp_path: Path, pdf: Path | str, pages: Iterable[int] = (0,), *, language: str = "eng", force: bool = False
) -> OcrResult:
    """The OCR step."""
    return run("ocr", OcrWork(str(pdf), list(pages), language, force, str(tmp_path / "ocr")))


def finalize(tmp_path: Path, pdf: Path | str, *chunks: Chunk) -> FinalizeResult:
    """The last step."""
    return run("finalize", FinalizeWork(str(pdf), list(chunks), str(tmp_path / "final")))


def pdf_of(path: Path, *contents: str, **keys: object) -> Path:
    """A PDF with a page for each content stream; `keys` go into every page."""
    with pikepdf.new() as pdf:
        for content in contents:
            page = pdf.add_blank_page(page_size=(600, 800))
            page.obj.Contents = pdf.make_stream(content.encode("latin-1"))
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=FONT))
            for key, value in keys.items():
                page.obj["/" + key] = value
        pdf.save(path)
    return path


def text_at(x: float, y: float, text: str, size: int = 20, mode: int = 0) -> str:
    """The content stream that writes one line."""
    return f"BT {mode} Tr /F {size} Tf {x} {y} Td ({text}) Tj ET\n"


def scan(text: str, *, width: int = 1275, height: int = 1650, size: int = 40, font: str = SERIF) -> Image.Image:
    """A letter page at 150 dpi as a scanner sees it."""
    image = Image.new("L", (width, height), 255)
    ImageDraw.Draw(image).multiline_text((100, 120), text, fill=10, font=ImageFont.truetype(font, size), spacing=20)
    return image


def scanned_pdf(path: Path, *images: Image.Image, over: str = "", **keys: object) -> Path:
    """A PDF of page images; `over` is written onto each."""
    with pikepdf.new() as pdf:
        for image in images:
            page = pdf.add_blank_page(page_size=(612, 792))
            stream = pdf.make_stream(
                image.tobytes(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=image.width,
                Height=image.height,
                ColorSpace=pikepdf.Name.DeviceGray,
                BitsPerComponent=8,
            )
            page.obj.Resources = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(Im=stream), Font=pikepdf.Dictionary(F=FONT)
            )
            page.obj.Contents = pdf.make_stream(f"q 612 0 0 792 0 0 cm /Im Do Q\n{over}".encode())
            for key, value in keys.items():
                page.obj["/" + key] = value
        pdf.save(path)
    return path


def image_bytes(image: Image.Image, format_: str, **options: object) -> bytes:
    """An image file."""
    kept = io.BytesIO()
    image.save(kept, format_, **options)
    return kept.getvalue()


def docx(text: str, *, more: dict[str, bytes] | None = None) -> bytes:
    """The smallest Word document."""
    parts = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        b'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
        b'+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        b'relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
        b'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>' + text.encode() + b"</w:t></w:r></w:p></w:body>"
        b"</w:document>",
        **(more or {}),
    }
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def office(source: Path, extension: str) -> None:
    """Let LibreOffice save a file in another format, beside it."""
    profile = source.with_name("profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", extension]
    subprocess.run([*command, "--outdir", str(source.parent), str(source)], check=True, capture_output=True)
