"""A Type 1 font program, in which the drawings of letters have names; parts of it are enciphered."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.misc import eexec

from documents.pipeline.steps.fonts.cmaps import Unreadable

CIPHER, LETTER_CIPHER = 55665, 4330
SALT = b"\0" * 4  # enciphered they are no blank and no digit, by which readers know that what follows is binary
SUBROUTINES = re.compile(rb"/Subrs\s+\d+\s+array\s*")
SUBROUTINE = re.compile(rb"\s*dup\s+(\d+)\s+(\d+)\s+\S+ ")
LETTERS = re.compile(rb"/CharStrings\s+(\d+)\s+dict\s+dup\s+begin\s*")
LETTER = re.compile(rb"\s*/(\S+)\s+(\d+)\s+\S+ ")
ENDS = re.compile(rb"\s*(?:noaccess\s+(?:put|def)|ND|NP|\|-|\||put|def)[ \t]*[\r\n]*")
SALTED = re.compile(rb"/lenIV\s+(-?\d+)")
CODED = re.compile(rb"dup\s+(\d+)\s*/(\S+)\s+put[ \t]*[\r\n]*")
NOTHING = b"\x0b"  # return
BASIC = range(5)  # subroutines that every font has, for hints
CALL, ESCAPE, ACCENTED, FOREIGN = 10, 12, 6, 16
ZEROS = b"\n" + (b"0" * 64 + b"\n") * 8 + b"cleartomark\n"


@dataclass(frozen=True)
class _Item:
    """A letter or subroutine: where its text begins and ends, and its drawing in between."""

    name: str
    start: int
    body: int
    length: int
    end: int


class Type1:
    """One program."""

    def __init__(self, data: bytes) -> None:
        place = data.find(b"eexec")
        if not data.startswith(b"%!") or place < 0:
            raise Unreadable
        place += 6
        if data[place - 1 : place + 1] == b"\r\n":
            place += 1
        self.clear = data[:place]
        self.private = eexec.decrypt(_binary(data[place:]), CIPHER)[0][4:]
        self.private = self.private[: self.private.rfind(b"closefile") + len(b"closefile")] + b"\n"
        salted = SALTED.search(self.private)
        self.salt = int(salted[1]) if salted else 4
        if len(LETTERS.findall(self.private)) != 1:
            raise Unreadable
        self.letters = {item.name: item for item in self._items(LETTERS, LETTER)}
        self.subroutines = {int(item.name): item for item in self._items(SUBROUTINES, SUBROUTINE)}

    def encoding(self) -> dict[int, str]:
        """The names of its own codes."""
        own = {int(code): name.decode("latin-1") for code, name in CODED.findall(self.clear)}
        return own or dict(enumerate(StandardEncoding))

    def reduced(self, names: set[str], old: str, new: str) -> tuple[bytes, int]:
        """The program with just these letters and what they need, and `new` for `old` in its name; how long its clear
        part is."""
        letters, subroutines = self._needed({".notdef", *names})
        kept = [self.letters[name] for name in self.letters if name in letters]
        text = self.private
        head = LETTERS.search(text)
        if head is None:
            raise Unreadable
        last = max(item.end for item in self.letters.values())
        tail = b"".join(text[item.start : item.end] for item in kept) + text[last:]
        tail = text[head.start() : head.start(1)] + b"%d" % len(kept) + text[head.end(1) : head.end()] + tail
        body, place = b"", 0
        for number, item in self.subroutines.items():
            if number not in subroutines:
                nothing = self._enciphered(NOTHING)
                line, _, command = text[item.start : item.body].rpartition(b" %d " % item.length)
                body += text[place : item.start] + line + b" %d " % len(nothing) + command + nothing
                place = item.body + item.length
        private = body + text[place : head.start()] + tail
        clear = CODED.sub(lambda found: found[0] if found[2].decode("latin-1") in letters else b"", self.clear)
        clear = clear.replace(old.encode(), new.encode()) if old else clear
        return clear + eexec.encrypt(SALT + private, CIPHER)[0] + ZEROS, len(clear)

    def _items(self, head: re.Pattern[bytes], pattern: re.Pattern[bytes]) -> Iterator[_Item]:
        begun = head.search(self.private)
        place = begun.end() if begun else len(self.private)
        while found := pattern.match(self.private, place):
            length = int(found[2])
            ends = ENDS.match(self.private, found.end() + length)
            if not ends:
                raise Unreadable
            yield _Item(found[1].decode("latin-1"), place, found.end(), length, ends.end())
            place = ends.end()

    def _needed(self, names: set[str]) -> tuple[set[str], set[int]]:
        """With the parts of accented letters, and the subroutines that draw them."""
        letters, subroutines = set[str](), set(BASIC)
        waiting: list[_Item] = [self.letters[name] for name in names if name in self.letters]
        waiting += [self.subroutines[number] for number in BASIC if number in self.subroutines]
        letters |= {name for name in names if name in self.letters}
        while waiting:
            parts, calls = _references(self._deciphered(waiting.pop()))
            for name in parts & self.letters.keys() - letters:
                letters.add(name)
                waiting.append(self.letters[name])
            for number in calls & self.subroutines.keys() - subroutines:
                subroutines.add(number)
                waiting.append(self.subroutines[number])
        return letters, subroutines

    def _deciphered(self, item: _Item) -> bytes:
        body = self.private[item.body : item.body + item.length]
        return bytes(eexec.decrypt(body, LETTER_CIPHER)[0][self.salt :]) if self.salt >= 0 else body

    def _enciphered(self, drawing: bytes) -> bytes:
        if self.salt < 0:
            return drawing
        return bytes(eexec.encrypt(b"\0" * self.salt + drawing, LETTER_CIPHER)[0])


def _binary(cipher: bytes) -> bytes:
    """Some write it in digits."""
    if re.fullmatch(rb"[0-9A-Fa-f\s]{4}", cipher[:4]):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", cipher)
        return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    return cipher


def _references(drawing: bytes) -> tuple[set[str], set[int]]:
    """The letters that a drawing is put together of, and the subroutines that it may call."""
    numbers: list[int] = []
    parts, calls = set[str](), set[int]()
    stream: Iterator[int] = iter(drawing)
    for byte in stream:
        if byte >= 32:
            numbers.append(_number(byte, stream))
        elif byte == CALL:
            calls.update(numbers[-2:])  # the one below may be called by the one that is called, for hints
        elif byte == ESCAPE and (command := next(stream, 0)) == ACCENTED:
            parts |= {StandardEncoding[code] for code in numbers[-2:] if 0 <= code < len(StandardEncoding)}
        elif byte == ESCAPE and command == FOREIGN:
            calls.update(numbers[-3:-2])  # hints, handed through PostScript and then called
    return parts, calls


def _number(byte: int, rest: Iterable[int]) -> int:
    stream = iter(rest)
    if byte <= 246:
        return byte - 139
    if byte <= 250:
        return (byte - 247) * 256 + next(stream, 0) + 108
    if byte <= 254:
        return -(byte - 251) * 256 - next(stream, 0) - 108
    return int.from_bytes(bytes(next(stream, 0) for _ in range(4)), signed=True)
