"""Marks where the words of a query stand in a text, read by the analyzer that wrote the index."""

import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from html import escape
from operator import or_

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
    """Looks for one leaf while a text goes by. Each word of the text costs about the same, however long the leaf is.

    `places` are the offsets of each kind of spot from the first one, as bits; `state` says how much of the leaf ends
    at the last word (the algorithm is known as shift-and). Offsets between spots, `free`, may hold any word.
    """

    def __init__(self, leaf: Leaf) -> None:
        first = leaf.spots[0].position
        self.slop = leaf.slop
        self.length = leaf.spots[-1].position - first
        self.places: dict[Spot, int] = {}
        for spot in leaf.spots:
            kind = replace(spot, position=0)
            self.places[kind] = self.places.get(kind, 0) | 1 << spot.position - first
        self.taken = reduce(or_, self.places.values())
        self.free = ((1 << self.length + 1) - 1) & ~self.taken
        self.state = 0
        self.shown = 0
        self.recent: deque[tuple[Token, Sequence[Spot]]] = deque()
        self.near: Counter[Spot] = Counter()

    def see(self, kinds: Sequence[Spot], token: Token) -> list[Token]:
        """The words of the text that make up the leaf, now that this word has come for spots of these kinds. Those that
        were given before are not given again."""
        if not self.length:
            return [token]
        is_complete = self._step(kinds, token)
        self.recent.append((token, kinds))
        self.near.update(kinds)
        while self.recent[0][0].position < token.position - self.length - self.slop:
            self.near.subtract(self.recent.popleft()[1])
        if self.slop:
            is_complete = all(self.near[kind] > 0 for kind in self.places)
        if not is_complete:
            return []
        found = [word for word, _ in self.recent if word.position > self.shown and self._is_taken(word, token)]
        self.shown = token.position
        return found

    def _step(self, kinds: Sequence[Spot], token: Token) -> bool:
        """Whether the leaf as it is written ends with this word."""
        skipped = token.position - self.recent[-1][0].position - 1 if self.recent else 0
        while skipped and self.state:
            self.state = self.state << 1 & self.free
            skipped -= 1
        fitting = reduce(or_, (self.places[kind] for kind in kinds)) | self.free
        self.state = (self.state << 1 | 1) & fitting
        return bool(self.state >> self.length & 1)

    def _is_taken(self, word: Token, last: Token) -> bool:
        """Whether the word belongs to the leaf that ends with the last one, or stands in between."""
        return bool(self.slop or self.taken >> word.position - last.position + self.length & 1)


class _Lookout:
    """Looks for all leaves at once: a word of the text costs two look-ups, however long the query is."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self.by_lexeme: dict[str, list[tuple[_Watch, Spot]]] = {}
        self.loose: list[tuple[_Watch, Spot]] = []
        for watch in map(_Watch, leaves):
            for kind in watch.places:
                if kind.prefix or kind.pattern:
                    self.loose.append((watch, kind))
                else:
                    for lexeme in kind.lexemes:
                        self.by_lexeme.setdefault(lexeme, []).append((watch, kind))

    def see(self, token: Token) -> Iterator[Token]:
        """The words that make up leaves, now that this word has come."""
        met = dict.fromkeys(self.by_lexeme.get(token.exact, ()))
        if token.stem:
            met |= dict.fromkeys(self.by_lexeme.get(token.stem, ()))
        if self.loose:
            met |= {(watch, kind): None for watch, kind in self.loose if kind.meets(token)}
        kinds: defaultdict[_Watch, list[Spot]] = defaultdict(list)
        for watch, kind in met:
            kinds[watch].append(kind)
        for watch, its in kinds.items():
            yield from watch.see(its, _trimmed(token, its[0]))


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
