"""Prices: a number with a currency before or behind it, in the notations of Europe and America."""

import re
from collections.abc import Iterator
from decimal import Decimal

from price_parser.parser import parse_number

from documents.pipeline.steps.extracts.hits import Hit

KIND = "price"
SYMBOLS = {
    "US$": "USD",
    "C$": "CAD",
    "A$": "AUD",
    "R$": "BRL",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₽": "RUB",
    "₴": "UAH",
    "₹": "INR",
    "zł": "PLN",
    "Kč": "CZK",
}
# No code that is also a word: ALL, TOP, TRY.
CODES = tuple("USD EUR GBP CHF JPY RUB UAH CAD AUD BRL INR PLN CZK SEK NOK DKK HUF CNY MXN".split())
WORDS = {
    "dollars": "USD",
    "dollar": "USD",
    "dólares": "USD",
    "доллара": "USD",
    "долларов": "USD",
    "euros": "EUR",
    "euro": "EUR",
    "евро": "EUR",
    "євро": "EUR",
    "pounds sterling": "GBP",
    "рублей": "RUB",
    "рубля": "RUB",
    "рубль": "RUB",
    "руб": "RUB",
    "гривень": "UAH",
    "гривні": "UAH",
    "грн": "UAH",
}
THOUSAND, MILLION, BILLION = 10**3, 10**6, 10**9
TIMES = {
    "thousand": THOUSAND,
    "tausend": THOUSAND,
    "mille": THOUSAND,
    "mil": THOUSAND,
    "тысяч": THOUSAND,
    "тысячи": THOUSAND,
    "тыс": THOUSAND,
    "тисяч": THOUSAND,
    "тис": THOUSAND,
    "million": MILLION,
    "millionen": MILLION,
    "mio": MILLION,
    "mn": MILLION,
    "millions": MILLION,
    "millón": MILLION,
    "millones": MILLION,
    "миллиона": MILLION,
    "миллионов": MILLION,
    "мільйонів": MILLION,
    "млн": MILLION,
    "billion": BILLION,
    "bn": BILLION,
    "milliarde": BILLION,
    "milliarden": BILLION,
    "mrd": BILLION,
    "milliard": BILLION,
    "milliards": BILLION,
    "mil millones": BILLION,
    "миллиарда": BILLION,
    "миллиардов": BILLION,
    "мільярдів": BILLION,
    "млрд": BILLION,
}
LETTERS = {"k": THOUSAND, "m": MILLION, "b": BILLION}  # right behind the number: $5M


def _any(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NUMBER = r"[0-9]{1,3}(?:[ \u00a0\u202f.,'’][0-9]{3}){1,5}(?![0-9])(?:[.,][0-9]{1,2}(?![0-9]))?"
_AMOUNT = rf"(?P<amount>{_NUMBER}|[0-9]{{1,15}}(?:[.,][0-9]{{1,4}})?)(?![0-9]|[.,][0-9])(?:,[-–—]+)?"
_TIMES = rf"(?:[ \u00a0\u202f-]?(?P<times>{_any(tuple(TIMES))})\b\.?|(?P<letter>[kmb])\b)?"
_GAP = r"[ \u00a0\u202f]?"
_MARK = rf"(?:{_any(tuple(SYMBOLS))})"
BEFORE = re.compile(
    rf"(?<![\w$€£¥₽₴₹])(?P<currency>{_MARK}|(?:{_any(CODES)})\b){_GAP}{_AMOUNT}{_TIMES}(?!%)", re.IGNORECASE
)
BEHIND = re.compile(
    rf"(?<![\w.,]){_AMOUNT}{_TIMES}{_GAP}(?:(?:de |d'|d’)?(?P<currency>{_any(tuple(WORDS))})\b"
    rf"|(?P<mark>{_MARK}|(?:{_any(CODES)}))(?!\w))",
    re.IGNORECASE,
)
CURRENCIES = {name.casefold(): code for name, code in (SYMBOLS | WORDS | {code: code for code in CODES}).items()}


def find(text: str, language: str) -> Iterator[Hit]:
    """Prices; a sign that stands on both sides belongs to the number behind it."""
    for match in (*BEFORE.finditer(text), *BEHIND.finditer(text)):
        parts = match.groupdict()
        value = parse_number(parts["amount"].replace("’", "'").replace("'", " "))
        if value is not None:
            value *= (TIMES | LETTERS).get((parts["times"] or parts["letter"] or "").casefold(), 1)
            currency = CURRENCIES[(parts["currency"] or parts["mark"]).casefold()]
            said = _plain(value)
            yield Hit(KIND, match.start(), match.end(), f"{said} {currency}", {"value": said, "currency": currency})


def _plain(value: Decimal) -> str:
    """Without an exponent, without zeros that say nothing."""
    said = f"{value:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said
