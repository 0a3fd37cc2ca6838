"""Search-and-redact: where words and phrases stand on the pages, as boxes that people tick and keep as drafts.

A word that holds a part of a hit is covered whole: its letters have no boxes of their own. What the search cannot see
is named, because a page without a hit looks like a page without the words.
"""

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Length

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from documents import paths
from documents.actions.redaction_patterns import PATTERNS, Span
from documents.actions.redaction_words import Box, Stream, Word, cover, expression
from documents.models import Document, VersionPage

SECONDS = 10.0
MAX_BOXES = 1_000
MAX_LETTERS = 2_000  # of the text of a hit: no pattern is longer, but a word can be as long as a book
REASONS = ("no text", "no positions", "low confidence", "error", "too many")
NO_TEXT, NO_POSITIONS, LOW_CONFIDENCE, ERROR, TOO_MANY = REASONS
NO_PAGES = "This document has no pages yet. Process it first."
NOTHING_ASKED = "Look for something with a letter or a digit in it."


@dataclass(frozen=True)
class Search:
    """What somebody looks for: a phrase, or else a pattern."""

    query: str = ""
    pattern: str = ""
    region: str = "US"
    case_sensitive: bool = False
    whole_words: bool = False
    from_page: int = 0


@dataclass
class Found:
    """Boxes to redact, pages that were not (fully) searched, and the page to go on with."""

    hits: list[Box] = field(default_factory=list)
    not_searched: list[dict[str, Any]] = field(default_factory=list)
    next_page: int | None = None

    def add(self, number: int, boxes: Sequence[Box]) -> None:
        """The boxes of one page; those of one hit keep one number."""
        first = self.hits[-1]["hit"] + 1 if self.hits else 0
        self.hits += [box | {"hit": first + box["hit"], "page_number": number} for box in boxes]

    @property
    def body(self) -> dict[str, Any]:
        """The answer."""
        parts = {"hits": self.hits, "not_searched": self.not_searched}
        return parts | {"truncated": self.next_page is not None, "next_page": self.next_page}


def find(document: Document, search: Search) -> dict[str, Any]:
    """Look through the pages that readers see, as far as a few seconds and a bounded answer reach."""
    if document.version_id is None:
        raise Refused("no_pages", NO_PAGES)
    asked = expression(search.query, fold=not search.case_sensitive, whole_words=search.whole_words)
    if not search.pattern and asked is None:
        raise Refused("query", NOTHING_ASKED)
    found, deadline = Found(), time.monotonic() + SECONDS
    for page in _pages(document.version_id, search.from_page):
        is_first = page["number"] == search.from_page
        if not is_first and time.monotonic() > deadline:
            found.next_page = page["number"]
            break
        boxes, reason = _look(page, search, asked)
        if found.hits and len(found.hits) + len(boxes) > MAX_BOXES:
            found.next_page = page["number"]
            break
        if reason:
            found.not_searched.append({"page_number": page["number"], "reason": reason})
        found.add(page["number"], boxes)
    return found.body


def _pages(version_id: int, first: int) -> QuerySet[VersionPage, Any]:
    entries = VersionPage.objects.filter(version_id=version_id, number__gte=first).order_by("number")
    return entries.values(
        "number",
        words=F("page__words"),
        width=F("page__width"),
        height=F("page__height"),
        ocr=F("page__ocr"),
        confidence=F("page__confidence"),
        error=F("page__error"),
        letters=Length("page__text__body"),
    )


def _look(page: dict[str, Any], search: Search, asked: "re.Pattern[str] | None") -> tuple[list[Box], str]:
    """The boxes on one page, and why there may be more."""
    words, reason = _words(page)
    stream = Stream(words, fold=not search.pattern and not search.case_sensitive)
    boxes: list[Box] = []
    for hit, span in enumerate(islice(_spans(stream, page, search, asked), MAX_BOXES + 1)):
        for line in stream.pieces(span):
            text = " ".join(words[index].text[:MAX_LETTERS] for index in line)[:MAX_LETTERS]
            box = cover([words[index] for index in line], page["width"], page["height"])
            boxes.append({"hit": hit} | box | {"text": text, "context": stream.context(line)})
    return (boxes[:MAX_BOXES], TOO_MANY) if len(boxes) > MAX_BOXES else (boxes, reason)


def _spans(stream: Stream, page: dict[str, Any], search: Search, asked: "re.Pattern[str] | None") -> Iterator[Span]:
    if asked is not None and not search.pattern:
        return (match.span() for match in asked.finditer(stream.text))
    return PATTERNS[search.pattern](stream.hyphened, search.region, is_exact=page["ocr"] is None)


def _words(page: dict[str, Any]) -> tuple[list[Word], str]:
    """The page's words, and why they may not be all that stands on it."""
    try:
        raw = json.loads(storage.backend().read(paths.page_boxes(page["words"]))) if page["words"] else []
    except (storage.Missing, ValueError):
        return [], ERROR
    width, height = page["width"], page["height"]
    words = [
        Word(word["text"], word["x1"] * width, word["x2"] * width, word["y1"] * height, word["y2"] * height)
        for word in raw
    ]
    return words, _doubt(page, has_boxes=bool(words))


def _doubt(page: dict[str, Any], *, has_boxes: bool) -> str:
    if page["error"]:
        return ERROR
    if not has_boxes:
        return NO_POSITIONS if page["letters"] else NO_TEXT
    is_guess = page["ocr"] is not None and page["confidence"] is not None
    return LOW_CONFIDENCE if is_guess and page["confidence"] < settings.LOW_CONFIDENCE else ""
