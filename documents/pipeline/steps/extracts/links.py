"""E-mail addresses and web addresses."""

import re
from collections.abc import Iterator

from documents.pipeline.steps.extracts.hits import Hit

EMAIL = re.compile(
    r"(?<![\w.%+-])[\w%+][\w.%+'’-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_][\w-]{0,61}[^\W_](?![\w@])"
)
URL = re.compile(r"\b(?:https?://|ftp://|www\d?\.)[^\s<>\"“”«»|]{2,2000}", re.IGNORECASE)
HOST = re.compile(r"(?:[a-z]+://)?[^/?#]*", re.IGNORECASE)
TAIL = ".,;:!?'’*_"
PAIRS = {")": "(", "]": "[", "}": "{"}


def emails(text: str, language: str) -> Iterator[Hit]:
    """Addresses; the case of the domain says nothing."""
    for match in EMAIL.finditer(text):
        mailbox, _, domain = match.group().rpartition("@")
        if ".." not in mailbox and not mailbox.endswith("."):
            yield Hit("email", match.start(), match.end(), f"{mailbox}@{domain.lower()}")


def urls(text: str, language: str) -> Iterator[Hit]:
    """Addresses without the punctuation of the sentence that they stand in."""
    for match in URL.finditer(text):
        said = _trimmed(match.group())
        host = HOST.match(said)
        bare = host.group() if host else ""
        if "." in bare.strip(".") or "localhost" in bare:
            yield Hit("url", match.start(), match.start() + len(said), bare.lower() + said[len(bare) :])


def _trimmed(said: str) -> str:
    while said:
        last = said[-1]
        if last not in TAIL and not (last in PAIRS and said.count(PAIRS[last]) < said.count(last)):
            break
        said = said[:-1]
    return said
