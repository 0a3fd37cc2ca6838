"""A PDF that gives pages to another one: what of a page goes along, and where its pages lie in the new file."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
from pikepdf import AccessMode, Array, Dictionary, Name, Object, Pdf, PdfError

from documents.pipeline.steps import pdfium
from documents.pipeline.steps.pruning import Pruner
from documents.pipeline.values import StepFailed

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
OWN = ("/Contents", "/BleedBox", "/TrimBox", "/ArtBox", "/Group", "/UserUnit", "/Tabs")
DEEP = 100  # levels of a page tree; loops end there too
MISSING = StepFailed(
    "pages_unreadable",
    "Some of these pages are too damaged to be moved into another file. Save the PDF again with another program, "
    "upload it as a new document, and try it there.",
)


@dataclass
class Donor:
    """One source. `places`: the first page of the new file that is page n of this one."""

    pdf: Pdf
    used: set[int]
    pages: list[Object]
    pruner: Pruner | None  # none where every page goes along: then nothing has to stay behind
    places: dict[int, Object] = field(default_factory=dict)
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    copies: dict[int, Object] = field(default_factory=dict)

    def page(self, made: Pdf, number: int) -> Dictionary:
        """A new page for the other file, with everything that it shows, except annotations."""
        if number not in self.copies:
            looks = self.pdf.make_indirect(Dictionary(self._looks(self.pages[number])))
            self.copies[number] = made.copy_foreign(looks)
        return Dictionary({key: value for key, value in self.copies[number].items()})

    def rotation(self, number: int) -> int:
        """How the page is turned by itself, as PDFium understands it."""
        try:
            return int((inherited(self.pages[number], "/Rotate") or 0) / 90) % 4 * 90
        except (TypeError, ValueError):
            return 0

    def _looks(self, page: Object) -> dict[str, Any]:
        looks: dict[str, Any] = {"/Type": Name.Page}
        for key in INHERITED:
            if (value := inherited(page, key)) is not None:
                looks[key] = value
        looks |= {key: page[key] for key in OWN if key in page}
        resources = looks.get("/Resources")
        if not isinstance(resources, Dictionary):
            looks["/Resources"] = Dictionary()
        elif self.pruner:
            looks["/Resources"] = self.pruner.page(resources, page.get("/Contents"))
        return looks


def inherited(page: Object, key: str) -> Any:
    """An attribute of the page, or of the branch of the tree that it hangs on."""
    node: Any = page
    for _ in range(DEEP):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


@contextmanager
def opened(path: str, mended: Path, used: set[int]) -> Iterator[Donor]:
    """The PDF, or a copy by PDFium where qpdf cannot find all the pages that PDFium shows."""
    with _sound(path, mended, max(used, default=-1)) as pdf:
        pages: list[Object] = [page.obj for page in pdf.pages]
        donor = Donor(pdf, used, pages, None if len(used) == len(pages) else Pruner())
        donor.numbers = {page.objgen: number for number, page in enumerate(pages)}
        yield donor


def _sound(path: str, mended: Path, last: int) -> Pdf:
    with suppress(PdfError):
        pdf = _open(path)
        if len(pdf.pages) > last:
            return pdf
        pdf.close()
    try:
        with pdfium.opened(path) as source:
            copy = pypdfium2.PdfDocument.new()
            copy.import_pages(source)
            copy.save(str(mended))
            copy.close()
        pdf = _open(mended)
        if len(pdf.pages) > last:
            return pdf
    except (pdfium.Error, PdfError) as error:
        raise MISSING from error
    raise MISSING


def _open(path: str | Path) -> Pdf:
    # mapped into memory, a few large sources would not fit into what a step may have
    return Pdf.open(path, access_mode=AccessMode.stream)


def items(value: Any) -> list[Object]:
    """The dictionaries of an array that may be something else, or hold something else."""
    return [item for item in value if isinstance(item, Dictionary)] if isinstance(value, Array) else []
