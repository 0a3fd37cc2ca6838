"""The fonts of a PDF as far as text can be guessed from them: which codes they know, and how these find letters."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from fontTools import agl
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from pikepdf import Array, Dictionary, Name, Object, Stream

from documents.pipeline.steps.fonts import cmaps
from documents.pipeline.steps.fonts.cmaps import Unreadable
from documents.pipeline.steps.fonts.outlines import Outlines
from documents.pipeline.steps.fonts.type1 import Type1

FILES = ("/FontFile", "/FontFile2", "/FontFile3")
DEPTH = 10  # of values in values
SYMBOLIC, NONSYMBOLIC = 4, 32
TWO_BYTES = ("/Identity", "UCS2", "UTF16")
TELLING = ("/ToUnicode", "/Widths", "/Encoding", "/CharProcs")
KINDS = ("/Type0", "/Type1", "/MMType1", "/TrueType", "/Type3")
UNKNOWN = -1  # stands for codes of which nobody knows how long they are
ALIKE = {0xA0: 0x20, 0xAD: 0x2D}  # drawn by the same letter in some fonts


@dataclass
class Face:
    """One font. `program` is the same for all fonts that share drawings of letters, `coding` for equal codes."""

    font: Object
    program: str
    coding: str
    used: set[int] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)

    def codes(self, shown: bytes) -> set[int]:
        """The codes of a string. Unreadable where nobody knows how long they are."""
        if size(self.font) == 1:
            return set(shown)
        return {int.from_bytes(shown[i : i + 2]) for i in range(0, len(shown), 2)}


def of(font: Object) -> Face:
    """What is compared of a font: objects are one font, be it in two files or twice in one, if all this is equal."""
    files = program(font)
    telling = [_plain(font.get(key), DEPTH) for key in TELLING]
    coding = [telling[2], _plain(inner(font).get("/CIDToGIDMap"), DEPTH), _plain(font.get("/Subtype"), 1)]
    drawn = [_plain(file, DEPTH) for _, file in files] or [*telling, _plain(inner(font).get("/W"), DEPTH)]
    return Face(font, _digest(drawn), _digest(coding))


def is_font(thing: Dictionary) -> bool:
    """Is it what pages call a font, and not a part of one?"""
    return str(thing.get("/Subtype")) in KINDS and ("/BaseFont" in thing or "/CharProcs" in thing)


def is_telling(font: Object) -> bool:
    """Can it tell which letters a document has, or is it only a name?"""
    keys = ("/ToUnicode", "/Widths", "/CharProcs")
    return any(key in font for key in keys) or "/W" in inner(font) or bool(program(font) or names(font))


def inner(font: Object) -> Any:
    """Where a font of two-byte codes has its letters; the font itself otherwise."""
    found: Any = font.get("/DescendantFonts")
    return found[0] if isinstance(found, Array) and len(found) and isinstance(found[0], Dictionary) else font


def program(font: Object) -> list[tuple[str, Stream]]:
    """The embedded drawings, if any."""
    descriptor = inner(font).get("/FontDescriptor")
    found: Any = descriptor if isinstance(descriptor, Dictionary) else {}
    return [(key, file) for key in FILES if isinstance(file := found.get(key), Stream)]


def is_composite(font: Object) -> bool:
    """Are its letters known by CIDs?"""
    return bool(font.get("/Subtype") == Name.Type0)


def size(font: Object) -> int:
    """The bytes of each code."""
    if not is_composite(font):
        return 1
    encoding = font.get("/Encoding")
    if isinstance(encoding, Stream):
        return cmaps.width(encoding.read_bytes())
    if any(part in str(encoding) for part in TWO_BYTES):
        return 2
    raise Unreadable


def cids(font: Object, codes: set[int]) -> dict[int, int]:
    """Code → CID."""
    encoding = font.get("/Encoding")
    if isinstance(encoding, Stream):
        known = cmaps.pairs(encoding.read_bytes())
        return {code: cid for code in codes if isinstance(cid := known.get(code), int)}
    if str(encoding).startswith("/Identity"):
        return {code: code for code in codes}
    raise Unreadable


def names(font: Object) -> dict[int, str]:
    """The names that the font itself gives to its codes, instead of others."""
    encoding = font.get("/Encoding")
    listed: Any = encoding.get("/Differences") if isinstance(encoding, Dictionary) else None
    found, code = dict[int, str](), 0
    for part in listed if isinstance(listed, Array) else []:
        if isinstance(part, Name):
            found[code] = str(part)[1:]
            code += 1
        else:
            code = int(part)
    return found


def opened(data: bytes) -> Outlines | Type1:
    """The program. Unreadable if it is of no known kind, or broken."""
    try:
        return Type1(data) if data.startswith(b"%!") else Outlines(data)
    except Exception as error:  # fontTools has many ways to complain
        raise Unreadable from error


def is_by_number(font: Object, program: Outlines) -> bool:
    """Does the font speak of letters by their numbers in the program?"""
    return is_composite(font) and (not program.has_cids or inner(font).get("/Subtype") == Name.CIDFontType2)


def letters(face: Face, program: Outlines | Type1) -> set[str]:
    """The letters that the codes in use can mean."""
    font = face.font
    if is_composite(font):
        if isinstance(program, Type1):
            raise Unreadable
        return _of_cids(inner(font), set(cids(font, face.used).values()), program)
    own, base = names(font), _base(font)
    if isinstance(program, Type1) or program.compact is not None:
        built_in = program.encoding()
        return {name for code in face.used for name in _meant(code, own, base, built_in)}
    flags = inner(font).get("/FontDescriptor", Dictionary()).get("/Flags", SYMBOLIC)
    is_symbol = bool(int(flags) & SYMBOLIC) or not int(flags) & NONSYMBOLIC or not base
    return {letter for code in face.used for letter in _coded(code, own, base, program, is_symbol=is_symbol)}


def _of_cids(descendant: Any, cids: set[int], program: Outlines) -> set[str]:
    mapping = descendant.get("/CIDToGIDMap")
    if isinstance(mapping, Stream):
        table = mapping.read_bytes()
        return program.numbered(int.from_bytes(table[2 * cid : 2 * cid + 2]) for cid in cids)
    if program.has_cids and descendant.get("/Subtype") != Name.CIDFontType2:
        return program.of_cids(cids)
    return program.numbered(cids)


def _base(font: Object) -> str:
    encoding = font.get("/Encoding")
    found = encoding.get("/BaseEncoding") if isinstance(encoding, Dictionary) else encoding
    return str(found) if isinstance(found, Name) else ""


def _meant(code: int, own: dict[int, str], base: str, built_in: dict[int, str]) -> set[str]:
    if code in own:
        return {own[code], *_same(own[code])}
    meant = {_named(code, base) if base else built_in.get(code) or _named(code, "/StandardEncoding")}
    return meant | {other for name in meant for other in _same(name)}


def _same(name: str) -> set[str]:
    """Other names of the letter's looks."""
    return {agl.UV2AGL[ALIKE[ord(one)]] for one in agl.toUnicode(name) if ord(one) in ALIKE}


