"""Dates as queries write them: 2024, 2024-05, 2024-05-17, timestamps, NOW, and sums such as NOW-7DAYS/DAY."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_WRITTEN = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|\+00:00)?)?)?)?"
)
_SUMS = re.compile(r"(?:/[A-Z]+|[+-]\d{1,6}[A-Z]+)*")
_SUM = re.compile(r"(/|[+-]\d{1,6})([A-Z]+)")

FIXED: dict[str, timedelta] = {
    "DAY": timedelta(days=1),
    "DATE": timedelta(days=1),
    "HOUR": timedelta(hours=1),
    "MINUTE": timedelta(minutes=1),
    "SECOND": timedelta(seconds=1),
    "MILLI": timedelta(milliseconds=1),
    "MILLISECOND": timedelta(milliseconds=1),
}
MONTHS: dict[str, int] = {"YEAR": 12, "MONTH": 1}
_MIDNIGHT = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}
ROUND: dict[str, Callable[[datetime], datetime]] = {
    "YEAR": lambda at: at.replace(month=1, day=1, **_MIDNIGHT),  # type: ignore[arg-type]
    "MONTH": lambda at: at.replace(day=1, **_MIDNIGHT),  # type: ignore[arg-type]
    "DAY": lambda at: at.replace(**_MIDNIGHT),  # type: ignore[arg-type]
    "DATE": lambda at: at.replace(**_MIDNIGHT),  # type: ignore[arg-type]
    "HOUR": lambda at: at.replace(minute=0, second=0, microsecond=0),
    "MINUTE": lambda at: at.replace(second=0, microsecond=0),
    "SECOND": lambda at: at.replace(microsecond=0),
    "MILLI": lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000),
    "MILLISECOND": lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000),
}


@dataclass(frozen=True)
class Span:
    """The time that a written date covers: a year for `2024`, no time at all for a timestamp (`end` = `start`)."""

    start: datetime
    end: datetime


def read(text: str, now: datetime) -> Span | None:
    """The time meant; None for what is no date."""
    try:
        if text.startswith("NOW"):
            start = end = _add(now, text[3:])
            return Span(start, end)
        return _written(text)
    except (ValueError, OverflowError, KeyError):
        return None


def _written(text: str) -> Span:
    match = _WRITTEN.match(text)
    if not match:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction = match.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    start = datetime(
        int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), micro, tzinfo=UTC
    )
    sums = text[match.end() :]
    if sums or hour:
        start = _add(start, sums)
        return Span(start, start)
    if day:
        return Span(start, start + timedelta(days=1))
    return Span(start, _months(start, 1 if month else 12))


def _add(at: datetime, sums: str) -> datetime:
    if not _SUMS.fullmatch(sums):
        raise ValueError(sums)
    for amount, name in _SUM.findall(sums):
        unit = name if name in ROUND else name.removesuffix("S")
        if amount == "/":
            at = ROUND[unit](at)
        elif unit in MONTHS:
            at = _months(at, int(amount) * MONTHS[unit])
        else:
            at += FIXED[unit] * int(amount)
    return at


def _months(at: datetime, count: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + count, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))
