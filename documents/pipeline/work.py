"""What goes into a step and what comes out: files and plain values, no rows, so that a step can run in a sandbox.

Everything is JSON (see documents.pipeline.wire); paths are strings. Pages are 0-based; sizes are points as
displayed; boxes are fractions of the displayed page, origin top left.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

MIB = 1024 * 1024
PDF_LIMIT = 501 * MIB
OTHER_LIMIT = 26 * MIB
UNPACKED_LIMIT = 600 * MIB
PIXEL_LIMIT = 100_000_000
CONVERT_SECONDS = 180.0  # for a program that makes a PDF of something else
PAGE_LIMIT = 20_000  # a few bytes can claim millions of pages, and each becomes rows and files


class StepFailed(Exception):
    """The file cannot be processed, and trying again will not help. `message` is a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Result:
    """What a step hands back. `files` names every file in it, so that the sandbox can check where they lie."""

    def files(self) -> list[str]:
        raise NotImplementedError


R_co = TypeVar("R_co", bound=Result, covariant=True)


class Work(Generic[R_co]):
    """What a step gets. It writes below `folder` and reads only that and `inputs`."""

    folder: str

    def inputs(self) -> list[str]:
        raise NotImplementedError


@dataclass(frozen=True)
class Word:
    """One word and its box."""

    text: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class RatedWord(Word):
    """A word as a service reads it: how sure it is, 0..1, and how the word was written."""

    confidence: float
    type: str


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
class Cover:
    """A box on page `page` under which nothing stays; `label` is printed on it."""

    page: int
    x1: float
    y1: float
    x2: float
    y2: float
    label: str = ""


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
class TextResult(Result):
    """The PDF with new invisible text; empty where it stays as it is."""

    pdf: str

    def files(self) -> list[str]:
        return [self.pdf] if self.pdf else []


@dataclass(frozen=True)
class Layer:
    """The words of a page that somebody placed."""

    number: int
    words: list[Word]


@dataclass(frozen=True)
class TextWork(Work[TextResult]):
    """Make the words the invisible text of those pages that show no text of their own."""

    pdf: str
    layers: list[Layer]
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class RedactResult(Result):
    """A PDF made anew, the sizes of its pages, and the numbers of those that are pictures now or lost hidden text."""

    pdf: str
    sizes: list[tuple[float, float]]
    pages: list[int]

    def files(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class RedactWork(Work[RedactResult]):
    """Make a new PDF that holds nothing of what lies under `covers`."""

    pdf: str
    covers: list[Cover]
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class ProvedPage:
    """A redacted page as it is stored: its images by size, and its word boxes."""

    number: int
    images: dict[str, str]
    boxes: str


@dataclass(frozen=True)
class ProveResult(Result):
    """What was looked at, and the sha256 of the PDF."""

    pages: int
    boxes: int
    pixels: int
    words: int
    objects: int
    sha256: str

    def files(self) -> list[str]:
        return []


@dataclass(frozen=True)
class ProveWork(Work[ProveResult]):
    """Look for anything under `covers` in the PDF and in what is stored for `pages`; `is_whole`: also in everything
    that belongs to no page."""

    pdf: str
    pages: list[ProvedPage]
    covers: list[Cover]
    is_whole: bool
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class ModifyResult(Result):
    """A PDF of the pages that were wanted."""

    pdf: str

    def files(self) -> list[str]:
        return [self.pdf]


@dataclass(frozen=True)
class ModifyWork(Work[ModifyResult]):
    """Make a PDF of pages of `sources`, the first of which is the document itself.

    `plan` has (source, page, degrees clockwise) for each new page.
    """

    sources: list[str]
    plan: list[tuple[int, int, int]]
    folder: str
    pdf_limit: int = PDF_LIMIT

    def inputs(self) -> list[str]:
        return self.sources


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


STEPS: dict[str, tuple[type[Work[Result]], type[Result]]] = {
    "ingest": (IngestWork, IngestResult),
    "pages": (PagesWork, PagesResult),
    "ocr": (OcrWork, OcrResult),
    "finalize": (FinalizeWork, FinalizeResult),
    "image": (ImageWork, ImageResult),
    "photo": (PhotoWork, ImageResult),
    "modify": (ModifyWork, ModifyResult),
    "redact": (RedactWork, RedactResult),
    "prove": (ProveWork, ProveResult),
    "text": (TextWork, TextResult),
}
"""Kind → its work and its result. The module `documents.pipeline.steps.<kind>` has `run(work) -> result`."""
