"""For a service that reads pages: one page as a JPEG that is small enough to send."""

from collections.abc import Mapping
from pathlib import Path

from documents.pipeline.steps import drawing, pdfium
from documents.pipeline.values import MIB, StepFailed
from documents.pipeline.work import PhotoWork

LONG_SIDE = 5000  # pixels: A3 at 300 dpi
MOST_BYTES = 5 * MIB
QUALITIES = (85, 60, 30)


def run(work: PhotoWork) -> Mapping[str, object]:
    """The best picture that is not too large."""
    path = Path(work.folder) / "photo.jpg"
    try:
        with pdfium.opened(work.pdf, forms=True) as document, pdfium.page_of(document, work.page) as page:
            image = drawing.photograph(page)
    except (pdfium.Error, IndexError, ValueError) as error:
        raise StepFailed("page_unreadable", "This page is damaged and cannot be drawn.") from error
    image.thumbnail((LONG_SIDE, LONG_SIDE))
    for quality in QUALITIES:
        image.save(path, "JPEG", quality=quality)
        if path.stat().st_size <= MOST_BYTES:
            return {"image": str(path)}
    raise StepFailed("page_too_large", "This page is too large to be sent to a service.")
