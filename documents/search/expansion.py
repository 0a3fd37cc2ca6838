"""Which words of the index the wildcards and fuzzy words of a query stand for: so many and no more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from documents.search import fields, lexicon, statistics, tree, words
from documents.search.fields import Kind
from documents.search.tree import In, Node, Pattern, Word
from documents.search.words import Blur

FUZZY = 64
"""Words that a fuzzy word stands for, at most: the nearest, of those the most common."""
FITTING = 500
"""Words that a pattern stands for, at most: the most common, then the shortest."""
ALL = 2_000
"""Words that all of them in one query stand for, at most."""


@dataclass(frozen=True)
class Expansions:
    """The words of each. `is_cut`: there are more than were taken."""

    words: Mapping[Blur, tuple[str, ...]] = field(default_factory=dict)
    is_cut: bool = False


def of(node: Node, audience: Callable[[], str], *, patterns: bool = True) -> Expansions:
    """The words for all that is blurred in the texts that the query asks for, with or without its patterns.

    Where they are too many, those of documents that the `audience` (a tsquery, asked for only then) does not see are
    left out: nobody learns from the rest that such words are there.
    """
    blurs = [blur for blur in dict.fromkeys(blurred(node)) if patterns or blur.distance]
    share = max(1, ALL // max(1, len(blurs)))
    known = lexicon.look_up(blurs, share)
    chosen = {blur: _chosen(blur, known[blur], share, audience) for blur in blurs}
    return Expansions({blur: found[0] for blur, found in chosen.items()}, any(cut for _, cut in chosen.values()))


def common(node: Node) -> Expansions:
    """The same without a look at the index: the most common words that fit, and of fuzzy words none."""
    return Expansions({blur: tuple(_common(blur)[:FUZZY]) for blur in blurred(node)}, is_cut=True)


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


def _chosen(
    blur: Blur, found: Sequence[tuple[str, int]], share: int, audience: Callable[[], str]
) -> tuple[tuple[str, ...], bool]:
    most = min(share, FUZZY if blur.distance else FITTING)
    shares = statistics.frequencies()
    best = [word for word, _ in found]
    if blur.distance:
        best = [word for word, _ in sorted(found, key=lambda row: (row[1], -shares.get(row[0], 0.0)))]
    else:
        best = list(dict.fromkeys([*_common(blur), *best]))
    if len(best) > most:
        seen = lexicon.seen([word for word in best if word not in shares], audience())
        best = [word for word in best if word in shares or word in seen]
    return tuple(best[:most]), len(best) > most or len(found) == share


def _common(blur: Blur) -> list[str]:
    """The words among the most common ones of the index that fit a pattern."""
    if blur.distance:
        return []
    shares = statistics.frequencies()
    expression = words.expression(blur.text)
    fitting = [word for word in shares if word[0] > chr(lexicon.FIRST) and expression.fullmatch(word)]
    return sorted(fitting, key=lambda word: -shares[word])
