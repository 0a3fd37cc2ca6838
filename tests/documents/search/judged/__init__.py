"""Short texts and forty queries, with what people said each should find before anything was measured."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PAGE_END = "\n---\n"


@dataclass(frozen=True)
class Text:
    """One document: `pages` are the texts of its pages."""

    key: str
    language: str
    title: str
    source: str
    description: str
    pages: tuple[str, ...]

    @property
    def whole(self) -> str:
        """All that is to be found."""
        return "\n".join((self.title, self.source, self.description, *self.pages))


@dataclass(frozen=True)
class Judged:
    """A query and the grades (1 to 3) of the documents that it should find."""

    query: str
    grades: dict[str, int]


def texts() -> list[Text]:
    """The documents, from `== key | language | title | source`, perhaps `> description`, and pages."""
    return [_text(block) for block in ("\n" + (HERE / "documents.txt").read_text()).split("\n== ")[1:]]


def _text(block: str) -> Text:
    head, _, rest = block.strip().partition("\n")
    key, language, title, source = head.split(" | ")
    description = ""
    if rest.startswith("> "):
        description, _, rest = rest.removeprefix("> ").partition("\n")
    return Text(key, language, title, source, description, tuple(rest.split(PAGE_END)))


def judgements() -> list[Judged]:
    """The queries with their grades."""
    return [_judged(block) for block in (HERE / "judgements.txt").read_text().strip().split("\n\n")[1:]]


def _judged(block: str) -> Judged:
    query, *lines = block.split("\n")
    grades = {key: int(grade) for grade, *keys in map(str.split, lines) for key in keys}
    return Judged(query, grades)
