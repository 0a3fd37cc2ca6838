"""Fonts as real programs put them into PDFs: named only, or embedded as a subset, with codes of one byte or of two."""

import io
from dataclasses import dataclass

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

KINDS = ("named", "simple", "glyphs", "utf16")
"""Helvetica by its name; Latin codes; codes that are numbers of glyphs, as office programs write them; codes that are
UTF-16, as in the layers of OCR programs."""
FILE = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
NAME = Name("/ABCDEF+DejaVuSans")
MAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{count} beginbfchar
{pairs}
endbfchar
endcmap CMapName currentdict /CMap defineresource pop end end"""


@dataclass(frozen=True)
class Font:
    """Its object in the PDF, and how it spells."""

    row: Object
    codes: dict[str, int]
    digits: int

    def show(self, text: str) -> str:
        """The operator that shows a text."""
        return f"<{''.join(f'{self.codes[char]:0{self.digits}X}' for char in text)}> Tj"


def add(pdf: Pdf, kind: str, text: str) -> Font:
    """A font with the letters of a text."""
    letters = sorted(set(text))
    latin = {letter: ord(letter) for letter in letters}
    if kind == "named":
        row = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        return Font(pdf.make_indirect(row), latin, 2)
    file, glyphs, widths = _subset(letters)
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=NAME,
            Flags=32 if kind == "simple" else 4,
            FontBBox=Array([-1000, -300, 1500, 1000]),
            ItalicAngle=0,
            Ascent=928,
            Descent=-236,
            CapHeight=729,
            StemV=80,
            FontFile2=pdf.make_stream(file),
        )
    )
    if kind == "simple":
        row = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=NAME, FontDescriptor=descriptor)
        row.Encoding, row.FirstChar, row.LastChar = Name.WinAnsiEncoding, 32, 126
        row.Widths = Array([widths.get(chr(code), 0) for code in range(32, 127)])
        return Font(pdf.make_indirect(row), latin, 2)
    codes = latin if kind == "utf16" else glyphs
    return Font(pdf.make_indirect(_composite(pdf, descriptor, codes, glyphs, widths)), codes, 4)


def _composite(
    pdf: Pdf, descriptor: Object, codes: dict[str, int], glyphs: dict[str, int], widths: dict[str, int]
) -> Dictionary:
    numbers = {codes[letter]: glyph for letter, glyph in glyphs.items()}
    table = b"".join(numbers.get(code, 0).to_bytes(2) for code in range(max(numbers) + 1))
    descendant = Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=NAME, FontDescriptor=descriptor)
    descendant.CIDSystemInfo = Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0)
    descendant.W = Array([part for letter, code in codes.items() for part in (code, Array([widths[letter]]))])
    descendant.CIDToGIDMap = Name.Identity if codes is glyphs else pdf.make_stream(table)
    pairs = "\n".join(f"<{code:04X}> <{ord(letter):04X}>" for letter, code in codes.items())
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=NAME,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_stream(MAP.format(count=len(codes), pairs=pairs).encode()),
    )


def _subset(letters: list[str]) -> tuple[bytes, dict[str, int], dict[str, int]]:
    """The file, and for each letter the number of its glyph and its width in thousandths."""
    font = TTFont(FILE)
    subsetter = Subsetter(Options(layout_features=[]))
    subsetter.populate(text="".join(letters))
    subsetter.subset(font)
    names, made = font.getBestCmap(), io.BytesIO()
    glyphs = {letter: font.getGlyphID(names[ord(letter)]) for letter in letters}
    per_em = font["head"].unitsPerEm
    widths = {letter: round(font["hmtx"][names[ord(letter)]][0] * 1000 / per_em) for letter in letters}
    font.save(made)
    return made.getvalue(), glyphs, widths
