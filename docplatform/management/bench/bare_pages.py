"""The floor of reading born-digital pages: one render, four GIFs, text and boxes, and nothing kept.

Run as a program: bare_pages.py FILE PAGES
"""

import ctypes
import io
import sys

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

WIDTHS = (1000, 700, 180, 60)


def boxes(text_page: pypdfium2.PdfTextPage) -> int:
    """Ask for the box of every character; the number of characters."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    count: int = pdfium.FPDFText_CountChars(text_page.raw)
    for index in range(count):
        pdfium.FPDFText_GetCharBox(text_page.raw, index, left, right, bottom, top)
    return count


def draw(page: pypdfium2.PdfPage) -> None:
    """One render at 1000 px, scaled down from size to size, as GIFs."""
    image = page.render(scale=WIDTHS[0] / page.get_width()).to_pil()
    for width in WIDTHS:
        image = image.resize((width, max(1, image.height * width // image.width)), Image.Resampling.BILINEAR)
        image.quantize(64, Image.Quantize.FASTOCTREE).save(io.BytesIO(), "GIF")


def main(path: str, pages: int) -> None:
    """Read and draw the first pages of a PDF."""
    document = pypdfium2.PdfDocument(path)
    for number in range(pages):
        page = document[number]
        text_page = page.get_textpage()
        text_page.get_text_range()
        boxes(text_page)
        draw(page)
        text_page.close()
        page.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
