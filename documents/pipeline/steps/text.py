"""The step that corrects text: words with positions become the invisible text of their pages in the PDF."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pikepdf import Page, Pdf, PdfError

from documents.pipeline.edits import TextWork
from documents.pipeline.steps import geometry, hidden_text, legible, pdfium, text_layer
from documents.pipeline.values import Word

LINEARIZE_BELOW = 50 * 1024 * 1024  # bytes, as in the last step of processing


def run(work: TextWork) -> Mapping[str, object]:
    """The PDF with its new layers; none where every page keeps the text that people see, or qpdf cannot read it."""
    path = Path(work.folder) / "layered.pdf"
    with pdfium.opened(work.pdf) as document, suppress(PdfError), Pdf.open(work.pdf) as pdf:
        font = text_layer.Font(pdf)
        changed = [_write(document, pdf, font, page.number, page.words) for page in work.layers]
        if any(changed):
            font.finish()
            pdf.save(path, linearize=Path(work.pdf).stat().st_size < LINEARIZE_BELOW)
            return {"pdf": str(path)}
    return {"pdf": ""}


def _write(document: pdfium.Document, pdf: Pdf, font: text_layer.Font, number: int, words: list[Word]) -> bool:
    """Replace a page's invisible text. A page that shows text, or that nobody can take apart, stays as it is."""
    if number >= len(pdf.pages):
        return False
    try:
        with pdfium.page_of(document, number) as shown:
            if legible.has_visible_text(shown):
                return False
            view = geometry.view(shown)
    except (pdfium.Error, ValueError):
        return False
    return _layered(pdf, pdf.pages[number], words, view, font)


def _layered(pdf: Pdf, page: Page, words: list[Word], view: geometry.View, font: text_layer.Font) -> bool:
    try:
        hidden_text.own_resources(page)
        hidden_text.strip(pdf, page)
        text_layer.put(page, words, view, font)
    except Exception:  # whatever a page is made of, it costs the layer of that page only
        return False
    return True
