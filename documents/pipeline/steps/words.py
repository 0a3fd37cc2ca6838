"""Reads the text that a page already has, and where its words stand."""

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2.raw as c

from documents.pipeline.steps import geometry
from documents.pipeline.steps.geometry import Box, View
from documents.pipeline.steps.pdfium import Page
from documents.pipeline.values import Word

HYPHENS = {0x02, 0xFFFE}  # PDFium's marks for a hyphen that breaks a word at the end of a line
SOFT_HYPHEN = 0xAD
SPACES = {0x09, 0x0B, 0x0C, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF}
NEW_LINE, RETURN = 0x0A, 0x0D
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))


@dataclass
class PageText:
    """What stands on a page. `letters` counts characters that are not blank, `garbled` those that mean nothing."""

    text: str
    words: list[Word]
    letters: int
    garbled: int


def read(page: Page) -> PageText:
    """The text in the order of the content stream, and the boxes of its words. What is cropped away is left out."""
    view = geometry.view(page)
    text_page = c.FPDFText_LoadPage(page.raw)
    if not text_page:
        raise ValueError("The page's text could not be loaded.")
    try:
        return _Reader(text_page, view).read()
    finally:
        c.FPDFText_ClosePage(text_page)


@dataclass
class _Reader:
    """One pass over the characters of a page: they gather into a word until a blank ends it."""

    text_page: object
    view: View
    pieces: list[str] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    glyphs: list[tuple[str, Box]] = field(default_factory=list)
    letters: int = 0
    garbled: int = 0

    def read(self) -> PageText:
        for code, box in self._characters():
            if code == NEW_LINE or code in SPACES:
                self._end_word()
                self.pieces.append("\n" if code == NEW_LINE else " ")
            elif box is None:
                self._end_word()
            else:
                self.glyphs.append((LIGATURES.get(code) or chr(code), box))
        self._end_word()
        return PageText(_tidy("".join(self.pieces)), self.words, self.letters, self.garbled)

    def _characters(self) -> Iterator[tuple[int, Box | None]]:
        """Code points and their boxes; no box means out of sight."""
        unicode_at, text_page = c.FPDFText_GetUnicode, self.text_page
        count, high = c.FPDFText_CountChars(text_page), 0
        measure = _Measure(text_page, self.view.visible)
        for index in range(count):
            code = unicode_at(text_page, index)
            if 0x20 < code < 0x7F:  # most of all characters of most pages: no further questions
                self.letters += 1
                yield code, measure.box(index)
                continue
            if code == RETURN:
                continue
            if code == NEW_LINE or code in SPACES:
                yield code, None
                continue
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            code, high = self._decode(code, high, index, count)
            if code:
                yield code, measure.box(index)

    def _decode(self, code: int, high: int, index: int, count: int) -> tuple[int, int]:
        """The character to show, or 0 for none."""
        self.letters += 1
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        if code in HYPHENS:
            return ord("-"), 0
        if code == SOFT_HYPHEN:
            # Within a line it shows nothing.
            ends = index + 1 == count or c.FPDFText_GetUnicode(self.text_page, index + 1) in (RETURN, NEW_LINE)
            return ord("-") if ends else 0, 0
        if code < 0x20 or 0x7F <= code < 0xA0 or code == 0xFFFD or code & 0xFFFE == 0xFFFE:
            self.garbled += 1
            return 0xFFFD if code == 0xFFFD else 0, 0
        if any(code in area for area in PRIVATE) or c.FPDFText_HasUnicodeMapError(self.text_page, index) == 1:
            self.garbled += 1
        return code, 0

    def _end_word(self) -> None:
        if not self.glyphs:
            return
        chars, boxes = zip(*self.glyphs, strict=True)
        text = "".join(chars)
        if not text.isascii():
            text = "".join(char for char, _ in _logical(self.glyphs))
        self.pieces.append(text)
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        box = (min(lefts), min(bottoms), max(rights), max(tops))
        self.words.append(Word(text, *self.view.place(box)))
        self.glyphs = []


class _Measure:
    """Asks PDFium for the boxes of characters, without making new objects for each."""

    def __init__(self, text_page: object, visible: Box) -> None:
        self.text_page = text_page
        self.visible = visible
        self.numbers = [ctypes.c_double() for _ in range(4)]
        self.pointers = [ctypes.byref(number) for number in self.numbers]
        self.loose = c.FS_RECTF()

    def box(self, index: int) -> Box | None:
        """Left, bottom, right, top; None for a character whose middle is not on the visible part of the page."""
        left_, right_, bottom_, top_ = self.numbers
        if not c.FPDFText_GetCharBox(self.text_page, index, *self.pointers):
            return None
        left, right, bottom, top = left_.value, right_.value, bottom_.value, top_.value
        if right <= left or top <= bottom:
            # A glyph without an outline, as text layers have them: take the room that the font gives it.
            c.FPDFText_GetLooseCharBox(self.text_page, index, self.loose)
            left, bottom = min(self.loose.left, self.loose.right), min(self.loose.bottom, self.loose.top)
            right, top = max(self.loose.left, self.loose.right), max(self.loose.bottom, self.loose.top)
        x, y = (left + right) / 2, (bottom + top) / 2
        first_x, first_y, last_x, last_y = self.visible
        if not (first_x <= x <= last_x and first_y <= y <= last_y):
            return None
        return left, bottom, right, top


def _logical(glyphs: list[tuple[str, Box]]) -> Iterator[tuple[str, Box]]:
    """PDFium turns right-to-left text around letter by letter, and so the letters of one ligature: turn these back."""
    start = 0
    for end in range(1, len(glyphs) + 1):
        if end < len(glyphs) and glyphs[end][1] == glyphs[start][1]:
            continue
        group = glyphs[start:end]
        yield from reversed(group) if len(group) > 1 and _is_rtl(group) else group
        start = end


def _is_rtl(glyphs: list[tuple[str, Box]]) -> bool:
    return any(unicodedata.bidirectional(char[0]) in ("R", "AL") for char, _ in glyphs)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()
