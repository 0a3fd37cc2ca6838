"""The step that looks for dates, prices, addresses and the like in the text of pages."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from documents.pipeline.steps.extracts import addresses, dates, links, phones, prices
from documents.pipeline.steps.extracts.hits import Finder, Hit
from documents.pipeline.work import ExtractWork, Spot, Value

FINDERS: tuple[Finder, ...] = (links.urls, links.emails, dates.find, prices.find, addresses.find, phones.find)
"""In the order of their right: what one has found, the next ones don't see."""
ACCOUNT = re.compile(r"\b[A-Z]{2} ?[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
CARD = re.compile(r"(?<![0-9-])[0-9](?:[ -]?[0-9]){12,18}(?![0-9-])")
VERSION = re.compile(r"\b(?:[vV]\.? ?|[vV]ersion(?:en)? )[0-9]{1,4}(?:\.[0-9]{1,4}){1,5}")
NOT_THESE = (ACCOUNT, CARD, VERSION)
"""Digits that look like dates and phone numbers, and are none."""
PAGE_LIMIT = 1_000_000  # characters of a page that are read; nobody fills a page with so many
PAGE_HITS = 1000
BLANK = "|"  # stands in no word and in no number
NAME_LENGTH, CONTENT_LENGTH = 500, 200


def run(work: ExtractWork) -> Mapping[str, object]:
    """Everything that was found, page by page."""
    texts: list[str] = json.loads(Path(work.texts).read_bytes())
    pages = zip(work.pages, work.offsets, texts, strict=True)
    return {"found": list(chain.from_iterable(_page(*page, work.language) for page in pages))}


def _page(number: int, offset: int, text: str, language: str) -> Iterator[Value]:
    for hit in sorted(hits(text[:PAGE_LIMIT], language), key=lambda hit: hit.start)[:PAGE_HITS]:
        spot = Spot(number, offset + hit.start, hit.start, text[hit.start : hit.end][:CONTENT_LENGTH])
        yield Value(hit.kind, hit.name[:NAME_LENGTH], hit.metadata, spot)


def hits(text: str, language: str) -> list[Hit]:
    """What stands in the text; no two overlap."""
    for expression in NOT_THESE:
        text = expression.sub(lambda match: BLANK * len(match.group()), text)
    found: list[Hit] = []
    for finder in FINDERS:
        new, end = [], 0
        for hit in sorted(finder(text, language), key=lambda hit: (hit.start, -hit.end)):
            if hit.start >= end:
                new.append(hit)
                end = hit.end
        text = _blanked(text, new)
        found += new
    return found


def _blanked(text: str, spans: list[Hit]) -> str:
    parts, last = [], 0
    for span in spans:
        parts += [text[last : span.start], BLANK * (span.end - span.start)]
        last = span.end
    return "".join([*parts, text[last:]])
