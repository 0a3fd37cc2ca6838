"""Marks where the words of a query stand in a text, read by the analyzer that wrote the index."""

import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from documents.search import analyzer
from documents.search.analyzer import Token
from documents.search.words import Leaf, Spot

AROUND = 80
"""Letters of a snippet before its first and after its last hit, about."""
APART = 100
"""Hits further apart than this begin a new snippet."""


@dataclass(frozen=True)
class Span:
    """Letters of a text, from `start` up to `end`, that answer the query."""

    start: int
    end: int


class _Watch:
    """Looks for one leaf while a text goes by."""

    def __init__(self, leaf: Leaf) -> None:
        self.spots = leaf.spots
        self.slop = leaf.slop
        self.length = leaf.spots[-1].position - leaf.spots[0].position
        self.recent: deque[tuple[int, Token]] = deque()

    def see(self, number: int, token: Token) -> list[Token]:
        """The words of the text that make up the leaf, now that this word has come for the spot of that number."""
        if len(self.spots) == 1:
            return [token]
        self.recent.append((number, token))
        while self.recent[0][1].position < token.position - self.length - self.slop:
            self.recent.popleft()
        return self._near() if self.slop else self._exact(token)

    def _exact(self, last: Token) -> list[Token]:
        first = last.position - self.length
        places = {(number, token.position): token for number, token in self.recent}
        wanted = [(number, first + spot.position - self.spots[0].position) for number, spot in enumerate(self.spots)]
        return [places[key] for key in wanted] if all(key in places for key in wanted) else []

    def _near(self) -> list[Token]:
        words = {self.spots[number].lexemes for number, _ in self.recent}
        complete = words == {spot.lexemes for spot in self.spots}
        return [token for _, token in self.recent] if complete else []


class _Lookout:
    """Looks for all leaves at once: a word of the text costs two look-ups, however long the query is."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self.by_lexeme: dict[str, list[tuple[_Watch, int]]] = {}
        self.loose: list[tuple[_Watch, int, Spot]] = []
        for watch in map(_Watch, leaves):
            for number, spot in enumerate(watch.spots):
                if spot.prefix or spot.pattern:
                    self.loose.append((watch, number, spot))
                else:
                    for lexeme in spot.lexemes:
                        self.by_lexeme.setdefault(lexeme, []).append((watch, number))

    def see(self, token: Token) -> Iterator[Token]:
        """The words that make up leaves, now that this word has come."""
        met = dict.fromkeys(self.by_lexeme.get(token.exact, ()))
        if token.stem:
            met |= dict.fromkeys(self.by_lexeme.get(token.stem, ()))
        if self.loose:
            met |= {(watch, number): None for watch, number, spot in self.loose if spot.meets(token)}
        for watch, number in met:
            yield from watch.see(number, _trimmed(token, watch.spots[number]))


def _trimmed(token: Token, spot: Spot) -> Token:
    """Of a pair of letters that begins with the one asked for, that one."""
    is_letter = spot.prefix and analyzer.UNSPACED.match(spot.lexemes[0])
    return token._replace(end=token.start + 1) if is_letter else token


def spans(text: str, language: str, leaves: Iterable[Leaf]) -> Iterator[Span]:
    """Where the leaves stand, in the order in which their last words come; overlapping ones are not joined."""
    lookout = _Lookout(leaves)
    for token in analyzer.tokens(text, language):
        for hit in lookout.see(token):
            yield Span(hit.start, _whole(text, hit.end))


def _whole(text: str, end: int) -> int:
    """Where the last letter ends with all of its marks, which in scripts without spaces are read as letters."""
    while end < len(text) and not text[end].isascii() and unicodedata.category(text[end])[0] == "M":
        end += 1
    return end


def merged(found: Iterable[Span]) -> list[Span]:
    """The spans in the order of the text, overlapping ones joined."""
    joined: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, span.end)):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined


def snippets(text: str, language: str, leaves: Sequence[Leaf], *, limit: int) -> list[str]:
    """Up to `limit` pieces of the text as HTML, with the hits in <em>."""
    groups: list[list[Span]] = []
    for span in merged(_first(text, language, leaves, limit)):
        if groups and span.start - groups[-1][-1].end <= APART:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [_snippet(text, group) for group in groups[:limit]]


def _first(text: str, language: str, leaves: Sequence[Leaf], limit: int) -> Iterator[Span]:
    """The spans of the first `limit` snippets: a long page is not read to its end for one."""
    begun = 0
    last = -APART - 1
    for span in spans(text, language, leaves):
        if span.start - last > APART:
            begun += 1
            if begun > limit:
                return
        last = max(last, span.end)
        yield span


def _snippet(text: str, group: Sequence[Span]) -> str:
    start = _word_edge(text, group[0].start - AROUND, group[0].start)
    end = _word_end(text, group[-1].end, group[-1].end + AROUND)
    parts = []
    at = start
    for span in group:
        parts += [_plain(text[at : span.start]), f"<em>{_plain(text[span.start : span.end])}</em>"]
        at = span.end
    parts.append(_plain(text[at:end]))
    return "".join(parts).strip()


def _plain(text: str) -> str:
    """Text as HTML, on one line."""
    return escape(" ".join(text.split("\n")).replace("\r", " "), quote=False)


def _word_edge(text: str, start: int, until: int) -> int:
    """Where a word begins, at or after `start`."""
    if start <= 0:
        return 0
    while start < until and not text[start - 1].isspace():
        start += 1
    return start


def _word_end(text: str, since: int, end: int) -> int:
    """Where a word ends, at or before `end`."""
    if end >= len(text):
        return len(text)
    while end > since and not text[end].isspace():
        end -= 1
    return end
