"""Writes words onto a page as text that nobody sees: each fills its own box, however the page is cropped and turned."""

import io
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String

from documents.pipeline.steps.geometry import View
from documents.pipeline.values import Word

EM = 1000
LAST_CODE = 0xFFFF
AT_ONCE = 100  # entries of a block in a character map, by its standard
NAME = "DocPlatformHidden"
LEAST_SIDE = 1e-6  # a box without an area has no place for text
RIGHT_TO_LEFT = ("R", "AL")
DIGITS, SEPARATORS = ("EN", "AN"), ("ES", "CS")
FORWARD = ("L", *DIGITS)
MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))
MAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class Font:
    """One font for all layers of a document: it has every character, all of one size."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.codes: dict[str, int] = {}
        self.row: Object = pdf.make_indirect(Dictionary())

    def spell(self, text: str) -> str:
        """The text as a content stream shows it with this font."""
        return "".join(f"{self.codes.setdefault(char, min(len(self.codes) + 1, LAST_CODE)):04X}" for char in text)

    def finish(self) -> None:
        """Write the font; it knows all its characters now."""
        system = Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0)
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name(f"/{NAME}"),
            Flags=5,  # of one width, and with a coding of its own
            FontBBox=Array([0, 0, EM, EM]),
            ItalicAngle=0,
            Ascent=EM,
            Descent=0,
            CapHeight=EM,
            StemV=80,
            FontFile2=self.pdf.make_stream(_block_font()),
        )
        every_code = b"\x00\x01" * (max(self.codes.values(), default=0) + 1)
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name(f"/{NAME}"),
            CIDSystemInfo=system,
            FontDescriptor=self.pdf.make_indirect(descriptor),
            DW=EM,
            CIDToGIDMap=self.pdf.make_stream(every_code),
        )
        self.row.Type, self.row.Subtype = Name.Font, Name.Type0
        self.row.BaseFont, self.row.Encoding = Name(f"/{NAME}"), Name("/Identity-H")
        self.row.DescendantFonts = Array([self.pdf.make_indirect(descendant)])
        self.row.ToUnicode = self.pdf.make_stream(self._map().encode())

    def _map(self) -> str:
        pairs = ((code, char) for char, code in self.codes.items() if code < LAST_CODE)
        entries = [f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>" for code, char in pairs]
        blocks = (entries[i : i + AT_ONCE] for i in range(0, len(entries), AT_ONCE))
        lines = [line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")]
        return MAP.format(blocks="\n".join(lines))


def put(page: Page, words: Iterable[Word], view: View, font: Font, *, angle: int = 0) -> None:
    """Write the words below all that the page shows; its `Resources` must be its own.

    `angle`: how far the lines are turned on the displayed page, in quarters of 90 degrees clockwise. Programs that read
    text put together what stands along one line.
    """
    shown = [line for word in words if (line := _shown(word, view, font, angle))]
    if not shown:
        return
    name = page.add_resource(font.row, Name.Font, prefix=NAME)
    content = "\n".join(("q BT 3 Tr", f"{name} 1 Tf", *shown, "ET Q\n"))
    page.contents_add(content.encode(), prepend=True)


def _shown(word: Word, view: View, font: Font, angle: int) -> str:
    """The operators for one word: its letters share the length of its box, and each is as high as the box."""
    text = " ".join(word.text.split())
    left, right = sorted((word.x1, word.x2))
    top, bottom = sorted((word.y1, word.y2))
    if not text or right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
        return ""
    corners = ((left, bottom), (left, top), (right, top), (right, bottom))  # where upright text begins, then clockwise
    x, y = view.point(*corners[angle])
    end_x, end_y = view.point(*corners[angle - 1])
    top_x, top_y = view.point(*corners[(angle + 1) % 4])
    numbers = ((end_x - x) / len(text), (end_y - y) / len(text), top_x - x, top_y - y, x, y)
    matrix = " ".join(f"{number:.6f}" for number in numbers)
    # The blank ends the word for programs that copy text, whatever stands beside it.
    return f"{matrix} Tm <{font.spell(visual(text) + ' ')}> Tj"


def visual(text: str) -> str:
    """The letters of a word from left to right, as a PDF shows them: those of Arabic and Hebrew turned around."""
    kinds = [unicodedata.bidirectional(char) for char in text]
    if not any(kind in RIGHT_TO_LEFT for kind in kinds):
        return text
    # Numbers and Latin letters keep their direction, and what stands within a number belongs to it.
    kept = [kind in FORWARD or _is_within(kinds, place) for place, kind in enumerate(kinds)]
    runs = ((is_kept, list(run)) for is_kept, run in groupby(range(len(text)), key=kept.__getitem__))
    places = [place for is_kept, run in reversed(list(runs)) for place in (run if is_kept else reversed(run))]
    return "".join(text[place] if kept[place] else MIRRORED.get(text[place], text[place]) for place in places)


def _is_within(kinds: list[str], place: int) -> bool:
    around = kinds[max(0, place - 1) : place] + kinds[place + 1 : place + 2]
    return kinds[place] in SEPARATORS and len(around) == 2 and all(kind in DIGITS for kind in around)


@cache
def _block_font() -> bytes:
    """A TrueType font of one glyph as large as its room: programs that select text measure glyphs by their outlines."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, EM), (EM, EM), (EM, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "block"])
    builder.setupCharacterMap({0x20: "block"})
    builder.setupGlyf(dict.fromkeys((".notdef", "block"), pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "block"), (EM, 0)))
    builder.setupHorizontalHeader(ascent=EM, descent=0)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    made = io.BytesIO()
    builder.save(made)
    return made.getvalue()
