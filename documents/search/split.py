"""Joins a query with the filters beside it into one tree, by the rules of who may ask what and which field is a filter.

A query that says neither AND nor OR gives up its filters: they become requirements, the same field twice means
either value. Text stays text. Whatever stands in the URL narrows; garbage there finds nothing.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from docplatform.lib.errors import Refused
from documents.search import dates, fields, lexer, parser, tree
from documents.search.fields import Field, Kind
from documents.search.params import SEPARATORS, UrlFilter, Wanted
from documents.search.tree import ANY, ONE, Boost, Clauses, Either, Everything, In, Node, Pattern, Phrase, Range, Word

NUMBERS = frozenset({Kind.ID, Kind.NUMBERED, Kind.PROJECT, Kind.NUMBER})
NAMED_BY_SLUG = frozenset({Kind.ID, Kind.NUMBERED, Kind.PROJECT})
BIGGEST = 2**63 - 1
MOST_VALUES = 500
"""Words and values that a query and the filters beside it may ask for together."""


class TooComplex(Refused):
    """The query asks for more at once than there is room for."""

    def __init__(self) -> None:
        super().__init__("too_complex", "This search asks for too many things at once. Use fewer words and filters.")


@dataclass(frozen=True)
class Plan:
    """What to look for, in which order, and whether to show where it stands."""

    tree: Node
    sort: str
    highlight: bool
    escaped: bool


@dataclass
class _Filters:
    """Filters taken out of a query: values by field, and what is forbidden."""

    either: dict[str, list[Node]] = field(default_factory=dict)
    never: list[Node] = field(default_factory=list)


def plan(wanted: Wanted, *, anonymous: bool, now: datetime) -> Plan:
    """The tree that answers the search. Anonymous queries get no wildcards and no fuzzy words in their text.

    400 where q and the URL together ask for too much."""
    parsed = parser.parse(wanted.q)
    text = parsed.tree
    sort, highlight = _controls(text)
    if text is not None:
        text = tree.rewrite(text, lambda node: None if _is_control(node) else _numbered(node))
    filters = _Filters()
    if text is not None and not parsed.boolean:
        text = _extract(text, filters, now, negated=False)
    if text is not None and anonymous:
        text = _literal_text(text)
    for given in wanted.filters:
        text = _add(given, filters, text)
    groups = [In(name, Either(tuple(values))) for name, values in filters.either.items()]
    must = ([text] if text is not None else []) + groups
    node = Clauses(must=tuple(must), never=tuple(filters.never)) if must or filters.never else Everything()
    if sum(not tree.children(inner) for inner in tree.walk(node)) > MOST_VALUES:
        raise TooComplex
    return Plan(node, wanted.sort or sort, wanted.highlight or highlight, parsed.escaped)


def _is_control(node: Node) -> bool:
    return isinstance(node, In) and fields.BY_NAME.get(node.field, fields.FIELDS[0]).kind is Kind.CONTROL


def _controls(node: Node | None) -> tuple[str, bool]:
    said: dict[str, str] = {}
    fuzzy = False
    for inner in tree.walk(node) if node is not None else ():
        fuzzy = fuzzy or (isinstance(inner, Word) and inner.fuzzy > 0)
        if isinstance(inner, In) and _is_control(inner) and isinstance(inner.node, Word | Phrase):
            said[inner.field] = inner.node.text
    return said.get("sort", ""), said.get("hl", "").lower() == "true" and not fuzzy


def _numbered(node: Node) -> Node:
    """`user:ada-lovelace-3` means 3."""
    if not isinstance(node, In):
        return node
    found = fields.find(node.field)
    if found is None or found.kind not in NAMED_BY_SLUG:
        return node
    inner = tree.rewrite(node.node, _last_part)
    return replace(node, node=inner) if inner is not None else node


def _last_part(node: Node) -> Node:
    if isinstance(node, Word | Phrase):
        return Word(node.text.rsplit("-", 1)[-1])
    return node


def _extract(node: Node, into: _Filters, now: datetime, *, negated: bool) -> Node | None:
    """The query without its filters, which are collected; those with impossible values stay, and find nothing."""
    match node:
        case In():
            found = fields.find(node.field)
            if found is None or not found.is_filter or not _possible(found, node.node, now):
                return node
            if negated:
                into.never.append(node)
            else:
                into.either.setdefault(node.field, []).append(node.node)
            return None
        case Boost():
            inner = _extract(node.node, into, now, negated=negated)
            return None if inner is None else replace(node, node=inner)
        case Either():
            return _group(Either, _extract_all(node.nodes, into, now, negated=negated))
        case Clauses():
            must = _extract_all(node.must, into, now, negated=negated)
            should = _extract_all(node.should, into, now, negated=negated)
            never = _extract_all(node.never, into, now, negated=not negated)
            return Clauses(must, should, never) if must or should or never else None
    return node


def _extract_all(nodes: tuple[Node, ...], into: _Filters, now: datetime, *, negated: bool) -> tuple[Node, ...]:
    return tuple(kept for node in nodes if (kept := _extract(node, into, now, negated=negated)) is not None)


def _group(kind: type[Either], nodes: tuple[Node, ...]) -> Node | None:
    return kind(nodes) if nodes else None


def _possible(found: Field, node: Node, now: datetime) -> bool:
    """Whether every value could be one of the field's."""
    return all(_possible_value(found, inner, now) for inner in tree.walk(node))


