"""From the tree to one condition: the fields decide which leaves are text and which are filters."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from documents.search import conditions, fields, text, values, vectors, words
from documents.search.conditions import ANYTHING, NOTHING, Match
from documents.search.fields import Field, Kind
from documents.search.tree import (
    ANY,
    Boost,
    Clauses,
    Either,
    Everything,
    In,
    Node,
    Pattern,
    Phrase,
    Range,
    Word,
    rewrite,
)
from documents.search.values import Facts
from documents.search.words import Leaf, Reading


@dataclass(frozen=True)
class Setting:
    """All that a query's meaning depends on beside its words."""

    reading: Reading
    facts: Facts


@dataclass(frozen=True)
class Compiled:
    """The condition of a whole query, and the words that a hit may hold: to rank and to highlight."""

    condition: Match
    leaves: tuple[Leaf, ...]


def compile_query(node: Node, setting: Setting) -> Compiled:
    """Words like `the` count only where the query says nothing else; without any words it restricts nothing."""
    for reading in (setting.reading, replace(setting.reading, stop_words=True)):
        found = _compile(node, replace(setting, reading=reading), None)
        if found is not None:
            return Compiled(found, tuple(words.leaves(node, reading)))
    return Compiled(ANYTHING, ())


def _compile(node: Node, setting: Setting, field: Field | None) -> Match | None:
    """None for nodes without any word that counts: they neither require nor forbid."""
    match node:
        case In():
            return _compile(node.node, setting, fields.find(node.field))
        case Boost():
            return _compile(node.node, setting, field)
        case Either():
            return _either(node.nodes, setting, field) if node.nodes else NOTHING
        case Clauses():
            return _clauses(node, setting, field)
    if field is None or field.kind in (Kind.TEXT, Kind.PAGE):
        return _text(node, setting, field)
    return values.condition(field, node, setting.facts)


def _clauses(node: Clauses, setting: Setting, field: Field | None) -> Match | None:
    must = _some(node.must, setting, field)
    never = [conditions.negation(part) for part in _some(node.never, setting, field)]
    if not must and node.should:
        one = _either(node.should, setting, field)
        must = [one] if one is not None else []
    return conditions.both(must + never) if must or never else None


def _either(nodes: Iterable[Node], setting: Setting, field: Field | None) -> Match | None:
    parts = _some(nodes, setting, field)
    return conditions.either(parts) if parts else None


def _some(nodes: Iterable[Node], setting: Setting, field: Field | None) -> list[Match]:
    return [part for node in nodes if (part := _compile(node, setting, field)) is not None]


def _text(node: Everything | Word | Pattern | Phrase | Range, setting: Setting, field: Field | None) -> Match | None:
    if isinstance(node, Everything) or node == Pattern(ANY):
        return Match(f"{vectors.quoted(vectors.FIELD + field.letter)}:*") if field and field.letter else ANYTHING
    if isinstance(node, Everything | Range):
        return NOTHING
    leaf = words.leaf(node, field, setting.reading)
    return text.condition(leaf) if leaf is not None else None


def without_wildcards(node: Node) -> Node:
    """The tree with the costly patterns as plain text: for a second try when the first took too long."""

    def plain(inner: Node) -> Node:
        if isinstance(inner, Pattern) and inner.text.rstrip(ANY) and not inner.text[:-1].isalnum():
            return Word(inner.text.replace(ANY, " ").replace("\x02", " "))
        return inner

    return rewrite(node, plain) or Everything()
