"""Spells tsvector literals, within the limits of PostgreSQL's type, and the lexemes that carry more than a word."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from documents.search import analyzer

MARKER = "\x01"
"""Begins lexemes that are facts, not words: who may see a document, its status, its tags."""
FIELD = "\x03"
"""Begins words of one metadata field: `\\x03t` for the title, and so on."""
MAX_POSITION = 16_382
"""PostgreSQL moves what comes later to 16383, where far words would look like neighbours."""
MAX_POSITIONS = 255
GAP = 500
"""Places between texts that are not one: more than any phrase spans."""
MAX_BYTES = 1_000_000
MAX_LEXEME = 2_000


def quoted(lexeme: str) -> str:
    """A lexeme as tsvector and tsquery literals spell it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def literal(lexeme: str, label: str = "") -> str:
    """The SQL string of a tsvector with this lexeme alone; for constants."""
    spelled = quoted(lexeme) + (f":1{label}" if label else "")
    return "'" + spelled.replace("'", "''") + "'"


def marker(name: str, value: object) -> str:
    """The lexeme that says: the document's `name` is `value`."""
    return f"{MARKER}{name}:{value}"


def existence(name: str) -> str:
    """The lexeme that says: the document has some `name`."""
    return f"{MARKER}has:{name}"


def audience(token: str) -> str:
    """The lexeme that says: whoever carries the token may see the document."""
    return f"{MARKER}@{token}"


def weight_of(lexeme: str, positions: int) -> int:
    """The bytes that a lexeme takes in a tsvector, at most."""
    return len(lexeme.encode()) + 2 * positions + 4


def page(text: str, language: str) -> str:
    """The vector of a page: every exact form and every stem, with positions. Words beyond the limits are left out."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for exact, stem, position, _, _ in analyzer.tokens(text, language):
        found[exact].append(position)
        if stem:
            found[stem].append(position)
    if len(text) <= MAX_POSITION:  # every page of a book: no limit is near, and the analyzer's words need no quoting
        return " ".join([f"'{lexeme}':{','.join(map(str, places))}" for lexeme, places in found.items()])
    return " ".join(_fitting(found))


def apart(texts: Iterable[str], language: str) -> str:
    """The vector of several texts; no phrase reaches from one into the next."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    before = 0
    for text in texts:
        last = before
        for exact, stem, position, _, _ in analyzer.tokens(text, language):
            last = before + position
            found[exact].append(last)
            if stem:
                found[stem].append(last)
        before = last + GAP
    return " ".join(_fitting(found))


def _fitting(found: Mapping[str, list[int]], label: str = "") -> Iterator[str]:
    size = 0
    for lexeme, all_places in found.items():
        places = [place for place in all_places[:MAX_POSITIONS] if place <= MAX_POSITION]
        size += weight_of(lexeme, len(places))
        if size > MAX_BYTES:
            return
        spelled = f"{label},".join(map(str, places))
        yield f"{quoted(lexeme)}:{spelled}{label}" if places else quoted(lexeme)


def metadata(fields: Iterable[tuple[str, str]], language: str) -> str:
    """Words of metadata fields, weight A: plain, and once more under the field's letter with positions for phrases."""
    found: dict[str, list[int]] = {}
    for letter, text in fields:
        for token in analyzer.tokens(text, language):
            for lexeme in (token.exact, token.stem):
                if lexeme:
                    found.setdefault(lexeme, [1])
                    found.setdefault(f"{FIELD}{letter}{lexeme}", []).append(token.position)
    return " ".join(_fitting(found, "A"))


def weighted(text: str, language: str, label: str, *, limit: int) -> str:
    """The first `limit` different words of a text for scoring: stems where there are stems."""
    keys = dict.fromkeys(token.stem or token.exact for token in analyzer.tokens(text, language))
    return " ".join(f"{quoted(key)}:1{label}" for key in islice(keys, limit))


def markers(lexemes: Iterable[str], *, limit: int) -> str:
    """A vector of markers, without positions, of at most `limit` bytes."""
    return " ".join(_bounded(dict.fromkeys(lexemes), limit))


def _bounded(lexemes: Iterable[str], limit: int) -> Iterator[str]:
    size = 0
    for lexeme in lexemes:
        length = weight_of(lexeme, 0)
        if length <= MAX_LEXEME:
            size += length
            if size > limit:
                return
            yield quoted(lexeme)
