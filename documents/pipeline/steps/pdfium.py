"""The thin layer over PDFium: open, close, and one page at a time, so that memory stays flat over a thousand pages."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import pypdfium2
import pypdfium2.raw as c

Document: TypeAlias = Any  # pypdfium2 has no types
Page: TypeAlias = Any
Error = pypdfium2.PdfiumError
DEFAULT_SIZE = (612.0, 792.0)


@contextmanager
def opened(path: str | Path, *, forms: bool = False) -> Iterator[Document]:
    """A PDF, with what people filled into its forms if asked for."""
    document = pypdfium2.PdfDocument(str(path))
    try:
        if forms:
            with suppress(Error):
                document.init_forms()
        yield document
    finally:
        document.close()


@contextmanager
def page_of(document: Document, number: int) -> Iterator[Page]:
    """One page, closed again whatever happens."""
    page = document[number]
    try:
        yield page
    finally:
        page.close()


def has_pages(path: Path) -> bool:
    """Does the file open, and is there anything in it?"""
    try:
        with opened(path) as document:
            return len(document) > 0
    except (Error, OSError):
        return False


def sizes(document: Document) -> list[tuple[float, float]]:
    """Width and height of every page in points, as displayed."""
    return [size_of(document, number) for number in range(len(document))]


def size_of(document: Document, number: int) -> tuple[float, float]:
    """Width and height of a page that need not open."""
    try:
        return _sane(*document.get_page_size(number))
    except Error:
        return DEFAULT_SIZE


def size(page: Page) -> tuple[float, float]:
    """Width and height of a page in points, as displayed."""
    return _sane(*page.get_size())


def _sane(width: float, height: float) -> tuple[float, float]:
    # Not a number compares false too: such a page is drawn on letter paper.
    return (width, height) if 0 < width < 1e7 and 0 < height < 1e7 else DEFAULT_SIZE


def is_encrypted(document: Document) -> bool:
    """Does the file need decryption, be it with an empty password?"""
    return bool(c.FPDF_GetSecurityHandlerRevision(document.raw) >= 0)
