"""The conditions of filters: values that stand in the index as markers, and those of its columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from documents.search import conditions, dates, tree, vectors
from documents.search.conditions import ANYTHING, NOTHING, Match, Params
from documents.search.fields import Field, Kind
from documents.search.split import number
from documents.search.tree import ANY, Everything, Node, Pattern, Phrase, Range, Word

OPTIONAL = frozenset({"file_hash", "related_article", "published_url"})

# Custom values and their ranges are compared as text; the marker tells which lexemes are the field's values.
FITS = """EXISTS (SELECT 1 FROM unnest(tsvector_to_array(s.terms)) l WHERE l LIKE %s)"""
BETWEEN = """EXISTS (SELECT 1 FROM unnest(tsvector_to_array(s.terms)) l
WHERE starts_with(l, %s) AND l COLLATE "C" {low} %s AND (%s OR l COLLATE "C" {high} %s))"""


@dataclass(frozen=True)
class Facts:
    """What values are measured by: the time, the marks of those named projects that the asker may see, by id, and which
    documents they may edit."""

    now: datetime
    projects: Mapping[int, str] = field(default_factory=dict)
    editable: Match = NOTHING


def condition(field: Field, node: Node, facts: Facts) -> Match:
    """What a hit satisfies whose field has the value; values that cannot be find nothing."""
    if isinstance(node, Everything) or (isinstance(node, Pattern) and node.text == ANY):
        return _any_value(field, facts)
    match field.kind:
        case Kind.DATE:
            return _date(field, node, facts.now)
        case Kind.PROJECT:
            return _project(node, facts.projects)
        case Kind.ID | Kind.NUMBER | Kind.NUMBERED:
            return _number(field, node)
        case Kind.FLAG:
            return flag(field.name, node.text.lower(), facts.editable) if isinstance(node, Word | Phrase) else NOTHING
        case Kind.CHOICE | Kind.EXACT:
            return _text(field, node)
    return NOTHING


def _any_value(field: Field, facts: Facts) -> Match:
    if field.kind is Kind.PROJECT:
        return conditions.either(_marked("project", project) for _, project in sorted(facts.projects.items()))
    if field.kind is Kind.FLAG:
        return facts.editable
    if field.kind is Kind.DATE and not field.is_filter:
        return Match(sql=f"{field.column} IS NOT NULL")
    if field.name in OPTIONAL or field.name.startswith("data_"):
        return Match(vectors.quoted(vectors.existence(field.name)))
    return ANYTHING


def _marked(name: str, value: object) -> Match:
    lexeme = vectors.marker(name, value)
    return Match(vectors.quoted(lexeme)) if len(lexeme.encode()) <= vectors.MAX_LEXEME else NOTHING


def flag(name: str, value: str, editable: Match) -> Match:
    """Only what is so is marked."""
    marked = _marked(name, "true")
    match value:
        case "true":
            return conditions.both([editable, marked])
        case "false":
            return conditions.both([editable, conditions.negation(marked)])
    return NOTHING


def _project(node: Node, visible: Mapping[int, str]) -> Match:
    """Projects that the asker may not see hold nothing, so that nobody learns what is in them."""
    match node:
        case Word() | Phrase():
            wanted = {number(node.text)} & visible.keys()
        case Range():
            low, high = whole_ends(node)
            wanted = {project for project in visible if low <= project <= high}
        case _:
            wanted = set()
    return conditions.either(_marked("project", visible[pk]) for pk in sorted(pk for pk in wanted if pk is not None))


def match_any(name: str, values: set[int | None] | set[int]) -> Match:
    """The field has one of the values."""
    return conditions.either(_marked(name, value) for value in sorted(value for value in values if value is not None))


def whole_ends(node: Range) -> tuple[int, int]:
    """The first and the last whole number of a range; an empty range where an end is no number."""
    low = 0 if node.low is None else number(node.low)
    high = 2**63 - 1 if node.high is None else number(node.high)
    if low is None or high is None:
        return 1, 0
    return low + (node.low is not None and not node.with_low), high - (node.high is not None and not node.with_high)


def _number(field: Field, node: Node) -> Match:
    match node:
        case Word() | Phrase():
            value = number(node.text)
            if value is None:
                return NOTHING
            if field.kind is Kind.NUMBERED:
                return _marked(field.name, value)
            return Match(sql=f"{field.column} = %s", params=(value,))
        case Range():
            low, high = whole_ends(node)
            # a sum keeps the planner off the primary key, see documents.search.sorting
            return NOTHING if low > high else Match(sql=f"{field.column} + 0 BETWEEN %s AND %s", params=(low, high))
    return NOTHING


def _date(field: Field, node: Node, now: datetime) -> Match:
    if isinstance(node, Word | Phrase):
        span = dates.read(node.text, now)
        if span is None:
            return NOTHING
        if span.start == span.end:
            return Match(sql=f"{field.column} = %s", params=(span.start,))
        return Match(sql=f"({field.column} >= %s AND {field.column} < %s)", params=(span.start, span.end))
    if not isinstance(node, Range):
        return NOTHING
    low = dates.read(node.low, now) if node.low is not None else None
    high = dates.read(node.high, now) if node.high is not None else None
    if (node.low is not None and low is None) or (node.high is not None and high is None):
        return NOTHING
    return _between(field, node, low, high)


def _between(field: Field, node: Range, low: dates.Span | None, high: dates.Span | None) -> Match:
    """`[2023 TO 2024]` takes all of 2024 in, `{2023 TO 2024}` takes neither year."""
    parts: list[tuple[str, datetime]] = []
    if low is not None:
        parts.append((">=", low.start) if node.with_low else (">" if low.start == low.end else ">=", low.end))
    if high is not None:
        parts.append(("<=" if high.start == high.end else "<", high.end) if node.with_high else ("<", high.start))
    if not parts:
        return ANYTHING if field.is_filter else Match(sql=f"{field.column} IS NOT NULL")
    sql = " AND ".join(f"{field.column} {sign} %s" for sign, _ in parts)
    params: Params = tuple(value for _, value in parts)
    return Match(sql=f"({sql})", params=params)


def _text(field: Field, node: Node) -> Match:
    match node:
        case Word() | Phrase():
            return _marked(field.name, node.text.lower() if field.kind is Kind.CHOICE else node.text)
        case Pattern():
            return _pattern(field, node)
        case Range():
            prefix = vectors.marker(field.name, "")
            signs = {"low": ">=" if node.with_low else ">", "high": "<=" if node.with_high else "<"}
            params = (prefix, prefix + (node.low or ""), node.high is None, prefix + (node.high or ""))
            return Match(f"{vectors.quoted(prefix)}:*", BETWEEN.format(**signs), params)
    return NOTHING


def _pattern(field: Field, node: Pattern) -> Match:
    text = node.text.lower() if field.kind is Kind.CHOICE else node.text
    head = text.split(ANY)[0].split("\x02")[0]
    start = f"{vectors.quoted(vectors.marker(field.name, head))}:*"
    if len(vectors.marker(field.name, text).encode()) > vectors.MAX_LEXEME:
        return NOTHING
    if text == head + ANY:
        return Match(start)
    return Match(start, FITS, (vectors.marker(tree.like(field.name), tree.like(text)),))
