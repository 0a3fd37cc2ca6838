"""The text leaves of a query, analyzed: what the compiler looks for, the rank weighs and the highlighter marks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from documents.search import analyzer, fields
from documents.search.fields import Field, Kind
from documents.search.languages import STOP_WORDS
from documents.search.tree import ANY, ONE, Boost, Clauses, Either, In, Node, Pattern, Phrase, Word


@dataclass(frozen=True)
class Spot:
    """One place of a leaf: a word under any of its lexemes, all words with a prefix, or all that fit a pattern."""

    lexemes: tuple[str, ...]
    position: int = 0
    prefix: bool = False
    pattern: str = ""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, for whole words."""
        return re.compile("".join({ANY: ".*", ONE: "."}.get(char, re.escape(char)) for char in self.pattern), re.DOTALL)

    def meets(self, token: analyzer.Token) -> bool:
        """Whether the prefix or the pattern fits a word of a text."""
        if self.pattern:
            return bool(self.regex.fullmatch(token.exact))
        return token.exact.startswith(self.lexemes[0])


@dataclass(frozen=True)
class Leaf:
    """A word (one spot) or a phrase, in a text field or (without one) in all of them.

    `scored` holds each word's lexemes with its stems: the rank of a phrase is that of its words.
    """

    spots: tuple[Spot, ...]
    field: Field | None = None
    slop: int = 0
    boost: float = 1.0
    scored: tuple[tuple[str, ...], ...] = ()

    @property
    def on_pages(self) -> bool:
        """Whether it can stand on pages."""
        return self.field is None or self.field.name == "text" or self.field.kind is Kind.PAGE


@dataclass(frozen=True)
class Reading:
    """How to read text: with which stemmers, and whether words like `the` count."""

    codes: tuple[str, ...] = ()
    stop_words: bool = False


def leaf(node: Word | Phrase | Pattern, field: Field | None, reading: Reading, boost: float = 1.0) -> Leaf | None:
    """The analyzed leaf; None for text without any word that counts."""
    if isinstance(node, Pattern):
        return _pattern(node, field, boost)
    if isinstance(node, Word) and not reading.stop_words and node.text.lower() in STOP_WORDS:
        return None
    stemmed = tuple(_spots(node.text, reading.codes))
    spots = stemmed if len(stemmed) == 1 and isinstance(node, Word) else tuple(_spots(node.text))
    scored = tuple(spot.lexemes for spot in stemmed if not spot.prefix)
    return Leaf(spots, field, node.slop if isinstance(node, Phrase) else 0, boost, scored) if spots else None


def _spots(text: str, codes: tuple[str, ...] = ()) -> Iterator[Spot]:
    """The places of a text's words: exact forms, and stems where there are codes."""
    position = 0
    for match in analyzer.WORDS.finditer(text):
        for piece in analyzer.PIECES.findall(match.group()):
            if not analyzer.UNSPACED.match(piece):
                if forms := analyzer.query_forms(piece, codes):
                    position += 1
                    yield Spot(forms, position)
                continue
            pairs = [lexeme for lexeme, _, _ in analyzer.pairs(piece)]
            for offset, lexeme in enumerate(pairs[:-1] or pairs, 1):
                # the last letter of a run is a pair with whatever follows it in the text
                yield Spot((lexeme,), position + offset, prefix=len(pairs) == 1)
            position += len(pairs)


def _pattern(node: Pattern, field: Field | None, boost: float) -> Leaf | None:
    """`bud*` is a prefix, others are patterns; between words and in scripts without spaces the wildcards fall away."""
    plain = "".join(char for char in node.text if char not in (ANY, ONE))
    pieces = [piece for match in analyzer.WORDS.finditer(plain) for piece in analyzer.PIECES.findall(match.group())]
    if not pieces:
        return None
    if len(pieces) > 1 or analyzer.UNSPACED.match(pieces[0]) or pieces[0] != plain:
        spaced = node.text.replace(ANY, " ").replace(ONE, " ")
        spots = tuple(_spots(spaced))
        return Leaf(spots, field, 0, boost) if spots else None
    folded = re.sub(f"[^{ANY}{ONE}]+", lambda match: analyzer.fold(match.group()), node.text)
    head = re.match(f"[^{ANY}{ONE}]*", folded)
    start = head.group() if head else ""
    if folded == start + ANY:
        return Leaf((Spot((start,), prefix=True),), field, 0, boost)
    return Leaf((Spot((start,) if start else (), pattern=folded),), field, 0, boost)


def leaves(node: Node, reading: Reading, field: Field | None = None, boost: float = 1.0) -> Iterator[Leaf]:
    """The leaves that a hit may hold: what is forbidden and what filters is left out."""
    match node:
        case In():
            found = fields.find(node.field)
            if found is not None and found.kind in (Kind.TEXT, Kind.PAGE):
                yield from leaves(node.node, reading, found, boost)
        case Boost():
            yield from leaves(node.node, reading, field, boost * node.by)
        case Either():
            yield from _all(node.nodes, reading, field, boost)
        case Clauses():
            yield from _all(node.must + node.should, reading, field, boost)
        case Word() | Phrase() | Pattern():
            found_leaf = leaf(node, field, reading, boost)
            if found_leaf is not None:
                yield found_leaf


def _all(nodes: Iterable[Node], reading: Reading, field: Field | None, boost: float) -> Iterator[Leaf]:
    for node in nodes:
        yield from leaves(node, reading, field, boost)
