"""Kinds of numbers and addresses that people redact: where they stand in a text of words with single spaces.

Every expression is bounded in its length, so that no page can keep the search busy. A hit is a suggestion to a person;
where letters may have been misread (OCR), check digits are no reason to leave one out.
"""

import re
from collections.abc import Callable, Iterator

import phonenumbers

Span = tuple[int, int]
REGIONS: frozenset[str] = frozenset(phonenumbers.SUPPORTED_REGIONS)
PHONE_TRIES = 2_000  # candidates on one page

_MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec "
    "january february march april june july august september october november december "
    "januar jänner februar märz mai juni juli oktober dezember mär okt dez "
    "janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "januari februari maart mei augustus"
)
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS.split(), key=len, reverse=True))})\b\.?"
_DAY = r"(?:[0-2]?\d|3[01])"
_YEAR = r"(?:1[5-9]|20)\d\d"

EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
URL = re.compile(r"\b(?:https?://|ftp://|www\d?\.)[^\s<>\"]{2,2000}", re.IGNORECASE)
SSN = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}([- ]?)(?!00)\d\d\1(?!0000)\d{4}(?![\d-])")
CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
IBAN = re.compile(r"\b[A-Z]{2} ?\d\d(?: ?[A-Z0-9]){11,30}\b")
DATE = re.compile(
    rf"(?<![\d./-])(?:{_YEAR}([-./])(?:0?[1-9]|1[0-2])\1{_DAY}|{_DAY}([-./]) ?(?:0?[1-9]|1[0-2])\2 ?(?:{_YEAR}|\d\d)"
    rf"|(?:0?[1-9]|1[0-2])([-/.]){_DAY}\3(?:{_YEAR}|\d\d))(?![\d]|[-/]\d)"
    rf"|(?<!\d){_DAY}(?:st|nd|rd|th|º|er)?\.?(?: de| of)? {_MONTH}(?:,? (?:de )?{_YEAR}\b)?"
    rf"|\b{_MONTH} {_DAY}(?:st|nd|rd|th)?\b(?:,? {_YEAR}\b)?"
    rf"|\b{_MONTH},?(?: de)? {_YEAR}\b",
    re.IGNORECASE,
)


def emails(text: str, region: str, *, is_exact: bool) -> Iterator[Span]:
    """E-mail addresses."""
    return _spans(EMAIL, text)


def urls(text: str, region: str, *, is_exact: bool) -> Iterator[Span]:
    """Web addresses."""
    return _spans(URL, text)


def dates(text: str, region: str, *, is_exact: bool) -> Iterator[Span]:
    """Days, and months of a year, in the notations of Europe and America."""
    return _spans(DATE, text)


def social_security_numbers(text: str, region: str, *, is_exact: bool) -> Iterator[Span]:
    """Those of the United States."""
    return _spans(SSN, text)


def phones(text: str, region: str, *, is_exact: bool) -> Iterator[Span]:
    """Phone numbers: with a country code, or as they are written in the region."""
    leniency = phonenumbers.Leniency.POSSIBLE
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=leniency, max_tries=PHONE_TRIES):
        yield match.start, match.end


def cards(text: str, region: str, *, is_exact: bool) -> Iterator[Span]:
    """Numbers of payment cards."""
    for start, end in _spans(CARD, text):
        digits = [int(digit) for digit in text[start:end] if digit.isdecimal()]
        if not is_exact or _luhn(digits):
            yield start, end


def ibans(text: str, region: str, *, is_exact: bool) -> Iterator[Span]:
    """International bank account numbers. The words behind one may look as if they went on with it."""
    for start, end in _spans(IBAN, text):
        ends = [end, *(start + at.start() for at in reversed(list(re.finditer(" ", text[start:end]))))]
        right = next((last for last in ends if _mod97(text[start:last])), None)
        if right or not is_exact:
            yield start, right or end


Finder = Callable[..., Iterator[Span]]
PATTERNS: dict[str, Finder] = {
    "card": cards,
    "date": dates,
    "email": emails,
    "iban": ibans,
    "phone": phones,
    "ssn": social_security_numbers,
    "url": urls,
}


def _spans(expression: re.Pattern[str], text: str) -> Iterator[Span]:
    return (match.span() for match in expression.finditer(text))


def _luhn(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod97(text: str) -> bool:
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return len(plain) >= 15 and int("".join(str(int(char, 36)) for char in moved)) % 97 == 1
