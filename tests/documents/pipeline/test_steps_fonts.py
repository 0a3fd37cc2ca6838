"""A letter that stood only on a redacted page is in no font of the pages that stay, of whatever kind the font is."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.subset import Options, Subsetter
from fontTools.t1Lib import T1Font
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf

from documents.pipeline.edits import RedactWork
from documents.pipeline.steps import drawing, pdfium, prove_fonts, words
from documents.pipeline.steps.fonts import cmaps, coding, faces, forget
from documents.pipeline.steps.fonts.outlines import Outlines
from documents.pipeline.steps.fonts.type1 import Type1
from documents.pipeline.values import Cover
from tests.documents import fonts, secrets
from tests.documents.pipeline import making

SECRET, OPEN = "qŴ7", "The harbour"
CJK, CJK_SECRET, CJK_OPEN = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "龘", "港口"
NIMBUS = "/usr/share/fonts/type1/urw-base35/NimbusSans-Regular.t1"
NAMES = {"q": "q", "Ŵ": "Wcircumflex", "7": "seven"}
OWN_CODES = {0: "Gamma", 5: "h", 7: "T", 9: "h", 64: "seven", 65: "space"}
"""Of a font as LaTeX writes it, with a letter at code 0, one with two codes, and one (eight) without any."""
BOX = Cover(0, 0.1, 0.1, 0.9, 0.3)


def pages(path: Path, made: Pdf, font: Object, *contents: str) -> Path:
    for content in contents:
        page = made.add_blank_page(page_size=(600, 800))
        page.obj.Resources = Dictionary(Font=Dictionary(B=font))
        page.obj.Contents = made.make_stream(f"BT /B 30 Tf 100 680 Td {content} ET".encode())
    made.save(path)
    return path


def truetype(path: Path, kind: str) -> Path:
    with Pdf.new() as made:
        font = fonts.add(made, kind, SECRET + OPEN)
        return pages(path, made, font.row, font.show(SECRET + OPEN), font.show(OPEN))


@cache
def chinese() -> tuple[bytes, dict[str, int]]:
    file = TTFont(CJK, fontNumber=0, lazy=True)
    subsetter = Subsetter(Options(layout_features=[], notdef_outline=True))
    subsetter.populate(text=CJK_SECRET + CJK_OPEN)
    subsetter.subset(file)
    letters = file.getBestCmap()
    return file["CFF "].compile(file), {char: int(letters[ord(char)][3:]) for char in CJK_SECRET + CJK_OPEN}


def compact(path: Path) -> Path:
    """CFF with CIDs, as Chinese fonts are embedded."""
    data, codes = chinese()
    with Pdf.new() as made:
        row = fonts.add(made, "glyphs", OPEN).row
        inner = row.DescendantFonts[0]
        inner.Subtype, inner.W = Name.CIDFontType0, Array([x for cid in codes.values() for x in (cid, Array([1000]))])
        del inner.CIDToGIDMap, inner.FontDescriptor.FontFile2
        inner.FontDescriptor.FontFile3 = made.make_stream(data, Subtype=Name.CIDFontType0C)
        meant: dict[int, bytes | int] = {code: char.encode("utf-16-be") for char, code in codes.items()}
        row.ToUnicode = made.make_stream(cmaps.text_map(meant, 2))
        shown = ["".join(f"{codes[char]:04X}" for char in text) for text in (CJK_SECRET + CJK_OPEN, CJK_OPEN)]
        return pages(path, made, row, *(f"<{line}> Tj" for line in shown))


def differences(made: Pdf, text: str) -> tuple[Object, dict[str, int]]:
    """A simple font whose codes are in the order of first use."""
    codes = {char: code for code, char in enumerate(dict.fromkeys(text), 1)}
    row = Dictionary(Type=Name.Font, FirstChar=1, LastChar=len(codes), Widths=Array([600] * len(codes)))
    names = [Name(f"/{NAMES.get(char) or {' ': 'space'}.get(char, char)}") for char in codes]
    row.Encoding = Dictionary(Type=Name.Encoding, Differences=Array([1, *names]))
    return made.make_indirect(row), codes


def spelled(codes: dict[str, int], text: str) -> str:
    return f"<{''.join(f'{codes[char]:02X}' for char in text)}> Tj"


def simple(path: Path, kind: str) -> Path:
    """With Differences: TrueType, Type 1 and letters that are drawings."""
    with Pdf.new() as made:
        row, codes = differences(made, SECRET + OPEN)
        found = fonts.add(made, "simple", SECRET + OPEN).row
        row.Subtype, row.BaseFont, row.FontDescriptor = Name("/" + kind), fonts.NAME, found.FontDescriptor
        if kind == "Type1":
            del row.FontDescriptor.FontFile2
            row.FontDescriptor.FontFile = made.make_stream(bytes(T1Font(NIMBUS).data))
            row.FontDescriptor.CharSet = pikepdf.String("/q/Wcircumflex/seven/T/h")
        elif kind == "Type3":
            del row.FontDescriptor, row.BaseFont
            row.FontBBox, row.FontMatrix = Array([0, 0, 600, 700]), Array([0.001, 0, 0, 0.001, 0, 0])
            drawn = {str(name): made.make_stream(drawn_letter(str(name))) for name in row.Encoding.Differences[1:]}
            row.CharProcs = Dictionary(drawn)
        return pages(path, made, row, spelled(codes, SECRET + OPEN), spelled(codes, OPEN))


def drawn_letter(name: str) -> bytes:
    return f"600 0 0 0 600 700 d1 0 0 {100 + sum(name.encode())} 700 re f".encode()


def own_codes(path: Path) -> Path:
    """CFF, whose codes only the program knows."""
    order = [".notdef", "Gamma", "T", "eight", "h", "seven", "space"]
    made_font = FontBuilder(1000, isTTF=False)
    made_font.setupGlyphOrder(order)
    drawings = {}
    for number, name in enumerate(order):
        pen = T2CharStringPen(600, None)
        for x, y in ((0, 0), (100 + 60 * number, 0), (100 + 60 * number, 600), (0, 600)):
            pen.lineTo((x, y)) if (x, y) != (0, 0) else pen.moveTo((x, y))
        pen.closePath()
        drawings[name] = pen.getCharString()
    made_font.setupCFF("ABCDEF+Own", {}, drawings, {})
    table = made_font.font["CFF "]
    table.cff[0].codes, table.cff[0].Encoding, table.cff[0].compilerClass = OWN_CODES, [], coding.Compiler
    with Pdf.new() as made:
        row = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/ABCDEF+Own"), FirstChar=0, LastChar=65)
        row.Widths = Array([700] * 66)
        box = Array([0, 0, 1000, 1000])
        descriptor = Dictionary(Type=Name.FontDescriptor, FontName=row.BaseFont, Flags=4, FontBBox=box)
        data = table.compile(made_font.font)
        descriptor.FontFile3 = made.make_stream(data, Subtype=Name.Type1C)
        row.FontDescriptor = made.make_indirect(descriptor)
        return pages(path, made, made.make_indirect(row), "<400007> Tj", "<00050709> Tj")


KINDS: dict[str, Callable[[Path], Path]] = {
    "glyphs": lambda path: truetype(path, "glyphs"),
    "utf16": lambda path: truetype(path, "utf16"),
    "simple": lambda path: truetype(path, "simple"),
    "compact": compact,
    "TrueType": lambda path: simple(path, "TrueType"),
    "Type1": lambda path: simple(path, "Type1"),
    "Type3": lambda path: simple(path, "Type3"),
}


def redacted(tmp_path: Path, pdf: Path) -> str:
    result = making.run("redact", RedactWork(str(pdf), [BOX], str(tmp_path / "redact")))
    assert result.pages == [0]
    return result.pdf


def look(pdf: Path | str) -> tuple[bytes, str]:
    """The second page: what it shows, and its text."""
    with pdfium.opened(pdf) as document, pdfium.page_of(document, 1) as page:
        return drawing.draw(page, 600).tobytes(), words.read(page).text


def everything(pdf: Path | str) -> bytes:
    """All values, and all streams without their packing."""
    with pikepdf.open(pdf) as opened:
        return b"".join(part for thing in opened.objects for part in secrets.parts(thing))


def outlines(pdf: str) -> int:
    """Drawings that are not empty."""
    with pikepdf.open(pdf) as opened:
        for thing in opened.objects:
            if isinstance(thing, Dictionary) and "/CharProcs" in thing:
                return len(thing.CharProcs)
    return _outlines(program(pdf))


def program(pdf: Path | str) -> Outlines | Type1:
    """The only one of a file."""
    with pikepdf.open(pdf) as opened:
        rows = [thing for thing in opened.objects if isinstance(thing, Dictionary)]
        [data] = [row[key].read_bytes() for row in rows for key in faces.FILES if key in row]
        return faces.opened(data)


def _outlines(program: Outlines | Type1) -> int:
    if isinstance(program, Type1):
        return len(program.letters)
    drawn = program.font.getGlyphSet() if program.compact is None else program.compact.CharStrings
    pens = {name: RecordingPen() for name in program.order}
    for name, pen in pens.items():
        drawn[name].draw(pen)
    return sum(bool(pen.value) for pen in pens.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_that_is_only_on_the_redacted_page_is_in_no_font(tmp_path: Path, kind: str) -> None:
    pdf = KINDS[kind](tmp_path / "in.pdf")
    made = redacted(tmp_path, pdf)
    assert look(made) == look(pdf)
    left, before = everything(made).lower(), everything(pdf).lower()
    for trace in (b"wcircumflex", b"seven", b"<0174>", b"<9f98>", b"<0037>", b"<0071>"):
        assert trace not in left, trace
    assert any(trace in before for trace in (b"wcircumflex", b"<0174>", b"<9f98>", b"/widths"))
    assert outlines(made) <= len(set(CJK_OPEN if kind == "compact" else OPEN)) + 1 < outlines(str(pdf))
    assert prove_fonts.telling(str(pdf), made, [0]) is None


@pytest.mark.parametrize("kind", ["glyphs", "compact", "TrueType", "Type1"])
def test_the_proof_finds_a_letter_that_a_font_kept(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = KINDS[kind](tmp_path / "in.pdf")
    monkeypatch.setattr(forget.Gone, "forget", lambda *_: set())
    assert prove_fonts.telling(str(pdf), redacted(tmp_path, pdf), [0]) == 1


def test_codes_that_a_program_has_of_its_own_stay_with_their_letters(tmp_path: Path) -> None:
    pdf = own_codes(tmp_path / "in.pdf")
    made = redacted(tmp_path, pdf)
    assert look(made) == look(pdf)
    before, after = program(pdf), program(made)
    assert isinstance(before, Outlines) and isinstance(after, Outlines)
    assert before.encoding() == {code: OWN_CODES.get(code, ".notdef") for code in range(256)}
    kept = {code: OWN_CODES[code] for code in (0, 5, 7, 9)}
    assert after.encoding() == {code: kept.get(code, ".notdef") for code in range(256)}
    assert set(after.order) == {".notdef", *kept.values()}


def test_a_font_with_letters_that_are_all_in_use_stays_as_it_is(tmp_path: Path) -> None:
    with Pdf.new() as made:
        font = fonts.add(made, "glyphs", OPEN)
        pdf = pages(tmp_path / "in.pdf", made, font.row, font.show("The"), font.show(OPEN))
    assert b"ABCDEF+DejaVuSans" in everything(redacted(tmp_path, pdf))


def test_equal_fonts_of_pages_that_were_put_together_are_one(tmp_path: Path) -> None:
    first = truetype(tmp_path / "first.pdf", "glyphs")
    with pikepdf.open(first) as one, pikepdf.open(first) as other, Pdf.new() as both:
        both.pages.append(one.pages[0])
        both.pages.append(other.pages[1])
        both.save(tmp_path / "in.pdf")
    made = redacted(tmp_path, tmp_path / "in.pdf")
    assert b"<0174>" not in everything(made) and look(made) == look(first)


def test_pages_with_a_font_that_nobody_can_clean_become_pictures(tmp_path: Path) -> None:
    pdf = truetype(tmp_path / "in.pdf", "glyphs")
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        opened.pages[0].resources.Font.B.ToUnicode = opened.make_stream(b"/Other usecmap")
        opened.save()
    result = making.run("redact", RedactWork(str(pdf), [BOX], str(tmp_path / "redact")))
    assert result.pages == [0, 1]
