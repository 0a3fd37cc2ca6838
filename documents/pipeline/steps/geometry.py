"""From a page's own coordinates to fractions of what people see: crop and rotation, as PDFium displays them."""

import ctypes
from dataclasses import dataclass

import pypdfium2.raw as c

from documents.pipeline.steps.pdfium import Page

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the page's own coordinates."""
SPAN = 10_000_000  # FPDF_PageToDevice answers in whole pixels of a device: a large one keeps the precision


@dataclass(frozen=True)
class View:
    """What part of a page is displayed, and how it is turned: x' = a·x + c·y + e and y' = b·x + d·y + f, in 0..1."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    visible: Box

    def place(self, box: Box) -> Box:
        """A box as fractions of the displayed page: left, top, right, bottom, origin top left."""
        left, bottom, right, top = box
        xs = sorted((self.a * left + self.c * bottom + self.e, self.a * right + self.c * top + self.e))
        ys = sorted((self.b * left + self.d * bottom + self.f, self.b * right + self.d * top + self.f))
        return _fraction(xs[0]), _fraction(ys[0]), _fraction(xs[1]), _fraction(ys[1])

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The page's own coordinates of a displayed point, given in fractions from the top left."""
        determinant = self.a * self.d - self.b * self.c
        x, y = x - self.e, y - self.f
        return (self.d * x - self.c * y) / determinant, (self.a * y - self.b * x) / determinant


def view(page: Page) -> View:
    """How a page is displayed. ValueError for a page without an area."""
    rectangle = c.FS_RECTF()
    if not c.FPDF_GetPageBoundingBox(page.raw, rectangle):
        raise ValueError("The page has no area.")
    left, bottom, right, top = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
    if not (right > left and top > bottom):
        raise ValueError("The page has no area.")
    e, f = _displayed(page, left, bottom)
    right_x, right_y = _displayed(page, right, bottom)
    top_x, top_y = _displayed(page, left, top)
    a, b = (right_x - e) / (right - left), (right_y - f) / (right - left)
    c_, d = (top_x - e) / (top - bottom), (top_y - f) / (top - bottom)
    origin = e - a * left - c_ * bottom, f - b * left - d * bottom
    return View(a, b, c_, d, *origin, (left, bottom, right, top))


def _displayed(page: Page, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    c.FPDF_PageToDevice(page.raw, 0, 0, SPAN, SPAN, 0, x, y, across, down)
    return across.value / SPAN, down.value / SPAN


def _fraction(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
