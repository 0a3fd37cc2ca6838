"""Step 1: checks what was uploaded and turns it into a PDF that opens, and measures its pages."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from documents.pipeline.steps import convert, pdfium
from documents.pipeline.values import MIB, StepFailed
from documents.pipeline.work import IngestWork


def run(work: IngestWork) -> Mapping[str, object]:
    """The PDF and the size of every page."""
    source, pdf = Path(work.source), Path(work.folder) / "document.pdf"
    work = replace(work, extension=work.extension.lower().lstrip("."))
    _check_size(source, work)
    convert.convert(source, pdf, work)
    return {"pdf": str(pdf), "sizes": _sizes(pdf, work)}


def _check_size(source: Path, work: IngestWork) -> None:
    size = source.stat().st_size
    if size == 0:
        raise StepFailed("empty", "The file is empty. Upload it again as a new document.")
    limit = work.pdf_limit if work.extension == "pdf" else work.other_limit
    if size > limit:
        raise StepFailed(
            "too_large",
            f"The file has {size // MIB} MiB, but a file of this type may have {limit // MIB} MiB at most. "
            f"Split it and upload the parts.",
        )


def _sizes(pdf: Path, work: IngestWork) -> list[tuple[float, float]]:
    with pdfium.opened(pdf) as document:
        count = len(document)
        if not count:
            raise StepFailed("empty", "The file has no pages. Check it and upload it again as a new document.")
        if count > work.page_limit:
            raise StepFailed(
                "too_many_pages",
                f"The file has {count:,} pages, but a document may have {work.page_limit:,} at most. "
                f"Split it and upload the parts.",
            )
        return pdfium.sizes(document)
