"""Step 2: the text, the word boxes and the images of pages; says which pages have to be read from their image."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from documents import paths
from documents.pipeline.steps import drawing, legible, pdfium, progress, words
from documents.pipeline.steps.legible import Verdict
from documents.pipeline.work import PageRead, PagesWork

LARGE = paths.SIZES["large"]
UNDRAWABLE = "This page is damaged and could not be drawn, so it is shown blank."


def run(work: PagesWork) -> Mapping[str, object]:
    """One page after the other; a page that fails is blank."""
    with pdfium.opened(work.pdf, forms=True) as document:
        progress.each(Path(work.folder), work.pages, partial(_read, work, document), partial(_give_up, work, document))
    return {}


def _read(work: PagesWork, document: pdfium.Document, number: int) -> PageRead:
    with pdfium.page_of(document, number) as page:
        width, height = pdfium.size(page)
        drawn = drawing.draw(page, LARGE)
        unread = PageRead(number, width, height, images=drawing.save_sizes(drawn, Path(work.folder), number))
        if work.force_ocr:
            return unread
        try:
            found = words.read(page)
            verdict = legible.judge(page, found)
        except ValueError:
            return unread
    if verdict is Verdict.NONE and drawing.is_blank(drawn):
        return replace(unread, text="")
    return replace(unread, text=found.text, words=found.words) if verdict is Verdict.GOOD else unread


def _give_up(work: PagesWork, document: pdfium.Document, number: int, reason: str) -> PageRead:
    """A blank page that says so."""
    width, height = pdfium.size_of(document, number)
    images = drawing.save_sizes(drawing.blank(width, height), Path(work.folder), number)
    return PageRead(number, width, height, text="", images=images, error=UNDRAWABLE)
