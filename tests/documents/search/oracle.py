"""What a query means, said once more in plain Python over plain values, to check the database's answers against."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache

from documents.search import analyzer, languages, tree
from documents.search.analyzer import Token
from documents.search.languages import STOP_WORDS
from documents.search.tree import ANY, ONE, Boost, Clauses, Either, Everything, In, Node, Pattern, Phrase, Range, Word

METADATA = ("title", "source", "description")
NUMBERS = ("id", "user", "page_count", "project")
FILTERS = (*NUMBERS, "access", "status", "language", "data_color", "data__tag", "created_at")
ALWAYS = ("id", "user", "page_count", "access", "status", "language", "created_at")
ANY_CASE = ("access", "status", "language")


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


# From when up to when the dates last that the grammar knows.
DATES: dict[str, Callable[[datetime], tuple[datetime, datetime]]] = {
    "2024": lambda now: (_at(2024, 1, 1), _at(2025, 1, 1)),
    "2023-02": lambda now: (_at(2023, 2, 1), _at(2023, 3, 1)),
    "2023-02-14": lambda now: (_at(2023, 2, 14), _at(2023, 2, 15)),
    "2023-02-14T10:00:00Z": lambda now: (_at(2023, 2, 14, 10), _at(2023, 2, 14, 10)),
    "NOW": lambda now: (now, now),
    "NOW-7DAYS/DAY": lambda now: (_day(now - timedelta(days=7)),) * 2,
    "NOW/YEAR-1YEAR": lambda now: (_at(now.year - 1, 1, 1),) * 2,
    "NOW+1HOUR": lambda now: (now + timedelta(hours=1),) * 2,
}


@dataclass(frozen=True)
class Paper:
    """A document of the oracle. `facts` are the values of its fields, as text; `projects` those that hold it."""

    title: str = ""
    source: str = ""
    description: str = ""
    pages: tuple[str, ...] = ()
    language: str = "eng"
    facts: dict[str, frozenset[str]] = field(default_factory=dict)
    created_at: datetime = datetime.min

    def texts(self, name: str | None) -> list[str]:
        metadata = {"title": self.title, "source": self.source, "description": self.description}
        if name in metadata:
            return [metadata[name]]
        if name and name.startswith("page_no_"):
            number = int(name.removeprefix("page_no_"))
            return list(self.pages[number - 1 : number])
        return list(self.pages) + ([] if name == "text" else list(metadata.values()))


@dataclass(frozen=True)
class Oracle:
    """Knows the time, and which projects the asker sees."""

    now: datetime
    projects: Collection[str] = ()

    def answers(self, node: Node, paper: Paper) -> bool:
        """Whether the document answers the query."""
        known = self._answers(node, paper, None, stop=True)
        if known is None:
            known = self._answers(node, paper, None, stop=False)
        return known is not False

    def _answers(self, node: Node, paper: Paper, name: str | None, *, stop: bool) -> bool | None:
        match node:
            case In():
                return self._answers(node.node, paper, node.field, stop=stop)
            case Boost():
                return self._answers(node.node, paper, name, stop=stop)
            case Either():
                known = self._known(node.nodes, paper, name, stop=stop)
                return any(known) if known else None if node.nodes else False
            case Clauses():
                return self._clauses(node, paper, name, stop=stop)
        if name in FILTERS:
            return self._fact(node, paper, name)
        return _text(node, paper, name, stop=stop)

    def _known(self, nodes: tuple[Node, ...], paper: Paper, name: str | None, *, stop: bool) -> list[bool]:
        values = [self._answers(node, paper, name, stop=stop) for node in nodes]
        return [value for value in values if value is not None]

    def _clauses(self, node: Clauses, paper: Paper, name: str | None, *, stop: bool) -> bool | None:
        parts = (self._known(part, paper, name, stop=stop) for part in (node.must, node.should, node.never))
        must, should, never = parts
        if not must and not should and not never:
            return None
        return all(must) and not any(never) and (bool(must) or not should or any(should))

    def _fact(self, node: Node, paper: Paper, name: str) -> bool:
        values = paper.facts.get(name, frozenset())
        if name == "project":
            values &= frozenset(self.projects)
        if isinstance(node, Everything) or node == Pattern(ANY):
            return name in ALWAYS or bool(values)
        if name == "created_at":
            return self._date(node, paper.created_at)
        if name in NUMBERS:
            return any(_number(node, int(value)) for value in values)
        return any(_value(node, value, any_case=name in ANY_CASE) for value in values)

    def _date(self, node: Node, at: datetime) -> bool:
        match node:
            case Word() | Phrase():
                if node.text not in DATES:
                    return False
                start, end = DATES[node.text](self.now)
                return at == start if start == end else start <= at < end
            case Range():
                if not {node.low, node.high} <= {None, *DATES}:
                    return False
                return self._after(node, at) and self._before(node, at)
        return False

    def _after(self, node: Range, at: datetime) -> bool:
        if node.low is None:
            return True
        start, end = DATES[node.low](self.now)
        return at >= start if node.with_low else at > end if start == end else at >= end

    def _before(self, node: Range, at: datetime) -> bool:
        if node.high is None:
            return True
        start, end = DATES[node.high](self.now)
        return at < start if not node.with_high else at <= end if start == end else at < end


def _number(node: Node, value: int) -> bool:
    match node:
        case Word() | Phrase():
            return node.text == str(value)
        case Range():
            low, high = node.low or "0", node.high or "9" * 18
            if not (low.isdecimal() and high.isdecimal()):
                return False
            above = value >= int(low) if node.with_low or node.low is None else value > int(low)
            return above and (value <= int(high) if node.with_high else value < int(high))
    return False


def _value(node: Node, value: str, *, any_case: bool) -> bool:
    match node:
        case Word() | Phrase():
            return (node.text.lower() if any_case else node.text) == value
        case Pattern():
            return _fits(node.text.lower() if any_case else node.text, value)
        case Range():
            above = node.low is None or (value >= node.low if node.with_low else value > node.low)
            below = node.high is None or (value <= node.high if node.with_high else value < node.high)
            return above and below
    return True


def _fits(pattern: str, text: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]").replace(ANY, "*").replace(ONE, "?"))


@cache
def _tokens(text: str, language: str) -> list[Token]:
    return list(analyzer.tokens(text, language))


def _text(node: Node, paper: Paper, name: str | None, *, stop: bool) -> bool | None:
    code = languages.STEMMER_OF.get(paper.language, "")
    units = [_tokens(text, paper.language) for text in paper.texts(name)]
    match node:
        case Everything() | Pattern(text=tree.ANY):
            return name not in METADATA or any(units)
        case Range():
            return False
        case Pattern():
            if not any(char.isalnum() for char in node.text):
                return None
            pattern = "".join(char if char in (ANY, ONE) else analyzer.fold(char) for char in node.text)
            return any(_fits(pattern, token.exact) for unit in units for token in unit)
        case Word() | Phrase():
            return _words(node, units, code, stop=stop)
    raise AssertionError(node)


def _words(node: Word | Phrase, units: list[list[Token]], code: str, *, stop: bool) -> bool | None:
    wanted = _tokens(node.text, "")
    if not wanted:
        return None
    if isinstance(node, Word) and len(wanted) == 1:
        exact = wanted[0].exact
        if stop and node.text.lower() in STOP_WORDS and not min(node.fuzzy, len(exact) - 1) > 0:
            return None
        stem = analyzer.stem(exact, code) if code else ""
        return any(
            token.exact == exact or (stem and token.stem == stem) or _is_like(token.exact, exact, node.fuzzy)
            for unit in units
            for token in unit
        )
    slop = node.slop if isinstance(node, Phrase) and len(wanted) > 1 else 0
    return any(_phrase([token.exact for token in wanted], [token.exact for token in unit], slop) for unit in units)


def _is_like(one: str, other: str, most: int) -> bool:
    return bool(most) and _distance(one, other) <= min(most, len(one) - 1, len(other) - 1)


@cache
def _distance(one: str, other: str) -> int:
    """How many letters have to be added, dropped or changed."""
    if not one or not other:
        return len(one) + len(other)
    changed = _distance(one[1:], other[1:]) + (one[0] != other[0])
    return min(changed, _distance(one[1:], other) + 1, _distance(one, other[1:]) + 1)


def _phrase(wanted: list[str], words: list[str], slop: int) -> bool:
    if not slop:
        return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))
    window = len(wanted) + slop
    return any(set(wanted) <= set(words[at : at + window]) for at in range(len(words)))
