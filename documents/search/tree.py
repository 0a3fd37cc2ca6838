"""What a query means, as a tree of plain values: the parser makes it, the compiler reads it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

ANY = "\x01"
"""Stands for `*` in a pattern; a query's own control characters are taken out before it is read."""
ONE = "\x02"
"""Stands for `?` in a pattern."""


@dataclass(frozen=True)
class Everything:
    """`*:*`, or an empty query."""


@dataclass(frozen=True)
class Word:
    """One word as it was typed; `fuzzy` is the number of letters that may differ."""

    text: str
    fuzzy: int = 0


@dataclass(frozen=True)
class Pattern:
    """A word with wildcards (ANY, ONE)."""

    text: str


@dataclass(frozen=True)
class Phrase:
    """Words in this order; with `slop`, near each other."""

    text: str
    slop: int = 0


@dataclass(frozen=True)
class Range:
    """Values from `low` to `high`; None is an open end."""

    low: str | None
    high: str | None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True)
class In:
    """What `node` says, in one field."""

    field: str
    node: "Node"


@dataclass(frozen=True)
class Boost:
    """Counts `by` times as much for the rank."""

    node: "Node"
    by: float


@dataclass(frozen=True)
class Clauses:
    """All of `must`, none of `never`, and, where there is no `must`, at least one of `should`."""

    must: tuple["Node", ...] = ()
    should: tuple["Node", ...] = ()
    never: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Either:
    """At least one of them; of none, nothing."""

    nodes: tuple["Node", ...]


Node = Everything | Word | Pattern | Phrase | Range | In | Boost | Clauses | Either


def like(pattern: str) -> str:
    """A pattern as LIKE spells it."""
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace(ANY, "%").replace(ONE, "_")


def rewrite(node: Node, change: Callable[[Node], Node | None]) -> Node | None:
    """The tree with every node changed, from the leaves up; None takes a node out, and groups that it leaves empty."""
    match node:
        case In() | Boost():
            inner = rewrite(node.node, change)
            return None if inner is None else change(replace(node, node=inner))
        case Either():
            nodes = _all(node.nodes, change)
            return change(Either(nodes)) if nodes or not node.nodes else None
        case Clauses():
            must, should, never = (_all(part, change) for part in (node.must, node.should, node.never))
            return change(Clauses(must, should, never)) if must or should or never else None
    return change(node)


def _all(nodes: tuple[Node, ...], change: Callable[[Node], Node | None]) -> tuple[Node, ...]:
    return tuple(new for node in nodes if (new := rewrite(node, change)) is not None)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case In() | Boost():
            return (node.node,)
        case Either():
            return node.nodes
        case Clauses():
            return node.must + node.should + node.never
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for inner in children(node):
        yield from walk(inner)
