"""From the tree to one condition: the fields decide which leaves are text and which are filters."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

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
)
from documents.search.values import Facts
from documents.search.words import Leaf, Reading


@dataclass(frozen=True)
class Setting:
    """All that a query's meaning depends on beside its words. `is_cut`: its patterns stand for more words than were
    taken; `is_loose`: a phrase only wants its words to be there; `noted`: documents that hold a leaf in their notes."""

    reading: Reading
    facts: Facts
    is_cut: bool = False
    is_loose: bool = False
    noted: Mapping[Leaf, Collection[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """The condition of a whole query, and the words that a hit may hold: to rank and to highlight. `in_notes`: those
    that were looked for in notes."""

    condition: Match
    leaves: tuple[Leaf, ...]
    in_notes: tuple[Leaf, ...] = ()


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
    if leaf is None:
        return None
    found = text.loose(leaf) if setting.is_loose and len(leaf.spots) > 1 else text.condition(leaf)
    noted = setting.noted.get(leaf)
    return conditions.either([found, Match(sql="s.document_id = ANY(%s)", params=(list(noted),))]) if noted else found
