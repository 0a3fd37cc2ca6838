"""Dates: days and months in numbers, and in the words of the languages that the locale data has for us."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from babel import Locale

from documents.pipeline.steps.extracts.hits import ELSE, LANGUAGES, Hit

KIND = "date"
LEAST_NAME = 4  # letters of a month whose year is left out: shorter words are too often something else
PIVOT = 50  # of years with two digits: 49 is 2049, 50 is 1950

_WORD = r"(?P<month>[^\W\d_]{3,14})"
_DAY = r"(?P<day>[0-3]?[0-9])"
_YEAR = r"(?P<year>1[0-9]{3}|2[01][0-9]{2})(?![0-9]|[.,:][0-9])"
_GAP = r"\s{1,2}"
_OF = rf"(?:(?:de|del|of){_GAP})?"
EXPRESSIONS = (
    # 2024-03-05, also at the head of a moment
    re.compile(r"(?<![0-9./-])(?P<year>[12][0-9]{3})(?P<gap>[-./])(?P<month>[01]?[0-9])(?P=gap)(?P<day>[0-3]?[0-9])"
               r"(?![0-9]|[-./][0-9])"),
    # 5. März 2024, 5 de marzo de 2024, 5th of March, 2024
    re.compile(rf"(?<![0-9.,:/-]){_DAY}(?:st|nd|rd|th|er|º|\.)?{_GAP}{_OF}{_WORD}\.?(?:,?{_GAP}(?:del?{_GAP})?{_YEAR})?"
               r"(?![^\W\d_])"),
    # March 5th, 2024
    re.compile(rf"(?<![^\W_]){_WORD}\.?{_GAP}{_DAY}(?:st|nd|rd|th)?(?:,?{_GAP}{_YEAR})?(?![0-9a-z]|[.,:/-][0-9])"),
    # March 2024, marzo de 2024
    re.compile(rf"(?<![^\W_]){_WORD}\.?,?{_GAP}{_OF}{_YEAR}"),
)  # fmt: skip
NUMBERS = re.compile(
    r"(?<![0-9./-])(?<![vV])(?P<first>[0-3]?[0-9])(?P<gap>[./-])(?P<second>[0-3]?[0-9])(?P=gap)"
    r"(?P<year>[12][0-9]{3}|[0-9]{2})(?![0-9]|[-./][0-9])"
)


def find(text: str, language: str) -> Iterator[Hit]:
    """Dates that exist. The longer notations come first."""
    for expression in EXPRESSIONS:
        for match in expression.finditer(text):
            if hit := _worded(match, language):
                yield hit
    for match in NUMBERS.finditer(text):
        if hit := _numbered(match, language):
            yield hit


def _worded(match: re.Match[str], language: str) -> Hit | None:
    parts = match.groupdict()
    said = parts["month"]
    month = int(said) if said[0] in "01" else months(language).get(said.casefold(), 0)
    day, year = int(parts.get("day") or 0), int(parts["year"] or 0)
    return _hit(match, year, month, day) if month and (year or _is_sure(said, language)) else None


def _is_sure(month: str, language: str) -> bool:
    """Without a year, "may 5" and "5 mar" are as often no dates."""
    if language == "eng" and month.islower():
        return False
    return len(month) >= LEAST_NAME or month == "May"


def _numbered(match: re.Match[str], language: str) -> Hit | None:
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if len(match["year"]) == 2:
        # 3.4.12 is rather the number of a version or of a section.
        if len(match["first"]) < 2 or len(match["second"]) < 2:
            return None
        year += 2000 if year < PIVOT else 1900
    if (language == "eng" and match["gap"] != "." and first <= 12) or second > 12:
        first, second = second, first
    return _hit(match, year, second, first)


def _hit(match: re.Match[str], year: int, month: int, day: int) -> Hit | None:
    """None for a day that no calendar has; 29 February may stand without its year."""
    try:
        date(year or 2000, month, day or 1)
    except ValueError:
        return None
    known = {"year": f"{year:04}" if year else "", "month": f"{month:02}", "day": f"{day:02}" if day else ""}
    name = "-".join(part for part in known.values() if part) if year else f"--{known['month']}-{known['day']}"
    if "day" in match.re.groupindex and not day:
        return None
    return Hit(KIND, match.start(), match.end(), name, {key: value for key, value in known.items() if value})


@cache
def months(language: str) -> dict[str, int]:
    """Name → number: whole names in every language, short ones in the document's and in English."""
    own = LANGUAGES.get(language, ELSE)[0]
    found: dict[str, int] = {}
    for code in dict.fromkeys([own, *(code for code, _ in LANGUAGES.values())]):
        widths = ("wide", "abbreviated") if code in (own, "en") else ("wide",)
        for name, number in _names(code, widths):
            found.setdefault(name, number)
    return found | ({"sept": 9} if own == "en" else {})


def _names(code: str, widths: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    tables = Locale.parse(code).months
    for form in ("format", "stand-alone"):
        for width in widths:
            for number, name in tables[form][width].items():
                yield name.casefold().rstrip("."), number
