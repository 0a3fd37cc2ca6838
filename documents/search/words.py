"""The text leaves of a query, analyzed: what the compiler looks for, the rank weighs and the highlighter marks."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from documents.search import analyzer, fields
from documents.search.fields import Field, Kind
from documents.search.languages import STOP_WORDS
from documents.search.tree import ANY, ONE, Boost, Clauses, Either, In, Node, Pattern, Phrase, Word

SCORED = 8
"""Of the words that a pattern or a fuzzy word stands for, the best so many count for the rank."""


@dataclass(frozen=True)
class Blur:
    """What stands for many words: a pattern of folded letters (with ANY and ONE), or with a `distance` a folded word of
    which so many letters may differ."""

    text: str
    distance: int = 0


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
        return expression(self.pattern)

    def meets(self, token: analyzer.Token) -> bool:
        """Whether the prefix or the pattern fits a word of a text."""
        if self.pattern:
            return bool(self.regex.fullmatch(token.exact))
        return token.exact.startswith(self.lexemes[0])


def expression(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression for whole words. What stands between two ANY is looked for once: an expression
    that goes back would take forever over `*a*a*a*a*b`."""
    first, *rest = ("".join("." if char == ONE else re.escape(char) for char in part) for part in pattern.split(ANY))
    middle = "".join(f"(?>.*?{part})" for part in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}" if rest else first, re.DOTALL)


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
    def is_hopeless(self) -> bool:
        """Whether nothing can hold it: no word of the index fits its pattern."""
        return not all(spot.lexemes or spot.pattern for spot in self.spots)

    @property
    def on_pages(self) -> bool:
        """Whether it can stand on pages."""
        return self.field is None or self.field.name == "text" or self.field.kind is Kind.PAGE


@dataclass(frozen=True)
class Reading:
    """How to read text: with which stemmers, whether words like `the` count, and which words stand for patterns and
    fuzzy words. Patterns that are not among these are compared with every word of every text."""

    codes: tuple[str, ...] = ()
    stop_words: bool = False
    words: Mapping[Blur, tuple[str, ...]] = field(default_factory=dict)


def leaf(node: Word | Phrase | Pattern, field: Field | None, reading: Reading, boost: float = 1.0) -> Leaf | None:
    """The analyzed leaf; None for text without any word that counts."""
    if isinstance(node, Pattern):
        return _pattern(node, field, reading, boost)
    if isinstance(node, Word) and (found := blur(node)):
        return _fuzzy(node, found, field, reading, boost)
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


def blur(node: Word | Pattern) -> Blur | None:
    """What the node stands for, if that is many words: not for `bud*`, which one scan of the index answers, and not in
    scripts without spaces."""
    plain = "".join(char for char in node.text if char not in (ANY, ONE))
    pieces = _pieces(plain)
    if len(pieces) != 1 or analyzer.UNSPACED.match(pieces[0]):
        return None
    if isinstance(node, Word):
        word = analyzer.fold(pieces[0])
        distance = min(node.fuzzy, len(word) - 1)
        return Blur(word, distance) if distance > 0 else None
    if pieces[0] != plain:
        return None
    folded = re.sub(f"[^{ANY}{ONE}]+", lambda match: analyzer.fold(match.group()), re.sub(f"{ANY}+", ANY, node.text))
    is_prefix = folded.endswith(ANY) and not {ANY, ONE} & set(folded[:-1])
    return None if is_prefix or not analyzer.fold(plain) else Blur(folded)


def _pieces(text: str) -> list[str]:
    return [piece for match in analyzer.WORDS.finditer(text) for piece in analyzer.PIECES.findall(match.group())]


def _fuzzy(node: Word, blurred: Blur, field: Field | None, reading: Reading, boost: float) -> Leaf:
    """The word as it is typed, and those that are like it."""
    typed = analyzer.query_forms(_pieces(node.text)[0], reading.codes)
    similar = reading.words.get(blurred, ())
    lexemes = tuple(dict.fromkeys((*typed, *similar)))
    return Leaf((Spot(lexemes, 1),), field, 0, boost, (typed, *_telling(similar, reading)))


def _telling(found: Sequence[str], reading: Reading) -> tuple[tuple[str, ...], ...]:
    """The lexemes that score for what a pattern or a fuzzy word stands for."""
    forms = (form for word in found[:SCORED] for form in analyzer.query_forms(word, reading.codes))
    return (tuple(dict.fromkeys(forms)),) if found else ()


def _pattern(node: Pattern, field: Field | None, reading: Reading, boost: float) -> Leaf | None:
    """`bud*` is a prefix, others are patterns; between words and in scripts without spaces the wildcards fall away."""
    plain = "".join(char for char in node.text if char not in (ANY, ONE))
    pieces = _pieces(plain)
    if not pieces:
        return None
    if len(pieces) > 1 or analyzer.UNSPACED.match(pieces[0]) or pieces[0] != plain:
        spots = tuple(_spots(node.text.replace(ANY, " ").replace(ONE, " ")))
        return Leaf(spots, field, 0, boost) if spots else None
    if not analyzer.fold(plain):
        return None
    blurred = blur(node)
    if blurred is None:
        return Leaf((Spot((analyzer.fold(plain),), prefix=True),), field, 0, boost)
    if blurred in reading.words:
        found = reading.words[blurred]
        return Leaf((Spot(found, 1),), field, 0, boost, _telling(found, reading))
    head = re.match(f"[^{ANY}{ONE}]*", blurred.text)
    start = head.group() if head else ""
    return Leaf((Spot((start,) if start else (), pattern=blurred.text),), field, 0, boost)


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
