"""Which way the lines run that Tesseract read: scans lie on their side, or stand on their head.

OCRmyPDF has to know, or it takes the words of such lines for mistakes and leaves them out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import pi

import pypdfium2.raw as c

from documents.pipeline.steps import words
from documents.pipeline.steps.pdfium import Page
from documents.pipeline.steps.tesseract import Piece, Reading
from documents.pipeline.values import Word

ALONG, UP, HEAD, DOWN = 0, 90, 180, 270  # counter-clockwise
SLIM = 1.5  # as high as wide by so much: a word that runs up or down
LEAST = 3  # letters of which one can tell


def turned_back(reading: Reading, size: tuple[int, int]) -> Reading:
    """What was read on the image turned by half, on the image of this size as it is."""
    width, height = size
    back = [
        replace(one, left=width - one.right, top=height - one.bottom, right=width - one.left, bottom=height - one.top)
        for one in reading.words
    ]
    return replace(reading, words=back, is_turned=True)


def on_head(page: Page) -> words.PageText:
    """The text of a page whose lines stand on their heads: PDFium orders the words of a line from left to right."""
    page.set_rotation((page.get_rotation() + 180) % 360)
    found = words.read(page)
    back = [Word(one.text, _rest(one.x2), _rest(one.y2), _rest(one.x1), _rest(one.y1)) for one in found.words]
    return replace(found, words=back)


def _rest(part: float) -> float:
    return round(1 - part, 5)


def quarters(page: Page) -> int:
    """How far most letters of the page are turned as it is displayed, in quarters of 90 degrees clockwise."""
    text_page = c.FPDFText_LoadPage(page.raw)
    try:
        count = c.FPDFText_CountChars(text_page)
        found = Counter(round(c.FPDFText_GetCharAngle(text_page, index) / (pi / 2)) % 4 for index in range(count))
    finally:
        c.FPDFText_ClosePage(text_page)
    [(most, _)] = found.most_common(1) or [(0, 0)]
    return int(most + page.get_rotation() // 90) % 4


def angles(lines: Sequence[Sequence[Piece]], *, is_turned: bool) -> list[int]:
    """Where each line runs. A line of one word runs like the others that stand."""
    found = [_angle(line) for line in lines]
    standing = DOWN if found.count(DOWN) >= found.count(UP) else UP
    flat = HEAD if is_turned else ALONG
    return [
        (standing if _is_slim(line) else flat) if angle is None else flat if angle == ALONG else angle
        for line, angle in zip(lines, found, strict=True)
    ]


def _angle(line: Sequence[Piece]) -> int | None:
    """By its first and last words; lines of Arabic count as running along."""
    if len(line) < 2:
        return None
    (x, y), (end_x, end_y) = _middle(line[0]), _middle(line[-1])
    if abs(end_y - y) <= abs(end_x - x):
        return ALONG
    return DOWN if end_y > y else UP


def _middle(piece: Piece) -> tuple[float, float]:
    return (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2


def _is_slim(line: Sequence[Piece]) -> bool:
    [word] = line
    return len(word.text) >= LEAST and word.bottom - word.top > SLIM * (word.right - word.left)
