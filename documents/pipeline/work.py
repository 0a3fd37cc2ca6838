"""What goes into a step and what comes out: files and plain values, no rows, so that a step can run in a sandbox.

Here are the steps that read a document; those that change it are in documents.pipeline.edits.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from documents.pipeline.edits import (
    ModifyResult,
    ModifyWork,
    ProveResult,
    ProveWork,
    RedactResult,
    RedactWork,
    TextResult,
    TextWork,
)
from documents.pipeline.letters import LetterResult, LetterWork
from documents.pipeline.values import (
    CONVERT_SECONDS,
    OTHER_LIMIT,
    PAGE_LIMIT,
    PDF_LIMIT,
    PIXEL_LIMIT,
    UNPACKED_LIMIT,
    Cover,
    Result,
    Word,
    Work,
)


@dataclass(frozen=True)
class IngestResult(Result):
    """A PDF that opens, and the size of every page in points (width, height)."""

    pdf: str
    sizes: list[tuple[float, float]]

    def files(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class IngestWork(Work[IngestResult]):
    """The uploaded bytes at `source`, said to be of `extension`. Write the PDF to `<folder>/document.pdf`."""

    source: str
    extension: str
    language: str
    folder: str
    pdf_limit: int = PDF_LIMIT
    other_limit: int = OTHER_LIMIT
    page_limit: int = PAGE_LIMIT
    pixel_limit: int = PIXEL_LIMIT
    unpacked_limit: int = UNPACKED_LIMIT
    seconds: float = CONVERT_SECONDS
    depth: int = 0  # in how many messages the file is an attachment

    def inputs(self) -> list[str]:
        return [self.source]


@dataclass(frozen=True)
class PageRead:
    """What a step found on a page. `text` is None when OCR has to read it. `images` maps sizes to files."""

    number: int
    width: float
    height: float
    text: str | None = None
    words: list[Word] = field(default_factory=list)
    confidence: float | None = None
    images: dict[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class PagesResult(Result):
    """The pages of a batch, in the order asked for."""

    pages: list[PageRead]

    def files(self) -> list[str]:
        return [path for page in self.pages for path in page.images.values()]


@dataclass(frozen=True)
class PagesWork(Work[PagesResult]):
    """Read and draw `pages` of the PDF."""

    pdf: str
    pages: list[int]
    force_ocr: bool
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class Found:
    """What a service read on page `number`: words by line, in their order."""

    number: int
    lines: list[list[Word]]


@dataclass(frozen=True)
class OcrResult(Result):
    """The pages of a chunk, and a PDF of just these pages, in this order, with their text layer."""

    engine: ClassVar[str] = "tess4"
    pages: list[PageRead]
    pdf: str

    def files(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class OcrWork(Work[OcrResult]):
    """Read the images of `pages` of the PDF with Tesseract. `force` replaces a text layer that is there.

    Nothing is read under `covers`, where a black box might look like a letter. Pages of `found` get that as their text
    instead.
    """

    pdf: str
    pages: list[int]
    language: str
    force: bool
    folder: str
    covers: list[Cover] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    def inputs(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class Chunk:
    """A PDF whose pages replace `pages` of the document."""

    pdf: str
    pages: list[int]


@dataclass(frozen=True)
class FinalizeResult(Result):
    """The PDF that readers get and its sha1 (40 hex)."""

    pdf: str
    file_hash: str

    def files(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class FinalizeWork(Work[FinalizeResult]):
    """Put the chunks' pages into the PDF."""

    pdf: str
    chunks: list[Chunk]
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf, *(chunk.pdf for chunk in self.chunks)]


@dataclass(frozen=True)
class ImageResult(Result):
    """A GIF of a page."""

    image: str

    def files(self) -> list[str]:
        return [self.image]


@dataclass(frozen=True)
class ImageWork(Work[ImageResult]):
    """Draw one page of the PDF, `width` pixels wide."""

    pdf: str
    page: int
    width: int
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class PhotoWork(Work[ImageResult]):
    """Photograph one page of the PDF, as a JPEG that a service takes."""

    pdf: str
    page: int
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class Spot:
    """Its page, its first character in the whole text and in the page's, and what stands there."""

    page: int
    offset: int
    page_offset: int
    content: str


@dataclass(frozen=True)
class Value:
    """One thing in one place: its kind, its canonical name, and what is known about it."""

    kind: str
    name: str
    metadata: dict[str, str]
    spot: Spot


@dataclass(frozen=True)
class ExtractResult(Result):
    """What stands on the pages, in their order."""

    found: list[Value]

    def files(self) -> list[str]:
        return []


@dataclass(frozen=True)
class ExtractWork(Work[ExtractResult]):
    """Look for dates, prices, addresses and the like in `texts`, a JSON list with the text of each of `pages`.

    `offsets` are their first characters in the text of the whole document.
    """

    texts: str
    pages: list[int]
    offsets: list[int]
    language: str
    folder: str

    def inputs(self) -> list[str]:
        return [self.texts]


STEPS: dict[str, tuple[type[Work[Result]], type[Result]]] = {
    "ingest": (IngestWork, IngestResult),
    "pages": (PagesWork, PagesResult),
    "ocr": (OcrWork, OcrResult),
    "finalize": (FinalizeWork, FinalizeResult),
    "image": (ImageWork, ImageResult),
    "photo": (PhotoWork, ImageResult),
    "letter": (LetterWork, LetterResult),
    "modify": (ModifyWork, ModifyResult),
    "redact": (RedactWork, RedactResult),
    "prove": (ProveWork, ProveResult),
    "text": (TextWork, TextResult),
    "extract": (ExtractWork, ExtractResult),
}
"""Kind → its work and its result. The module `documents.pipeline.steps.<kind>` has `run(work) -> result`."""
