"""What somebody has typed so far, as far as it can be completed: its last words, or the value behind `field:`."""

import re
from dataclasses import dataclass

from documents.search import fields, lexer
from documents.search.fields import Field

MAX_WORDS = 4
OPERATORS = frozenset({"AND", "OR", "NOT", "TO"})
_PARTS = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)|(?:\\.|[^\s()"\[\]{}\\])+|.', re.DOTALL)
_LAST = re.compile(r"(?P<sign>[+!-]*)(?:(?P<field>[A-Za-z_][A-Za-z0-9_-]*):)?(?P<text>.*)", re.DOTALL)
_PLAIN = re.compile(r"[^\W_][^:*?~^+!&|\\]*")
_UNQUOTED = re.compile(r"[^\W_][\w.-]*")


@dataclass(frozen=True)
class Piece:
    """A text that may be completed, and where it begins in what was typed."""

    start: int
    text: str


@dataclass(frozen=True)
class Typed:
    """`pieces`: the last words together, then without the first of them, and so on to the last alone; in a `field`, its
    value."""

    q: str
    pieces: tuple[Piece, ...] = ()
    field: Field | None = None

    def completed(self, start: int, text: str) -> str:
        """What was typed, with this in the place of what begins there."""
        return self.q[:start] + text


def read(q: str) -> Typed:
    """What can be completed; no pieces where nothing can."""
    typed = Typed(lexer.clean(q))
    parts = list(_PARTS.finditer(typed.q))
    if not parts:
        return typed
    last = parts[-1]
    if last.group().startswith('"'):
        return typed if len(last.group()) > 1 and _is_closed(last.group()) else _quoted(typed.q, parts)
    named = _LAST.fullmatch(last.group())
    assert named  # it fits everything
    if last.group().isspace() or not (named["field"] or _PLAIN.fullmatch(named["text"])):
        return typed
    return _named(typed.q, named, last.start()) if named["field"] else _run(typed.q, parts, named)


def spelled(value: str) -> str:
    """The value as a query says it: in quotation marks where it is more than a word."""
    if _UNQUOTED.fullmatch(value) and value not in OPERATORS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_closed(phrase: str) -> bool:
    return bool(re.fullmatch(r'"(?:\\.|[^"\\])*"', phrase, re.DOTALL))


def _quoted(q: str, parts: list[re.Match[str]]) -> Typed:
    """A quotation mark is still open."""
    start, text = parts[-1].start(), lexer.unescape(parts[-1].group()[1:])
    before = _LAST.fullmatch(parts[-2].group()) if len(parts) > 1 else None
    if before and before["field"] and not before["text"]:
        found = fields.find(before["field"])
        return Typed(q, (Piece(start, text),), found) if found else Typed(q)
    return Typed(q, (Piece(start, text),)) if text.strip() else Typed(q)


def _named(q: str, named: re.Match[str], offset: int) -> Typed:
    found = fields.find(named["field"])
    if found is None:
        return Typed(q)
    return Typed(q, (Piece(offset + named.start("text"), lexer.unescape(named["text"])),), found)


def _run(q: str, parts: list[re.Match[str]], named: re.Match[str]) -> Typed:
    """Plain words: they may be the beginning of a longer name than the last one alone."""
    start = parts[-1].start() + named.start("text")
    pieces = [Piece(start, named["text"])]
    for part in reversed(parts[:-1] if not named["sign"] else []):
        if part.group().isspace():
            continue
        if len(pieces) == MAX_WORDS or part.group() in OPERATORS or not _PLAIN.fullmatch(part.group()):
            break
        pieces.insert(0, Piece(part.start(), q[part.start() :]))
    return Typed(q, tuple(pieces))
