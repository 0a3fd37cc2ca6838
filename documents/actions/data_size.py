"""How much custom metadata a document may have: asked of what people send, and of what it comes to with what is there.

All of it stands in every answer and in the search index.
"""

from collections.abc import Mapping, Sequence

MOST_KEYS = 300
MOST_CHARACTERS = 100_000
TOO_MANY = f"A document may have at most {MOST_KEYS} keys of data. Remove some first."
TOO_LONG = f"All keys and values of a document's data may have at most {MOST_CHARACTERS:,} characters together."

Data = Mapping[str, Sequence[str]]


def refusal(data: Data, *, before: Data | None = None) -> str:
    """Why a document may not have this data; empty when it may. What was too much `before` may become less."""
    before = before or {}
    if len(data) > max(MOST_KEYS, len(before)):
        return TOO_MANY
    return TOO_LONG if _characters(data) > max(MOST_CHARACTERS, _characters(before)) else ""


def _characters(data: Data) -> int:
    return sum(len(key) + sum(len(value) for value in values) for key, values in data.items())
