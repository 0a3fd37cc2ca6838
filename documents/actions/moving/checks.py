"""What an archive, or another server, may say of rows. It is untrusted: what is not as it should be is left out, cut,
or replaced by what a new row would have; a line that makes no sense at all is refused.
"""

import json
import math
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from documents.actions.moving.tape import BROKEN, Damaged
from documents.choices import EXTENSIONS, LANGUAGES, SHOWN_ACCESS, Access
from documents.pipeline.archived import ArchivedPage
from documents.search import index

KEY = re.compile(r"[A-Za-z0-9_-]{1,50}")
VALUE = 300
LONGEST_ID = 10**18
OCR = 20
Row = dict[str, Any]
_is_url = URLValidator(schemes=("http", "https"))


def row(line: bytes) -> Row:
    """An object of JSON."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Damaged(BROKEN) from error
    if not isinstance(found, dict):
        raise Damaged(BROKEN)
    return found


def text(value: Any, most: int) -> str:
    """At most so many characters."""
    return index.storable(value)[:most].strip() if isinstance(value, str) else ""


def whole(value: Any, *, below: int = LONGEST_ID) -> int | None:
    """A whole number from 0 on."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value < below else None


def fraction(value: Any) -> float | None:
    """A number from 0 to 1."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) and 0 <= value <= 1 else None


def one_of(value: Any, allowed: Collection[str], default: str) -> str:
    """One of a closed list."""
    return value if isinstance(value, str) and value in allowed else default


def moment(value: Any) -> datetime | None:
    """A time that lies behind us."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        known = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
    return known if known and datetime(1970, 1, 1, tzinfo=UTC) < known <= datetime.now(UTC) else None


def url(value: Any) -> str:
    """An address on the web."""
    found = text(value, 1024)
    try:
        _is_url(found)
    except ValidationError:
        return ""
    return found


def data(value: Any) -> dict[str, list[str]]:
    """Custom metadata."""
    pairs = value.items() if isinstance(value, dict) else ()
    found = {key: _values(values) for key, values in pairs if KEY.fullmatch(key)}
    return {key: values for key, values in found.items() if values}


def document(found: Row) -> Row:
    """The columns of a new document; `access` is what it was elsewhere."""
    return {
        "title": text(found.get("title"), 1000) or "Untitled",
        "access": one_of(found.get("access"), SHOWN_ACCESS, Access.PRIVATE.value),
        "language": one_of(found.get("language"), LANGUAGES, "eng"),
        "original_extension": one_of(found.get("original_extension"), EXTENSIONS, "pdf"),
        "description": text(found.get("description"), 4000),
        "source": text(found.get("source"), 1000),
        "data": data(found.get("data")),
        "related_article": url(found.get("related_article")),
        "published_url": url(found.get("published_url")),
        "noindex": found.get("noindex") is True,
    }


def note(found: Row, *, pages: int) -> Row | None:
    """The columns of a note; None where it stands on no page."""
    page = whole(found.get("page_number"), below=pages)
    if page is None:
        return None
    box = {name: fraction(found.get(name)) for name in ("x1", "x2", "y1", "y2")}
    x1, x2, y1, y2 = box.values()
    if None in box.values() or not (x1 < x2 and y1 < y2):  # type: ignore[operator]  # none is None
        box = dict.fromkeys(box)
    content = index.storable(found["content"])[:2000] if isinstance(found.get("content"), str) else ""
    access = one_of(found.get("access"), SHOWN_ACCESS, Access.PRIVATE.value)
    title = text(found.get("title"), 500) or "Untitled"
    return {"page_number": page, "title": title, "content": content, "access": access, **box}


def section(found: Row, *, pages: int) -> Row | None:
    """The columns of a section; None where it begins on no page."""
    page, title = whole(found.get("page_number"), below=pages), text(found.get("title"), 200)
    return None if page is None else {"page_number": page, "title": title or "Untitled"}


def page(found: Row, number: int, language: str) -> ArchivedPage:
    """A page as readers will get it."""
    words = found.get("words")
    body = found.get("text")
    ocr = text(found.get("ocr"), OCR) or None
    return ArchivedPage(
        page=number,
        text=index.storable(body) if isinstance(body, str) else "",
        words=[box for item in words if (box := _box(item))] if isinstance(words, list) else [],
        ocr=ocr if ocr and ocr.isprintable() else None,
        language=one_of(found.get("language"), LANGUAGES, language),
        confidence=fraction(found.get("confidence")),
        error=text(found.get("error"), 1000),
    )


def _values(values: Any) -> list[str]:
    listed = values if isinstance(values, list) else [values]
    return list(dict.fromkeys(value for item in listed if (value := text(item, VALUE))))


def _box(found: Any) -> Row | None:
    """A word; the order of keys is the contract's."""
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        return None
    box = {name: fraction(found.get(name)) for name in ("x1", "x2", "y1", "y2")}
    if None in box.values():
        return None
    more: Row = {}
    if (confidence := fraction(found.get("confidence"))) is not None:
        more = {"confidence": confidence, "type": text(found.get("type"), OCR)}
    return {"text": index.storable(found["text"]), **box, **more}