def _named(code: int, base: str) -> str:
    if base == "/StandardEncoding":
        return str(StandardEncoding[code])
    if base == "/MacRomanEncoding":
        return str(MacRoman[code])
    text = bytes([code]).decode("cp1252", "ignore")
    return agl.UV2AGL.get(ord(text), "") if text else "bullet"


def _coded(code: int, own: dict[int, str], base: str, program: Outlines, *, is_symbol: bool) -> set[str]:
    name = own.get(code) or _named(code, base or "/StandardEncoding")
    characters = {ord(one) for one in agl.toUnicode(name)}
    characters |= {ALIKE[one] for one in characters if one in ALIKE}
    mac = {number for number, one in enumerate(MacRoman) if one == name}
    found = program.coded(code, characters, mac, is_symbol=is_symbol and code not in own)
    return found | ({name} & set(program.order)) if code in own else found


def _digest(parts: list[bytes]) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _plain(value: Any, depth: int) -> bytes:
    """The same bytes for the same value, in whatever file."""
    if depth == 0 or value is None:
        return b""
    if isinstance(value, Stream):
        return bytes(value.read_raw_bytes())
    if isinstance(value, Dictionary):
        return b"".join(key.encode() + _plain(value[key], depth - 1) for key in sorted(value.keys()))
    if isinstance(value, Array):
        return b"[" + b" ".join(_plain(one, depth - 1) for one in value) + b"]"
    return value.unparse() if isinstance(value, Object) else str(value).encode()
