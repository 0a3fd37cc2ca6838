"""Leaves in fonts what is in use: drawings, names, widths and meanings of all other codes go."""

from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from documents.pipeline.steps.fonts import cmaps, faces
from documents.pipeline.steps.fonts.cmaps import Unreadable
from documents.pipeline.steps.fonts.faces import Face
from documents.pipeline.steps.fonts.outlines import Outlines
from documents.pipeline.steps.fonts.type1 import ZEROS

ALPHABET, MARK = 26, 6  # letters of a subset's mark, which some programs make of the letters that are in it
METRICS = {"/W": 1, "/W2": 3}  # numbers for each letter, across and down


def reduce(new: Pdf, fonts: list[Face], number: int) -> None:
    """For all fonts with the same drawings. Unreadable where that is not possible; then they may be half done."""
    mark = _mark(number)
    if any(faces.UNKNOWN in face.used for face in fonts):
        raise Unreadable
    try:
        _reduce_drawings(new, fonts, mark)
        for face in fonts:
            _reduce_font(new, face)
            _rename(face.font, mark)
    except Unreadable:
        raise
    except Exception as error:  # a broken font: fontTools and pikepdf have many ways to complain
        raise Unreadable from error


def _reduce_drawings(new: Pdf, fonts: list[Face], mark: str) -> None:
    files = faces.program(fonts[0].font)
    if not files:
        return
    [(_, file)] = files
    program = faces.opened(file.read_bytes())
    letters = {letter for face in fonts for letter in faces.letters(face, program)}
    old = str(faces.inner(fonts[0].font).FontDescriptor.get("/FontName", "/"))[1:]
    if isinstance(program, Outlines):
        data = program.reduced(letters, mark, by_number=any(faces.is_by_number(face.font, program) for face in fonts))
        facts: dict[str, Any] = {"Length1": len(data)}
    else:
        data, clear = program.reduced(letters, f"{old[:MARK]}+" if old[MARK : MARK + 1] == "+" else "", f"{mark}+")
        facts = {"Length1": clear, "Length2": len(data) - clear - len(ZEROS), "Length3": len(ZEROS)}
    stream = new.make_stream(data, **facts)
    if "/Subtype" in file:
        stream.Subtype = Name(str(file.Subtype))
    for face in fonts:
        [(key, _)] = faces.program(face.font)
        faces.inner(face.font).FontDescriptor[key] = stream


def _reduce_font(new: Pdf, face: Face) -> None:
    font, used = face.font, face.used
    if "/ToUnicode" in font:
        _reduce_meanings(new, font, used)
    if faces.is_composite(font):
        _reduce_composite(new, font, used)
    else:
        _reduce_simple(font, used)
    descriptor = faces.inner(font).get("/FontDescriptor")
    for key in ("/CharSet", "/CIDSet"):
        if isinstance(descriptor, Dictionary) and key in descriptor:
            del descriptor[key]


def _reduce_meanings(new: Pdf, font: Object, used: set[int]) -> None:
    if isinstance(font.ToUnicode, Stream):
        known = cmaps.pairs(font.ToUnicode.read_bytes())
        kept = {code: text for code, text in known.items() if code in used}
        font.ToUnicode = new.make_stream(cmaps.text_map(kept, faces.size(font)))


def _reduce_composite(new: Pdf, font: Object, used: set[int]) -> None:
    descendant, encoding = faces.inner(font), font.get("/Encoding")
    if not faces.program(font) and not any(key in descendant for key in (*METRICS, "/CIDToGIDMap")):
        return
    cids = faces.cids(font, used)
    if isinstance(encoding, Stream):
        font.Encoding = _recoded(new, encoding, dict(cids), faces.size(font))
    kept = set(cids.values())
    for key, count in METRICS.items():
        if key in descendant:
            descendant[key] = _measures(descendant[key], kept, count)
    mapping = descendant.get("/CIDToGIDMap")
    if isinstance(mapping, Stream):
        table = mapping.read_bytes()
        numbers = [table[2 * cid : 2 * cid + 2] if cid in kept else b"" for cid in range(max(kept, default=-1) + 1)]
        descendant.CIDToGIDMap = new.make_stream(b"".join(number.ljust(2, b"\0") for number in numbers))


def _recoded(new: Pdf, encoding: Stream, cids: dict[int, bytes | int], size: int) -> Stream:
    is_vertical = encoding.get("/WMode", 0) == 1
    facts: dict[str, Any] = {"Type": Name.CMap, "CMapName": Name.Custom, "WMode": int(is_vertical)}
    if "/CIDSystemInfo" in encoding:
        facts["CIDSystemInfo"] = encoding.CIDSystemInfo
    return new.make_stream(cmaps.number_map(cids, size, is_vertical=is_vertical), **facts)


def _measures(listed: Any, kept: set[int], count: int) -> Array:
    """Either a first number and a list, or a first and a last number and what holds for all."""
    found: dict[int, list[Any]] = {}
    parts = list(listed)
    while len(parts) > 1:
        first, second = int(parts[0]), parts[1]
        if isinstance(second, Array):
            values = list(second)
            found |= {first + i: values[count * i : count * (i + 1)] for i in range(len(values) // count)}
            parts = parts[2:]
        else:
            found |= {cid: parts[2 : 2 + count] for cid in kept if first <= cid <= int(second)}
            parts = parts[2 + count :]
    return Array([part for cid in sorted(found.keys() & kept) for part in (cid, Array(found[cid]))])


def _reduce_simple(font: Object, used: set[int]) -> None:
    first, names = int(font.get("/FirstChar", 0)), faces.names(font)
    if "/Widths" in font:
        widths: list[Any] = list(font.Widths)
        known = range(first, first + len(widths))
        start, end = min(used & set(known), default=0), max(used & set(known), default=0)
        font.FirstChar, font.LastChar = start, end
        kept = [widths[code - first] if code in used and code in known else 0 for code in range(start, end + 1)]
        font.Widths = Array(kept)
    if names:
        names = {code: name for code, name in names.items() if code in used}
        facts = {key: value for key, value in font.Encoding.items() if key != "/Differences"}
        listed = [part for code, name in sorted(names.items()) for part in (code, Name(f"/{name}"))]
        font.Encoding = Dictionary(facts | {"/Differences": Array(listed)})
    if font.get("/Subtype") == Name.Type3:
        drawn = {f"/{name}" for name in names.values()}
        font.CharProcs = Dictionary({key: value for key, value in font.CharProcs.items() if key in drawn})


def _rename(font: Object, mark: str) -> None:
    """A new mark in the name, if it has one."""
    inner = faces.inner(font)
    for thing, key in ((font, "/BaseFont"), (inner, "/BaseFont"), (inner.get("/FontDescriptor"), "/FontName")):
        name = str(thing.get(key, "")) if isinstance(thing, Dictionary) else ""
        if name[MARK + 1 : MARK + 2] == "+":
            thing[key] = Name(f"/{mark}+{name[MARK + 2 :]}")


def _mark(number: int) -> str:
    letters = "".join(chr(65 + number // ALPHABET**place % ALPHABET) for place in range(3))
    return f"RED{letters}"
