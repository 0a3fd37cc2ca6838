"""Decides whether the text that a page has is its text, or whether the page must be read from its image."""

import enum
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as c

from documents.pipeline.steps import geometry
from documents.pipeline.steps.pdfium import Page
from documents.pipeline.steps.words import PageText

GARBLED = 0.3  # share of characters that mean nothing, from which on nobody can read the text
STAMP_LETTERS = 300
STAMP_AREA = 0.05
SCAN_AREA = 0.6
UNSEEN = 3  # the text render mode of hidden layers
INVISIBLE = (UNSEEN, 7)  # 7 only cuts out what is painted later
DEPTH = 5  # of forms in forms


class Verdict(enum.Enum):
    """What to make of a page's text."""

    GOOD = "good"
    NONE = "none"
    STAMP = "stamp"  # a number or a line put on top of a scan
    GARBLED = "garbled"


def judge(page: Page, found: PageText) -> Verdict:
    """Is this the text of the page?"""
    if found.garbled >= GARBLED * max(1, found.letters):
        return Verdict.GARBLED if found.letters else Verdict.NONE
    if not found.text:
        return Verdict.NONE
    return Verdict.STAMP if _is_stamp(page, found) else Verdict.GOOD


def _is_stamp(page: Page, found: PageText) -> bool:
    if found.letters >= STAMP_LETTERS or _area(found) >= STAMP_AREA:
        return False
    # Invisible text is what an earlier OCR found, however little that is.
    return _covered_by_images(page) >= SCAN_AREA and has_visible_text(page)


def has_visible_text(page: Page) -> bool:
    """Would the page look different without its text?"""
    return any(mode not in INVISIBLE for mode in _text_modes(page))


def has_lasting_text(page: Page) -> bool:
    """Is there text that stays when the hidden layer is taken away?"""
    return any(mode != UNSEEN for mode in _text_modes(page))


def _text_modes(page: Page) -> Iterator[int]:
    for text in page.get_objects(filter=[c.FPDF_PAGEOBJ_TEXT], max_depth=DEPTH):
        yield c.FPDFTextObj_GetTextRenderMode(text.raw)


def _images(page: Page) -> Iterator[Any]:
    yield from page.get_objects(filter=[c.FPDF_PAGEOBJ_IMAGE], max_depth=3)


def _area(found: PageText) -> float:
    return sum((word.x2 - word.x1) * (word.y2 - word.y1) for word in found.words)


def _covered_by_images(page: Page) -> float:
    """The share of the page that images cover; scanners also deliver a page in strips."""
    view = geometry.view(page)
    covered = 0.0
    for image in _images(page):
        x1, y1, x2, y2 = view.place(image.get_bounds())
        covered += (x2 - x1) * (y2 - y1)
    return min(1.0, covered)
