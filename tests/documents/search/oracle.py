"""What a query means, said once more in plain Python over plain values, to check the database's answers against."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from documents.search import analyzer, languages, tree
from documents.search.languages import STOP_WORDS
from documents.search.tree import ANY, ONE, Boost, Clauses, Either, Everything, In, Node, Pattern, Phrase, Word

METADATA = ("title", "source", "description")


@dataclass(frozen=True)
class Paper:
    """A document of the oracle."""

    title: str = ""
    source: str = ""
    description: str = ""
    pages: tuple[str, ...] = ()
    language: str = "eng"
    facts: dict[str, frozenset[str]] = field(default_factory=dict)

    def texts(self, name: str | None) -> list[str]:
        metadata = {"title": self.title, "source": self.source, "description": self.description}
        if name in metadata:
            return [metadata[name]]
        if name and name.startswith("page_no_"):
            number = int(name.removeprefix("page_no_"))
            return list(self.pages[number - 1 : number])
        return list(self.pages) + ([] if name == "text" else list(metadata.values()))


def answers(node: Node, paper: Paper) -> bool:
    """Whether the document answers the query."""
    known = _answers(node, paper, None, stop=True)
    if known is None:
        known = _answers(node, paper, None, stop=False)
    return known is not False


def _answers(node: Node, paper: Paper, name: str | None, *, stop: bool) -> bool | None:
    match node:
        case In() if node.field in paper.facts or node.field in ("user", "data_color", "access"):
            return _fact(node.node, paper.facts.get(node.field, frozenset()))
        case In():
            return _answers(node.node, paper, node.field, stop=stop)
        case Boost():
            return _answers(node.node, paper, name, stop=stop)
        case Either():
            known = _known(node.nodes, paper, name, stop=stop)
            return any(known) if known else None
        case Clauses():
            return _clauses(node, paper, name, stop=stop)
        case Everything() | Pattern(text=tree.ANY):
            return name not in METADATA or any(list(analyzer.tokens(text, "")) for text in paper.texts(name))
    return _leaf(node, paper, name, stop=stop)


def _known(nodes: tuple[Node, ...], paper: Paper, name: str | None, *, stop: bool) -> list[bool]:
    values = [_answers(node, paper, name, stop=stop) for node in nodes]
    return [value for value in values if value is not None]


def _clauses(node: Clauses, paper: Paper, name: str | None, *, stop: bool) -> bool | None:
    must, should, never = (_known(part, paper, name, stop=stop) for part in (node.must, node.should, node.never))
    if not must and not should and not never:
        return None
    return all(must) and not any(never) and (bool(must) or not should or any(should))


def _fact(node: Node, values: frozenset[str]) -> bool:
    match node:
        case Word() | Phrase():
            return node.text in values
        case Pattern():
            return any(_fits(node.text, value) for value in values)
        case Either():
            return any(_fact(inner, values) for inner in node.nodes)
        case Clauses():
            must = [_fact(inner, values) for inner in node.must]
            should = [_fact(inner, values) for inner in node.should]
            never = [_fact(inner, values) for inner in node.never]
            return all(must) and not any(never) and (bool(must) or not should or any(should))
    return True


def _fits(pattern: str, text: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]").replace(ANY, "*").replace(ONE, "?"))


def _leaf(node: Node, paper: Paper, name: str | None, *, stop: bool) -> bool | None:
    code = languages.STEMMER_OF.get(paper.language, "")
    units = [list(analyzer.tokens(text, paper.language)) for text in paper.texts(name)]
    match node:
        case Pattern():
            if not any(char.isalnum() for char in node.text):
                return None
            return any(_fits(node.text, token.exact) for unit in units for token in unit)
        case Word() if stop and node.text.lower() in STOP_WORDS:
            return None
        case Word() | Phrase():
            wanted = list(analyzer.tokens(node.text, ""))
            if not wanted:
                return None
            if len(wanted) == 1 and isinstance(node, Word):
                exact = wanted[0].exact
                stem = analyzer.stem(exact, code) if code else ""
                return any(token.exact == exact or (stem and token.stem == stem) for unit in units for token in unit)
            slop = node.slop if isinstance(node, Phrase) and len(wanted) > 1 else 0
            return any(
                _phrase([token.exact for token in wanted], [token.exact for token in unit], slop) for unit in units
            )
    raise AssertionError(node)


def _phrase(wanted: list[str], words: list[str], slop: int) -> bool:
    if not slop:
        return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))
    window = len(wanted) + slop
    return any(set(wanted) <= set(words[at : at + window]) for at in range(len(words)))
