"""Reads and writes character maps: which code means which character, or which number of a glyph."""

import re
from collections.abc import Iterator

AT_ONCE = 100  # entries of a block, by its standard
BLOCK = re.compile(rb"begin(bfchar|bfrange|cidchar|cidrange|codespacerange)(.*?)end\1", re.DOTALL)
PART = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\d+)|(\[)|(\])")
LONGEST = 65_536  # codes of a range
HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /{name} def
/CMapType {kind} def
/WMode {direction} def
1 begincodespacerange
<{first}> <{last}>
endcodespacerange
"""
TAIL = "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"


class Unreadable(Exception):
    """A font is not of a kind of which parts can be taken away."""


def width(cmap: bytes) -> int:
    """The bytes of a code, which must be the same for all."""
    found = {
        len(part)
        for kind, body in BLOCK.findall(cmap)
        if kind == b"codespacerange"
        for part in _parts(body)
        if isinstance(part, bytes)
    }
    if len(found) != 1 or not found <= {1, 2}:
        raise Unreadable
    return int(found.pop())


def pairs(cmap: bytes) -> dict[int, bytes | int]:
    """What each code means: text in UTF-16, or a number."""
    if b"usecmap" in cmap:
        raise Unreadable
    found: dict[int, bytes | int] = {}
    for kind, body in BLOCK.findall(cmap):
        parts = list(_parts(body))
        if kind in (b"bfchar", b"cidchar"):
            found |= {_code(code): _sole(meaning) for code, meaning in zip(parts[::2], parts[1::2], strict=True)}
        elif kind != b"codespacerange":
            for first, last, meaning in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
                found |= _range(_code(first), _code(last), meaning)
    return found


def text_map(entries: dict[int, bytes | int], size: int) -> bytes:
    """A map to text with just these entries; codes of `size` bytes."""
    lines = [f"<{code:0{size * 2}X}> <{text.hex()}>" for code, text in entries.items() if isinstance(text, bytes)]
    return _written("Adobe-Identity-UCS", 2, 0, size, "bfchar", lines)


def number_map(entries: dict[int, bytes | int], size: int, *, is_vertical: bool) -> bytes:
    """A map to numbers of glyphs."""
    lines = [f"<{code:0{size * 2}X}> {cid}" for code, cid in entries.items() if isinstance(cid, int)]
    return _written("Custom", 1, int(is_vertical), size, "cidchar", lines)


def _written(name: str, kind: int, direction: int, size: int, block: str, lines: list[str]) -> bytes:
    head = HEAD.format(name=name, kind=kind, direction=direction, first="00" * size, last="FF" * size)
    groups = (lines[i : i + AT_ONCE] for i in range(0, len(lines), AT_ONCE))
    body = "\n".join(f"{len(group)} begin{block}\n" + "\n".join(group) + f"\nend{block}" for group in groups)
    return (head + body + TAIL).encode()


def _parts(body: bytes) -> Iterator[bytes | int | list[bytes | int]]:
    """Strings, numbers, and lists of them."""
    inner: list[bytes | int] | None = None
    for text, number, begin, end in PART.findall(body):
        if begin:
            inner = []
        elif end:
            yield inner or []
            inner = None
        else:
            value: bytes | int = int(number) if number else bytes.fromhex(text.decode())
            if inner is None:
                yield value
            else:
                inner.append(value)


def _code(part: object) -> int:
    if not isinstance(part, bytes):
        raise Unreadable
    return int.from_bytes(part)


def _sole(part: object) -> bytes | int:
    if not isinstance(part, bytes | int):
        raise Unreadable
    return part


def _range(first: int, last: int, meaning: object) -> dict[int, bytes | int]:
    codes = range(first, min(last, first + LONGEST) + 1)
    if isinstance(meaning, list):
        return dict(zip(codes, meaning, strict=False))
    if isinstance(meaning, int):
        return {code: meaning + code - first for code in codes}
    text = _sole(meaning)
    start = int.from_bytes(text) if isinstance(text, bytes) else 0
    size = len(text) if isinstance(text, bytes) else 0
    return {code: (start + code - first).to_bytes(size + 4)[-size:] if size else b"" for code in codes}
