"""Cuts a query into tokens."""

import re
from dataclasses import dataclass

from documents.search import fields, tree

MAX_LENGTH = 2_000

_TOKEN = re.compile(
    r"""\s+
  | (?P<phrase>"(?:\\.|[^"\\])*")
  | (?P<open>\() | (?P<close>\))
  | (?P<range>[\[{]\s*(?P<low>"(?:\\.|[^"\\])*"|(?:\\.|[^\s\]}\\])+)\s+TO\s+
      (?P<high>"(?:\\.|[^"\\])*"|(?:\\.|[^\s\]}\\])+)\s*[\]}])
  | (?P<all>\*:\*)
  | (?P<field>[A-Za-z_][A-Za-z0-9_-]*):\s*
  | (?P<and>&&|AND(?=[\s()]|$)) | (?P<or>\|\||OR(?=[\s()]|$)) | (?P<not>NOT(?=[\s()]|$)|!)
  | (?P<plus>\+(?=\S)) | (?P<minus>-(?=\S))
  | (?P<fuzzy>~\d*(?:\.\d+)?) | (?P<boost>\^\d+(?:\.\d+)?)
  | (?P<word>(?:\\.|[^\s()"\[\]{}:^~\\!&|]|&(?!&)|\|(?!\|)|!|:)+)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SYMBOLS = re.compile(r"\\(.)|([*?])", re.DOTALL)


class BadSyntax(Exception):
    """The query cannot be read as it stands; it is read as plain words instead."""


@dataclass(frozen=True)
class Token:
    """One token. `value` is what was written; ranges also have their ends."""

    kind: str
    value: str
    low: str = ""
    high: str = ""


def clean(query: str) -> str:
    """The query without what no text holds, and no longer than it may be."""
    return _CONTROLS.sub(" ", query[:MAX_LENGTH])


def tokens(query: str) -> list[Token]:
    """The tokens of a cleaned query."""
    found: list[Token] = []
    at = 0
    while at < len(query):
        token, at = _next(query, at)
        if token:
            found.append(token)
    return found


def _next(query: str, at: int) -> tuple[Token | None, int]:
    match = _TOKEN.match(query, at)
    if match is None:
        raise BadSyntax(at)
    kind = match.lastgroup
    if kind is None:
        return None, match.end()
    if match["range"]:
        return Token("range", match["range"], match["low"], match["high"]), match.end()
    if kind == "field" and not fields.find(match["field"]):
        return _word(query, at)  # `http://…` and `12:30` are words
    return Token(kind, match[kind]), match.end()


_WORD = re.compile(r"(?:\\.|[^\s()\"\[\]{}^~\\])+", re.DOTALL)


def _word(query: str, at: int) -> tuple[Token, int]:
    match = _WORD.match(query, at)
    assert match  # a field's name begins with a letter
    return Token("word", match.group()), match.end()


def unescape(text: str) -> str:
    """The text that backslashes protect."""
    return _ESCAPED.sub(r"\1", text)


def pattern(text: str) -> str:
    """The text with its unprotected wildcards as ANY and ONE."""
    return _SYMBOLS.sub(lambda match: match[1] or (tree.ANY if match[2] == "*" else tree.ONE), text)
