"""Where the boxes of a redaction lie on an image of their page, what they look like, and which words they meet."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from documents.pipeline.values import Cover, Word

Pixels = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are the first ones outside."""
Colour = int | tuple[int, int, int]
BLEED = 1  # pixels by which the letters under a box may be drawn beyond it
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
TALLEST, LEAST_TALL = 0.6, 9  # of the box, and in pixels
HAIR = 0.0005  # of the page: boxes and words that only touch do not meet


def paint(image: Image.Image, covers: Iterable[Cover], *, black: Colour = 0, white: Colour = 255) -> None:
    """Cover the boxes with black, and print their labels in white, without any shade between the two."""
    brush = ImageDraw.Draw(image)
    brush.fontmode = "1"
    covers = list(covers)
    for cover in covers:
        left, top, right, bottom = outer(cover, image.size)
        brush.rectangle((left, top, right - 1, bottom - 1), fill=black)
    for cover in covers:
        if cover.label:
            _print(brush, cover, outer(cover, image.size), white)


def _print(brush: ImageDraw.ImageDraw, cover: Cover, box: Pixels, colour: Colour) -> None:
    """The label in the middle of its box, as large as fits; not at all where nobody could read it."""
    left, top, right, bottom = box
    text = " ".join(cover.label.split())
    tall = int((bottom - top) * TALLEST)
    while tall >= LEAST_TALL:
        font = ImageFont.truetype(FONT, tall) if Path(FONT).exists() else ImageFont.load_default(tall)
        if brush.textlength(text, font) <= (right - left) * 0.9:
            brush.text(((left + right) / 2, (top + bottom) / 2), text, font=font, fill=colour, anchor="mm")
            return
        tall = min(tall - 1, int(tall * 0.9))


def outer(cover: Cover, size: tuple[int, int]) -> Pixels:
    """Every pixel that the box touches, and those beside them."""
    width, height = size
    return (
        max(0, math.floor(cover.x1 * width) - BLEED),
        max(0, math.floor(cover.y1 * height) - BLEED),
        min(width, math.ceil(cover.x2 * width) + BLEED),
        min(height, math.ceil(cover.y2 * height) + BLEED),
    )


def inner(cover: Cover, size: tuple[int, int], margin: int) -> Pixels | None:
    """The pixels that lie in the box by that many; None where there are none. At the edge of the page nothing shines
    in from outside."""
    width, height = size
    left = math.ceil(cover.x1 * width) + margin if cover.x1 > 0 else 0
    top = math.ceil(cover.y1 * height) + margin if cover.y1 > 0 else 0
    right = math.floor(cover.x2 * width) - margin if cover.x2 < 1 else width
    bottom = math.floor(cover.y2 * height) - margin if cover.y2 < 1 else height
    return (left, top, right, bottom) if right > left and bottom > top else None


def plain(covers: Sequence[Cover]) -> list[Cover]:
    """Those that are black all over: no label is printed on them, or on one that they overlap."""
    return [one for one in covers if not any(other.label and overlap(one, other) for other in covers)]


def overlap(one: Cover | Word, other: Cover | Word) -> bool:
    """Do they share more than an edge?"""
    return min(one.x2, other.x2) - max(one.x1, other.x1) > HAIR and min(one.y2, other.y2) - max(one.y1, other.y1) > HAIR
