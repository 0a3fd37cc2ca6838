"""Keeps the words of a redacted page out of its boxes: OCRmyPDF places them a little lower and taller than they are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pikepdf import Pdf

from documents.pipeline.steps import covers, directions, geometry, hidden_text, pdfium, text_layer, words
from documents.pipeline.values import Cover, Word


def settle(path: Path, boxes: Sequence[Cover]) -> None:
    """Write the text layer of a PDF of one page anew where it reaches into a box."""
    with pdfium.opened(path) as document, pdfium.page_of(document, 0) as page:
        found, view, angle = words.read(page).words, geometry.view(page), directions.quarters(page)
    if not any(covers.overlap(word, box) for word in found for box in boxes):
        return
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        font = text_layer.Font(pdf)
        hidden_text.own_resources(pdf.pages[0])
        hidden_text.strip(pdf, pdf.pages[0])
        text_layer.put(pdf.pages[0], _apart(found, boxes), view, font, angle=angle)
        font.finish()
        pdf.save(path)


def _apart(found: Sequence[Word], boxes: Sequence[Cover]) -> Iterator[Word]:
    for word in found:
        kept: Word | None = word
        for box in boxes:
            kept = kept and _beside(kept, box)
        if kept:
            yield kept


def _beside(word: Word, box: Cover) -> Word | None:
    """The part of the word's place that lies outside of the box; nothing of a word whose middle is inside."""
    if not covers.overlap(word, box):
        return word
    x, y = (word.x1 + word.x2) / 2, (word.y1 + word.y2) / 2
    if y <= box.y1:
        return replace(word, y2=box.y1)
    if y >= box.y2:
        return replace(word, y1=box.y2)
    if x <= box.x1:
        return replace(word, x2=box.x1)
    return replace(word, x1=box.x2) if x >= box.x2 else None
