"""From the words of a page and their boxes to one text, and from a place in that text back to boxes to redact."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from documents.search import analyzer

Box = dict[str, Any]
PAD_POINTS = 1.0
PAD_HEIGHT = 0.12  # a box ends where the ink ends, and OCR is not that exact
SAME_LINE = 0.5  # the share of the lower word's height that two neighbours of one line have in common
WIDE_GAP = 4.0  # heights of a word: what stands farther apart gets two boxes
CONTEXT_WORDS, CONTEXT_LETTERS = 6, 200

BREAK = "\ue000"
"""Stands for a hyphen at the end of a line: it belongs to the word, or only breaks it."""
_INVISIBLE = dict.fromkeys(map(ord, f"\u00ad\u200b\u200c\u200d\u2060\ufeff{BREAK}"))
_PLAIN = str.maketrans("‘’‚‛´`“”„‐‑‒–—−", "''''''\"\"\"------")


class Word(NamedTuple):
    """A word and its box, in points."""

    text: str
    x1: float
    x2: float
    y1: float
    y2: float

    @property
    def height(self) -> float:
        """Of the box."""
        return self.y2 - self.y1


def plain(text: str, *, fold: bool) -> str:
    """The text without differences that people do not see: widths, ligatures, quotation marks; with `fold`, case."""
    text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE).translate(_PLAIN))
    return unicodedata.normalize("NFKC", text.casefold()) if fold else text


def expression(query: str, *, fold: bool, whole_words: bool) -> "re.Pattern[str] | None":
    """What finds the phrase in a stream, over line breaks and hyphens; None for one without letters and digits.

    It is as long as the query and holds nothing that is tried in two ways, so its time grows with the text alone.
    """
    asked = " ".join(plain(query, fold=fold).split())
    if not any(char.isalnum() for char in asked):
        return None
    parts = [_part(char, after) for char, after in pairwise(asked)]
    body = "".join([*parts, _part(asked[-1], " ")])
    before = r"(?<!\w)" if whole_words and asked[0].isalnum() else ""
    behind = r"(?!\w)" if whole_words and asked[-1].isalnum() else ""
    return re.compile(f"{before}{body}{behind}")


def _part(char: str, after: str) -> str:
    if char == " ":
        return " *"
    if char == "-":
        return f"[-{BREAK}]"
    if " " not in after and analyzer.UNSPACED.match(char) and analyzer.UNSPACED.match(after):
        return f"{re.escape(char)} *"  # such scripts break their lines anywhere
    return re.escape(char) + (f"{BREAK}?" if char.isalnum() and after.isalnum() else "")


class Stream:
    """The words of a page as one text with single spaces between them; every letter knows its word."""

    def __init__(self, words: Sequence[Word], *, fold: bool) -> None:
        self.words = words
        pieces: list[str] = []
        self.owners: list[int] = []
        for index, word in enumerate(words):
            shown = plain(word.text, fold=fold)
            ends_line = index + 1 < len(words) and not on_one_line(word, words[index + 1])
            is_broken = ends_line and len(shown) > 1 and shown.endswith("-")
            pieces.append(shown[:-1] + BREAK if is_broken else f"{shown} ")
            self.owners += [index] * len(pieces[-1])
        self.text = "".join(pieces)

    @property
    def hyphened(self) -> str:
        """The text with its line-breaking hyphens as hyphens: what patterns read."""
        return self.text.replace(BREAK, "-")

    def pieces(self, span: tuple[int, int]) -> Iterator[list[int]]:
        """The words of a hit, line by line."""
        touched = sorted({self.owners[at] for at in range(*span) if self.text[at] != " "})
        line: list[int] = []
        for index in touched:
            if line and not on_one_line(self.words[line[-1]], self.words[index]):
                yield line
                line = []
            line.append(index)
        if line:
            yield line

    def context(self, line: Sequence[int]) -> str:
        """The hit among its neighbours, as people read it."""
        around = self.words[max(0, line[0] - CONTEXT_WORDS) : line[-1] + 1 + CONTEXT_WORDS]
        return " ".join(word.text[:CONTEXT_LETTERS] for word in around)[:CONTEXT_LETTERS]


def on_one_line(word: Word, after: Word) -> bool:
    """Neighbours side by side."""
    common = min(word.y2, after.y2) - max(word.y1, after.y1)
    gap = max(word.x1, after.x1) - min(word.x2, after.x2)
    height = min(word.height, after.height)
    return common > SAME_LINE * height and gap < WIDE_GAP * max(word.height, after.height)


def cover(words: Sequence[Word], width: float, height: float) -> Box:
    """One box over all of the words and a little more, as fractions of the page."""
    tall = PAD_POINTS + PAD_HEIGHT * max(word.height for word in words)
    return {
        "x1": max(0.0, (min(word.x1 for word in words) - PAD_POINTS) / width),
        "x2": min(1.0, (max(word.x2 for word in words) + PAD_POINTS) / width),
        "y1": max(0.0, (min(word.y1 for word in words) - tall) / height),
        "y2": min(1.0, (max(word.y2 for word in words) + tall) / height),
    }
