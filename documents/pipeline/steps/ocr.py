"""Step 3: OCRmyPDF gives a text layer to pages that have none; words and text are then read from the PDF it makes.

The result's PDF holds the pages that were read, each with its layer, for step 4 to put into the document.
"""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import img2pdf
import ocrmypdf
from pikepdf import Array, Pdf

from documents.pipeline.steps import (
    apart,
    directions,
    drawing,
    engine,
    geometry,
    legible,
    packs,
    pdfium,
    progress,
    words,
)
from documents.pipeline.steps.geometry import View
from documents.pipeline.steps.legible import Verdict
from documents.pipeline.values import Word
from documents.pipeline.work import OcrWork, PageRead

BOXES = ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox")
MEGAPIXELS = drawing.MAX_PIXELS / 1e6
UNREADABLE = "The text of this page could not be read from its image."


def run(work: OcrWork) -> Mapping[str, object]:
    """One page after the other; a page that fails has no text and says so."""
    logging.disable(logging.CRITICAL)  # OCRmyPDF tells about pages what our own errors tell better
    pack = packs.installed_pack(work.language)
    with pdfium.opened(work.pdf, forms=True) as document, Pdf.open(work.pdf) as source:
        read = partial(_read, work, pack, document, source)
        progress.each(Path(work.folder), work.pages, read, partial(_give_up, document))
        return {"pdf": _together(work, source)}


def _read(work: OcrWork, pack: str, document: pdfium.Document, source: Pdf, number: int) -> PageRead:
    alone, layered = Path(work.folder) / f"page-{number}.pdf", _layered(work, number)
    with pdfium.page_of(document, number) as page:
        width, height = pdfium.size(page)
        mode, covered = _mode(page, force=work.force)
        engine.confidences.clear()
        engine.on_head.clear()
        engine.given[:] = [found for found in work.found if found.number == number]
        engine.beneath[:] = [cover for cover in work.covers if cover.page == number]
        try:
            engine.covered[:] = covered
            _extract(source, number, alone, geometry.view(page))
            _recognise(alone, layered, pack, mode)
        except Exception:
            if engine.beneath:
                raise  # a photograph would blur the edges of the boxes: better without text
            # Too large, damaged, or of a kind that OCRmyPDF refuses: a plain picture of the page is none of these.
            engine.covered.clear()
            _photograph(page, alone, width, height)
            _recognise(alone, layered, pack, "force")
    apart.settle(layered, engine.beneath)
    sure = engine.confidences[-1] if engine.confidences else None
    with pdfium.opened(layered) as result, pdfium.page_of(result, 0) as page:
        found = directions.on_head(page) if any(engine.on_head) else words.read(page)
    return PageRead(number, width, height, text=found.text, words=found.words, confidence=sure)


def _mode(page: pdfium.Page, *, force: bool) -> tuple[str, list[Word]]:
    """`redo` keeps visible text, drops an invisible layer and reads the rest; `force` reads a picture of everything.

    And the words that stay, which are not to be read again from the picture.
    """
    stays = legible.has_lasting_text(page)
    if force:
        return ("force" if stays else "redo"), []
    try:
        found = words.read(page)
        verdict = legible.judge(page, found)
    except ValueError:
        return "force", []
    if verdict is Verdict.GARBLED and stays:
        return "force", []
    return "redo", found.words if verdict is Verdict.STAMP else []


def _recognise(pdf: Path, layered: Path, pack: str, mode: str) -> None:
    try:
        ocrmypdf.ocr(
            pdf,
            layered,
            language=[pack],
            mode=mode,
            jobs=1,
            use_threads=True,
            output_type="pdf",
            optimize=0,
            rasterizer="pypdfium",
            max_image_mpixels=MEGAPIXELS,
            progress_bar=False,
            plugins=[engine.__name__],
        )
    except Exception as error:
        progress.check_killed(error)  # it asks Tesseract for its version, too
        raise


def _extract(source: Pdf, number: int, path: Path, view: View) -> None:
    """The page alone. Its paper ends where its crop ends: OCRmyPDF stretches the layer of a cropped page."""
    with Pdf.new() as pdf:
        pdf.pages.append(source.pages[number])
        page = pdf.pages[0].obj
        for box in BOXES:
            if box in page:
                del page[box]
        page.MediaBox = Array([round(side, 4) for side in view.visible])
        pdf.save(path)


def _photograph(page: pdfium.Page, path: Path, width: float, height: float) -> None:
    picture = path.with_suffix(".jpg")
    drawing.photograph(page).save(picture, "JPEG", quality=85)
    path.write_bytes(img2pdf.convert(str(picture), layout_fun=img2pdf.get_layout_fun((width, height))))


def _layered(work: OcrWork, number: int) -> Path:
    return Path(work.folder) / f"layered-{number}.pdf"


def _together(work: OcrWork, source: Pdf) -> str:
    """The pages of the chunk in one PDF; one that could not be read stays as it was."""
    path = Path(work.folder) / "chunk.pdf"
    with Pdf.new() as pdf:
        for number in work.pages:
            if _layered(work, number).exists():
                with Pdf.open(_layered(work, number)) as layered:
                    pdf.pages.append(layered.pages[0])
            elif number < len(source.pages):
                pdf.pages.append(source.pages[number])
            else:
                pdf.add_blank_page()
        pdf.save(path)
    return str(path)


def _give_up(document: pdfium.Document, number: int, reason: str) -> PageRead:
    width, height = pdfium.size_of(document, number)
    return PageRead(number, width, height, text="", error=UNREADABLE)
