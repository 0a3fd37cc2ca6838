"""From the words that people type to a tree: a lenient reading of Lucene's query language. It never refuses.

NOT binds tightest, then AND, then the space between words, then OR: `a AND b c OR d` is (a and b, better with c) or d.
Words side by side are alternatives that score; `+`, `-` and AND, NOT make them required or forbidden.
"""

import re
from dataclasses import dataclass, replace

from documents.search import fields, lexer
from documents.search.fields import Kind
from documents.search.lexer import BadSyntax, Token
from documents.search.tree import (
    ANY,
    ONE,
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

MAX_NODES = 200
MAX_DEPTH = 32
MAX_FUZZY = 2
MAX_SLOP = 100
MAX_BOOST = 1000.0

_ENDS = frozenset({"close", "or", ""})
_CLAUSE = re.compile(
    r"""(?P<sign>(?:-|!|NOT\s+)?)(?P<field>[A-Za-z_][A-Za-z0-9_-]*):
        (?P<value>"[^"]*"|[\[{]\s*[^\s\]}]+\s+TO\s+[^\s\]}]+\s*[\]}]|[^\s()\[\]{}"^~]+)
      | (?P<word>[^\s()\[\]{}"^~:*?!+&|\\/-]+)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Parsed:
    """A query's tree. `boolean`: it says AND or OR, so that its filters stay where they stand. `escaped`: it could
    not be read as written. `tree` is None where nothing is asked for."""

    tree: Node | None
    boolean: bool = False
    escaped: bool = False


def parse(query: str) -> Parsed:
    """The tree of a query; words alone where the syntax is broken."""
    text = lexer.clean(query)
    try:
        tokens = lexer.tokens(text)
        if not tokens:
            return Parsed(None)
        boolean = any(token.kind in ("and", "or") and token.value.isalpha() for token in tokens)
        return Parsed(_Parser(tokens).parse(), boolean, len(query) > lexer.MAX_LENGTH)
    except BadSyntax:
        return Parsed(_plain(text), escaped=True)


def _plain(text: str) -> Node | None:
    must_not: list[Node] = []
    should: list[Node] = []
    for match in _CLAUSE.finditer(text):
        node = _clause(match)
        (must_not if match["sign"] else should).append(node)
        if len(should) + len(must_not) == MAX_NODES // 4:
            break
    return Clauses((), tuple(should), tuple(must_not)) if should or must_not else None


def _clause(match: re.Match[str]) -> Node:
    if match["word"]:
        return Word(match["word"])
    if not fields.find(match["field"]):
        return Phrase(f"{match['field']} {match['value']}")
    try:
        return _Parser(lexer.tokens(f"{match['field']}:{match['value']}")).parse()
    except BadSyntax:
        return Phrase(f"{match['field']} {match['value']}")


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.nodes = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def parse(self) -> Node:
        node = self.alternatives(0)
        if self.kind:
            raise BadSyntax(self.at)
        return node

    def alternatives(self, depth: int) -> Node:
        """What OR separates."""
        if depth > MAX_DEPTH:
            raise BadSyntax(self.at)
        nodes = [self.sequence(depth)]
        while self.kind == "or":
            self.take()
            nodes.append(self.sequence(depth))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def sequence(self, depth: int) -> Node:
        """Clauses side by side, some of them joined by AND."""
        parts: dict[str, list[Node]] = {"must": [], "should": [], "never": []}
        joined = False
        while True:
            role, node = self.clause(depth)
            joins = self.kind == "and"
            if role == "should" and (joined or joins):
                role = "must"
            parts[role].append(node)
            joined = joins
            if joins:
                self.take()
            elif self.kind in _ENDS:
                break
        if [len(parts[role]) for role in ("must", "should", "never")] == [0, 1, 0]:
            return parts["should"][0]
        return Clauses(tuple(parts["must"]), tuple(parts["should"]), tuple(parts["never"]))

    def clause(self, depth: int) -> tuple[str, Node]:
        """A clause and its part: NOT, - and ! forbid, + requires."""
        sign = None
        while self.kind in ("not", "minus", "plus"):
            kind = self.take().kind
            forbids = kind != "plus"
            sign = forbids if sign is None else sign ^ forbids
        node = self.decorated(depth)
        return ("should" if sign is None else "never" if sign else "must"), node

    def decorated(self, depth: int) -> Node:
        """A value with its ~ and ^."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise BadSyntax(self.at)
        node = self.value(depth)
        while self.kind in ("fuzzy", "boost"):
            token = self.take()
            node = _fuzzy(node, token.value) if token.kind == "fuzzy" else _boosted(node, token.value)
        return node

    def value(self, depth: int) -> Node:
        match self.kind:
            case "open":
                return self.group(depth)
            case "field":
                return self.field(self.take().value, depth)
            case "phrase":
                return Phrase(lexer.unescape(self.take().value[1:-1]))
            case "range":
                return _range(self.take())
            case "all":
                self.take()
                return Everything()
            case "word":
                return _word(self.take().value)
        raise BadSyntax(self.at)

    def group(self, depth: int) -> Node:
        """What stands between brackets."""
        self.take()
        node = self.alternatives(depth + 1)
        if self.kind != "close":
            raise BadSyntax(self.at)
        self.take()
        return node

    def field(self, name: str, depth: int) -> Node:
        """What stands behind `name:`; a sign there belongs to the clause."""
        found = fields.find(name)
        assert found  # the lexer knows
        if depth >= MAX_DEPTH:
            raise BadSyntax(self.at)
        role, node = self.clause(depth + 1) if found.kind is Kind.CONTROL else ("should", self.signed(depth + 1))
        if found.kind is Kind.CONTROL and role == "never" and isinstance(node, Word):
            node = Word(f"-{node.text}")
        return In(found.name, node)

    def signed(self, depth: int) -> Node:
        role, node = self.clause(depth)
        return Clauses(never=(node,)) if role == "never" else node


def _word(raw: str) -> Node:
    if raw == "*":
        return Pattern(ANY)
    pattern = lexer.pattern(raw)
    return Pattern(pattern) if ANY in pattern or ONE in pattern else Word(lexer.unescape(raw))


def _range(token: Token) -> Range:
    return Range(_end(token.low), _end(token.high), token.value[0] == "[", token.value[-1] == "]")


def _end(text: str) -> str | None:
    if text == "*":
        return None
    return lexer.unescape(text[1:-1] if text.startswith('"') else text)


def _fuzzy(node: Node, suffix: str) -> Node:
    whole = suffix[1:].split(".")[0]
    number = int(whole[:4]) if whole and "." not in suffix else MAX_FUZZY
    if isinstance(node, Boost):
        return replace(node, node=_fuzzy(node.node, suffix))
    if isinstance(node, In):
        return replace(node, node=_fuzzy(node.node, suffix))
    if isinstance(node, Word):
        return replace(node, fuzzy=min(number, MAX_FUZZY))
    if isinstance(node, Phrase):
        return replace(node, slop=min(number, MAX_SLOP))
    return node


def _boosted(node: Node, suffix: str) -> Node:
    return Boost(node, min(float(suffix[1:][:12]), MAX_BOOST))
