"""Part of the proof: asks PDFium alone whether fonts can still draw letters that only redacted pages showed.

It knows nothing of how fonts are cleaned: it reads the text of both files and draws with the fonts of the new one.
"""

import ctypes
from collections.abc import Iterable, Iterator

import pypdfium2.raw as c

from documents.pipeline.steps import pdfium

Letters = dict[str, set[int]]
"""By the name of a font, without the mark of a subset."""
NOWHERE = 0x10FFFD  # a character that no font has
LONGEST = 256  # bytes of a font's name
DEPTH = 10  # of forms in forms
Drawing = tuple[tuple[int, float, float], ...]
Drawings = dict[str, set[Drawing]]
"""How letters look, by the name of their font."""


def telling(source: str, made: str, redacted: Iterable[int]) -> int | None:
    """The number of a page of the new PDF with a font that tells something; no page is read for nothing."""
    gone, names = _gone(source, set(redacted))
    with pdfium.opened(made) as document:
        kept = [number for number in range(len(document)) if number not in set(redacted)]
        for number in kept:
            if not gone:
                return None
            for name, letters in _letters(document, number, gone).items():
                gone[name] -= letters
            gone = {name: letters for name, letters in gone.items() if letters}
        seen: set[int] = set()
        looks = _looks(source, redacted, gone) if gone else {}
        for number in kept if looks else ():
            for font in _fonts(document, number, seen):
                # Only fonts that the redacted pages used, and what was made of these: another may have any letter.
                name = _name(font)
                if (name in names or name.startswith("RED")) and _drawn(font, gone) & looks.get(_plain(name), set()):
                    return number
    return None


def _gone(source: str, redacted: set[int]) -> tuple[Letters, set[str]]:
    """What the redacted pages showed, and the whole names of their fonts."""
    found: Letters = {}
    names: set[str] = set()
    with pdfium.opened(source) as document:
        for number in redacted:
            for name, letters in _letters(document, number, None, names).items():
                found[name] = found.get(name, set()) | letters
    return found, names


def _letters(document: pdfium.Document, number: int, wanted: Letters | None, names: set[str] | None = None) -> Letters:
    """The letters and digits of a page, or those of them that are wanted."""
    characters = set().union(*wanted.values()) if wanted is not None else None
    found: Letters = {}
    room = ctypes.create_string_buffer(LONGEST)
    with pdfium.page_of(document, number) as page:
        text = c.FPDFText_LoadPage(page.raw)
        try:
            for index in range(c.FPDFText_CountChars(text)):
                code = c.FPDFText_GetUnicode(text, index)
                if code in characters if characters is not None else chr(code).isalnum():
                    length = c.FPDFText_GetFontInfo(text, index, room, LONGEST, ctypes.c_int())
                    name = room.value.decode("utf-8", "replace") if length <= LONGEST else ""
                    if names is not None:
                        names.add(name)
                    if wanted is None or _plain(name) in wanted:
                        found.setdefault(_plain(name), set()).add(code)
        finally:
            c.FPDFText_ClosePage(text)
    return found


def _fonts(document: pdfium.Document, number: int, seen: set[int]) -> Iterator[c.FPDF_FONT]:
    """The embedded fonts of a page that no page before had."""
    with pdfium.page_of(document, number) as page:
        for thing in page.get_objects([c.FPDF_PAGEOBJ_TEXT], max_depth=DEPTH):
            font = c.FPDFTextObj_GetFont(thing.raw)
            address = ctypes.cast(font, ctypes.c_void_p).value
            if address and address not in seen:
                seen.add(address)
                if c.FPDFFont_GetIsEmbedded(font) == 1:
                    yield font


def _looks(source: str, redacted: Iterable[int], gone: Letters) -> Drawings:
    """How the letters looked on the redacted pages: PDFium may take the code of one for another that is still there."""
    found: Drawings = {}
    with pdfium.opened(source) as document:
        for number in redacted:
            for font in _fonts(document, number, set()):
                name = _plain(_name(font))
                found[name] = found.get(name, set()) | _drawn(font, gone)
    return found


def _drawn(font: c.FPDF_FONT, gone: Letters) -> set[Drawing]:
    nothing = {(), _drawing(font, NOWHERE)}
    return {_drawing(font, code) for code in gone.get(_plain(_name(font)), ())} - nothing


def _name(font: c.FPDF_FONT) -> str:
    room = ctypes.create_string_buffer(LONGEST)
    c.FPDFFont_GetBaseFontName(font, room, LONGEST)
    return room.value.decode("utf-8", "replace")


def _drawing(font: c.FPDF_FONT, code: int) -> Drawing:
    path = c.FPDFFont_GetGlyphPath(font, code, 12.0)
    parts = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(max(0, c.FPDFGlyphPath_CountGlyphSegments(path))) if path else ():
        segment = c.FPDFGlyphPath_GetGlyphPathSegment(path, number)
        c.FPDFPathSegment_GetPoint(segment, x, y)
        parts.append((c.FPDFPathSegment_GetType(segment), round(x.value, 3), round(y.value, 3)))
    return tuple(parts)


def _plain(name: str) -> str:
    return name.rpartition("+")[2]
