"""Reads and writes the codes that a CFF program itself gives to its letters, which fonts of LaTeX rely on.

FontTools takes code 0 for none, and writes only one code for each letter.
"""

from typing import Any

from fontTools.cffLib import EncodingCompiler, TopDictCompiler

from documents.pipeline.steps.fonts.cmaps import Unreadable

SUPPLEMENTED, FORMAT = 0x80, 0x7F
CODES = 256


def read(data: bytes, place: int, letters: list[str], strings: Any) -> dict[int, str]:
    """The names of the codes; `letters` are in the order of the program. The last word about a code holds."""
    kind, count = data[place], data[place + 1]
    size = {0: 1, 1: 2}.get(kind & FORMAT)
    if size is None:
        raise Unreadable
    after = place + 2 + size * count
    table = data[place + 2 : after]
    codes = list(table)
    if size == 2:  # a first code, and how many come after it
        ranges = zip(table[::2], table[1::2], strict=True)
        codes = [code for first, more in ranges for code in range(first, first + more + 1)]
    found = {code: name for code, name in zip(codes, letters[1:], strict=False) if code < CODES}
    if kind & SUPPLEMENTED:
        for start in range(after + 1, after + 1 + 3 * data[after], 3):
            found[data[start]] = strings[int.from_bytes(data[start + 1 : start + 3])]
    return found


def written(codes: dict[int, str], letters: list[str], strings: Any) -> bytes:
    """A table with just these codes."""
    first = {name: code for code, name in sorted(codes.items(), reverse=True)}
    table: list[int] = []
    for name in reversed(letters[1:]):
        # A letter without a code takes that of the next one, which overrules it.
        if name in first or table:
            table.insert(0, first.get(name, table[0] if table else 0))
    others = [(code, name) for code, name in codes.items() if first[name] != code and name in letters]
    if len(table) >= CODES:
        raise Unreadable
    more = b"".join(bytes([code]) + strings.getSID(name).to_bytes(2) for code, name in others)
    head = bytes([SUPPLEMENTED if others else 0, len(table), *table])
    return head + (bytes([len(others)]) + more if others else b"")


class _Table(EncodingCompiler):  # type: ignore[misc]  # fontTools has no types
    def __init__(self, data: bytes, parent: TopDictCompiler) -> None:
        self.data, self.parent = data, parent


class Compiler(TopDictCompiler):  # type: ignore[misc]
    """Has fontTools write the codes that stand in `codes` of a program, and not those in its `Encoding`."""

    def getChildren(self, strings: Any) -> list[Any]:  # fontTools' name
        """The tables of the program."""
        program = self.dictObj
        return [_Table(written(program.codes, program.charset, strings), self), *super().getChildren(strings)]
