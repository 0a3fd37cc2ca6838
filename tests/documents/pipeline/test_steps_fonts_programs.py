"""What is read of font programs and written into them: codes of their own, and parts that letters call."""

import pytest
from fontTools.cffLib import IndexedStrings
from fontTools.misc import eexec

from documents.pipeline.steps.fonts import coding
from documents.pipeline.steps.fonts.type1 import CIPHER, LETTER_CIPHER, NOTHING, Type1


@pytest.mark.parametrize(
    "codes",
    [
        {},
        {0: "A"},
        {3: "B"},
        {255: "A", 0: "B", 1: "C"},
        {7: "C", 0: "A", 9: "C", 10: "A"},
        dict.fromkeys(range(256), "B"),
    ],
)
def test_codes_are_read_as_they_were_written(codes: dict[int, str]) -> None:
    letters, strings = [".notdef", "A", "B", "C", "D"], IndexedStrings()
    assert coding.read(b"head" + coding.written(codes, letters, strings), 4, letters, strings) == codes


def test_codes_in_ranges_are_read() -> None:
    table = bytes([0x81, 2, 0, 1, 70, 0, 1, 80, 0, 34])
    letters = [".notdef", "A", "B", "C"]
    assert coding.read(table, 0, letters, IndexedStrings()) == {0: "A", 1: "B", 70: "C", 80: "A"}


def test_parts_that_kept_letters_call_stay_in_a_program() -> None:
    # Five is called, seven is called for hints by way of PostScript, six is as long as its number is large.
    parts = {5: b"\x05\x0b", 6: b"\x06\x0b", 7: b"\x07\x0b"}
    drawings = {
        ".notdef": b"\x0e",
        "A": b"\x90\x0a\x0e",
        "B": b"\x92\x8c\x8e\x0c\x10\x0c\x11\x0a\x0e",
        "C": b"\x91\x0a\x0e",
    }
    made = Type1(Type1(written(parts, drawings)).reduced({"A", "B"}, "", "")[0])
    assert {number: made._deciphered(part) for number, part in made.subroutines.items()} == parts | {6: NOTHING}
    assert {name: made._deciphered(letter) for name, letter in made.letters.items()} == {
        name: drawing for name, drawing in drawings.items() if name != "C"
    }


def written(parts: dict[int, bytes], drawings: dict[str, bytes]) -> bytes:
    """A Type 1 program."""

    def item(head: str, drawing: bytes, end: bytes) -> bytes:
        body: bytes = eexec.encrypt(b"\0" * 4 + drawing, LETTER_CIPHER)[0]
        return f"{head} {len(body)} RD ".encode() + body + end

    private = b"\0\0\0\0/lenIV 4 def /Subrs 8 array\n"
    private += b"".join(item(f"dup {number}", part, b" NP\n") for number, part in parts.items())
    private += b"ND\n2 index /CharStrings %d dict dup begin\n" % len(drawings)
    private += b"".join(item(f"/{name}", drawing, b" ND\n") for name, drawing in drawings.items())
    private += b"end end mark currentfile closefile\n"
    return b"%!PS-AdobeFont-1.0: Own\ncurrentfile eexec\n" + bytes(eexec.encrypt(private, CIPHER)[0])
