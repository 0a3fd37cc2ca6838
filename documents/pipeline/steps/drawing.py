"""Draws pages as people see them on paper: white background, forms filled in, no annotations."""

from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pypdfium2.raw as c
from PIL import Image, ImageChops, ImageDraw

from documents import paths
from documents.pipeline.steps import pdfium
from documents.pipeline.steps.pdfium import Page
from documents.pipeline.values import Word

MAX_PIXELS = 40_000_000
MAX_SIDE = 65_500  # a GIF's sides are 16-bit numbers
COLOURS = 64
PHOTOGRAPH_DPI = 200
REDUCING_GAP = 1.5  # halves the work where an image gets much smaller, and nobody sees the difference
TO_GREY = [round(value * (COLOURS - 1) / 255) for value in range(256)]
FEW_GREYS = [round(grey * 255 / (COLOURS - 1)) for grey in TO_GREY]
GREYS = [part for grey in range(COLOURS) for part in (round(grey * 255 / (COLOURS - 1)),) * 3]


def fit(width: float, height: float) -> tuple[int, int]:
    """Whole pixels in the same shape that are not too many to draw."""
    factor = min(1.0, (MAX_PIXELS / (width * height)) ** 0.5, MAX_SIDE / width, MAX_SIDE / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def render(page: Page, width: int, height: int, *, grey: bool = False, annotations: bool = False) -> Image.Image:
    """The page at exactly this size; with `annotations` as on a screen, where comments and stamps show too."""
    format_ = c.FPDFBitmap_Gray if grey else c.FPDFBitmap_BGR
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, format_)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        flags = (c.FPDF_ANNOT if annotations else c.FPDF_PRINTING) | (c.FPDF_GRAYSCALE if grey else 0)
        c.FPDF_RenderPageBitmap(bitmap.raw, page.raw, 0, 0, width, height, 0, flags)
        if page.formenv:
            c.FPDF_FFLDraw(page.formenv.raw, bitmap.raw, page.raw, 0, 0, width, height, 0, flags)
        mode, raw = ("L", "L") if grey else ("RGB", "BGR")
        return Image.frombytes(mode, (width, height), bitmap.buffer, "raw", raw, bitmap.stride, 1)
    finally:
        bitmap.close()


def draw(page: Page, width: int) -> Image.Image:
    """The page at this width, or less where it would be too many pixels."""
    wide, high = pdfium.size(page)
    return render(page, *fit(width, max(1.0, width * high / wide)))


def photograph(page: Page) -> Image.Image:
    """The page as an image that stands for it in a PDF."""
    width, height = pdfium.size(page)
    scale = PHOTOGRAPH_DPI / 72
    return without_colour(render(page, *fit(width * scale, height * scale)))


def cover(image: Image.Image, words: Sequence[Word]) -> None:
    """White out words on a grey image."""
    brush = ImageDraw.Draw(image)
    for word in words:
        corners = (word.x1 * image.width, word.y1 * image.height, word.x2 * image.width, word.y2 * image.height)
        brush.rectangle(corners, fill=255)


def save_sizes(image: Image.Image, folder: Path, number: int) -> dict[str, str]:
    """The stored sizes of a page, each scaled down from the one before; size → file."""
    files = {}
    image = without_colour(image)
    for size in paths.STORED_SIZES:
        width = min(paths.SIZES[size], image.width)
        if width != image.width:
            height = max(1, round(image.height * width / image.width))
            image = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=REDUCING_GAP)
        files[size] = str(folder / f"{number}-{size}.gif")
        save(image, files[size])
    return files


def save(image: Image.Image, path: str | Path) -> None:
    """A GIF; text on paper needs few colours."""
    if image.mode == "L":
        few = image.point(TO_GREY)
        few.putpalette(GREYS)
    else:
        few = image.quantize(COLOURS, Image.Quantize.FASTOCTREE)
    few.save(path, "GIF")


def without_colour(image: Image.Image) -> Image.Image:
    """Most pages are black on white, and grey ones cost half as much to scale and to save."""
    red, green, blue = image.split()
    if any(ImageChops.difference(red, other).getextrema() != (0, 0) for other in (green, blue)):
        return image
    return red


def is_blank(image: Image.Image) -> bool:
    """Is there nothing on the page?"""
    return image.convert("L").getextrema() == (255, 255)


def blank(width: float, height: float) -> Image.Image:
    """The large image of a page that cannot be drawn."""
    wide = paths.SIZES[paths.STORED_SIZES[0]]
    return Image.new("RGB", fit(wide, max(1.0, wide * height / width)), "white")
