"""Step 4: puts the pages that OCR read into the PDF and leaves the rest of it; without any, the very bytes stay."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from pikepdf import Dictionary, Pdf, PdfError

from documents.pipeline.work import Chunk, FinalizeWork

LOOKS = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate")  # what OCR may change about a page
LINEARIZE_BELOW = 50 * 1024 * 1024  # bytes; the first page of a small PDF shows before the rest has arrived


def run(work: FinalizeWork) -> Mapping[str, object]:
    """The PDF that readers get, and the sha1 of its bytes."""
    path = Path(work.folder) / "final.pdf"
    try:
        if not work.chunks:
            raise FileNotFoundError
        _layered(work, path)
    except (FileNotFoundError, PdfError):
        # Nothing to add, or qpdf cannot read what PDFium could: readers get the pages, if without a text layer.
        shutil.copyfile(work.pdf, path)
    with path.open("rb") as file:
        return {"pdf": str(path), "file_hash": hashlib.file_digest(file, "sha1").hexdigest()}


def _layered(work: FinalizeWork, path: Path) -> None:
    with Pdf.open(work.pdf) as pdf:
        for chunk in work.chunks:
            _put(pdf, chunk)
        pdf.save(path, linearize=Path(work.pdf).stat().st_size < LINEARIZE_BELOW)


def _put(pdf: Pdf, chunk: Chunk) -> None:
    """Give pages what OCR made of them. What hangs on a page, such as links and bookmarks to it, stays."""
    with Pdf.open(chunk.pdf) as found:
        for number, read in zip(chunk.pages, found.pages, strict=True):
            if number >= len(pdf.pages):
                continue  # a page that PDFium counts and qpdf does not; nothing was read of it
            page = pdf.pages[number].obj
            looks = pdf.copy_foreign(
                found.make_indirect(Dictionary({key: read.obj[key] for key in LOOKS if key in read.obj}))
            )
            for key in LOOKS:
                if key in page:
                    del page[key]
                if key in looks:
                    page[key] = looks[key]
