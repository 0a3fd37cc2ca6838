"""Which words of the index the wildcards and fuzzy words of a query stand for: so many and no more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from documents.search import fields, lexicon, statistics, tree, words
from documents.search.conditions import Match
from documents.search.fields import Kind
from documents.search.lexicon import Asked
from documents.search.tree import In, Node, Pattern, Word
from documents.search.words import Blur

FUZZY = 64
"""Words that a fuzzy word stands for, at most: the nearest, of those the most common."""
FITTING = 500
"""Words that a pattern stands for, at most: the most common, then the shortest."""
ALL = 2_000
"""Words that all of them in one query stand for, at most."""

_Lookup = Callable[[Sequence[Asked]], Mapping[Blur, Sequence[str]]]


@dataclass(frozen=True)
class Expansions:
    """The words of each. `is_cut`: there are more than were taken."""

    words: Mapping[Blur, tuple[str, ...]] = field(default_factory=dict)
    is_cut: bool = False


def of(node: Node, seen: Callable[[], Match], *, patterns: bool = True) -> Expansions:
    """The words for all that is blurred in the texts that the query asks for, with or without its patterns.

    Words that are not `seen` (asked for only where it matters) find nothing, and must not be told by what they leave
    no place for: neither by what is cut, nor by what counts for the rank.
    """
    most = _most([blur for blur in blurred(node) if patterns or blur.distance])
    shares = _shares()
    found = lexicon.look_up([Asked(blur, limit + 1) for blur, limit in most.items()], shares)
    cut = [Asked(blur, most[blur] + 1) for blur, those in found.items() if len(those) > most[blur]]
    return _taken(found, most, cut, lambda asked: lexicon.look_up(asked, shares, seen()))


def common(node: Node, seen: Callable[[], Match]) -> Expansions:
    """The same without a look at the lexicon: the most common words that fit, and of fuzzy words none."""
    most = {blur: min(limit, FUZZY) for blur, limit in _most(list(blurred(node))).items()}
    found = {blur: _common(blur) for blur in most}
    cut = [Asked(blur, most[blur], tuple(those)) for blur, those in found.items() if len(those) > most[blur]]
    return replace(_taken(found, most, cut, lambda asked: lexicon.look_up(asked, seen=seen())), is_cut=True)


def blurred(node: Node, *, is_text: bool = True) -> Iterator[Blur]:
    """What needs an expansion; the values of filters do not."""
    if isinstance(node, In):
        found = fields.find(node.field)
        yield from blurred(node.node, is_text=found is not None and found.kind in (Kind.TEXT, Kind.PAGE))
    elif isinstance(node, Pattern | Word):
        blur = words.blur(node) if is_text else None
        if blur is not None:
            yield blur
    else:
        for inner in tree.children(node):
            yield from blurred(inner, is_text=is_text)


def _most(uses: Sequence[Blur]) -> dict[Blur, int]:
    """How many words each may stand for: the same one is written into the condition at every use."""
    share = max(1, ALL // max(1, len(uses)))
    return {blur: min(share, FUZZY if blur.distance else FITTING) for blur in uses}


def _taken(
    found: Mapping[Blur, Sequence[str]], most: Mapping[Blur, int], cut: Sequence[Asked], first: _Lookup
) -> Expansions:
    """The words found; of those that are `cut`, and of those that count for the rank, the first that are seen."""
    whole = {blur: those for blur, those in found.items() if len(those) <= most[blur]}
    scored = [Asked(blur, words.SCORED, tuple(those)) for blur, those in whole.items() if len(those) > words.SCORED]
    seen = first([*cut, *scored]) if cut or scored else {}
    taken = {blur: tuple(dict.fromkeys([*seen.get(blur, ()), *whole.get(blur, ())])) for blur in found}
    is_cut = any(len(those) > most[blur] for blur, those in taken.items())
    return Expansions({blur: those[: most[blur]] for blur, those in taken.items()}, is_cut)


def _shares() -> list[str]:
    """The words among the most common lexemes of the index, the most common first."""
    shares = statistics.frequencies()
    return sorted((word for word in shares if word[0] > chr(lexicon.FIRST)), key=lambda word: -shares[word])


def _common(blur: Blur) -> list[str]:
    """Those of them that fit a pattern."""
    if blur.distance:
        return []
    expression = words.expression(blur.text)
    return [word for word in _shares() if expression.fullmatch(word)]
