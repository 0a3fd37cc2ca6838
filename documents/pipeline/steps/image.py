"""On demand: one page drawn large, for people who look closely."""

from collections.abc import Mapping
from pathlib import Path

from documents.pipeline.steps import drawing, pdfium
from documents.pipeline.values import StepFailed
from documents.pipeline.work import ImageWork


def run(work: ImageWork) -> Mapping[str, object]:
    """A GIF of the page at the width asked for."""
    path = Path(work.folder) / "image.gif"
    try:
        with pdfium.opened(work.pdf, forms=True) as document, pdfium.page_of(document, work.page) as page:
            drawing.save(drawing.draw(page, work.width), path)
    except (pdfium.Error, IndexError, ValueError) as error:
        raise StepFailed("page_unreadable", "This page is damaged and cannot be drawn.") from error
    return {"image": str(path)}
