"""What goes into the steps that change a document, and what comes out (see documents.pipeline.values)."""

from dataclasses import dataclass

from documents.pipeline.values import PDF_LIMIT, Cover, Result, Word, Work


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
    """Look for anything under `covers` in the PDF and in what is stored for `pages`.

    With `source`, the PDF as it was, also in everything that belongs to no page, and in the fonts that the `redacted`
    pages used.
    """

    pdf: str
    pages: list[ProvedPage]
    covers: list[Cover]
    source: str | None
    redacted: list[int]
    folder: str

    def inputs(self) -> list[str]:
        return [self.pdf, self.source] if self.source else [self.pdf]


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