def _possible_value(found: Field, node: Node, now: datetime) -> bool:
    match node:
        case Word() | Phrase():
            values: tuple[str | None, ...] = (node.text,)
        case Range():
            values = (node.low, node.high)
        case Pattern():
            return node.text == ANY or found.kind not in NUMBERS | {Kind.DATE}
        case _:
            return True
    given = [value for value in values if value is not None]
    if found.kind in NUMBERS:
        return all(number(value) is not None for value in given)
    return found.kind is not Kind.DATE or all(dates.read(value, now) for value in given)


def number(text: str) -> int | None:
    """The whole number that the text is; None for everything else, and for what no column holds."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        return None
    value = int(text)
    return value if value <= BIGGEST else None


def _literal_text(node: Node) -> Node | None:
    """Wildcards become plain characters and fuzzy words exact ones, except in the values of filters."""
    match node:
        case In():
            found = fields.find(node.field)
            if found is not None and found.is_filter:
                return node
            inner = _literal_text(node.node)
            return None if inner is None else replace(node, node=inner)
        case Pattern() | Word():
            return literal(node)
        case Boost():
            inner = _literal_text(node.node)
            return None if inner is None else replace(node, node=inner)
        case Either():
            return Either(tuple(kept for part in node.nodes if (kept := _literal_text(part)) is not None))
        case Clauses():
            must, should, never = (
                tuple(kept for part in parts if (kept := _literal_text(part)) is not None)
                for parts in (node.must, node.should, node.never)
            )
            return Clauses(must, should, never)
    return node


def literal(node: Pattern | Word) -> Word | Everything:
    """A pattern as the plain text that it was typed as."""
    if isinstance(node, Pattern) and node.text == ANY:
        return Everything()
    return Word(node.text.replace(ANY, "*").replace(ONE, "?"))


def _add(given: UrlFilter, filters: _Filters, text: Node | None) -> Node | None:
    """One URL parameter: a filter joins those of its field, text becomes one more clause. Returns the new text."""
    raw = [value for value in given.values if value.strip()]
    if not raw:
        return text
    nodes = tuple(node for value in raw for node in _url_values(given.field, value))
    if given.negated:
        filters.never.append(In(given.field.name, Either(nodes)))
    elif given.field.is_filter:
        filters.either.setdefault(given.field.name, []).append(Either(nodes))
    else:
        clause = In(given.field.name, Either(nodes))
        if isinstance(text, Clauses):
            return replace(text, should=(*text.should, clause))
        return clause if text is None else Clauses(should=(text, clause))
    return text


def _url_values(found: Field, raw: str) -> list[Node]:
    raw = lexer.clean(raw).strip()
    if found.kind in (Kind.TEXT, Kind.PAGE):
        parsed = parser.parse(raw)
        return [parsed.tree] if parsed.tree is not None else []
    if raw[0:1] in ("[", "{", "(", '"') or raw == "*":
        parsed = parser.parse(raw)
        whole = parsed.tree is not None and not parsed.escaped
        if whole and parsed.tree is not None and not any(isinstance(node, In) for node in tree.walk(parsed.tree)):
            return [parsed.tree]
    values: list[Node] = [_url_value(raw)]
    if found.kind in SEPARATORS and "," in raw:
        values += [_url_value(part.strip()) for part in raw.split(",") if part.strip()]
    return values


def _url_value(text: str) -> Node:
    pattern = lexer.pattern(text)
    return Pattern(pattern) if ANY in pattern or ONE in pattern else Word(text)
