"""Phone numbers: with a country code, or as they are written where the document's language is spoken."""

from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

from documents.pipeline.steps.extracts.hits import ELSE, LANGUAGES, Hit

KIND = "phone_number"
TRIES = 1000  # candidates on one page


def find(text: str, language: str) -> Iterator[Hit]:
    """Numbers that can exist."""
    region = LANGUAGES.get(language, ELSE)[1]
    for match in PhoneNumberMatcher(text, region, max_tries=TRIES):
        # Digits in a row are rather the number of a file or an account.
        if match.raw_string.isdecimal() and not match.raw_string.startswith("0"):
            continue
        name = phonenumbers.format_number(match.number, PhoneNumberFormat.INTERNATIONAL)
        yield Hit(KIND, match.start, match.end, name, _metadata(match.number))


def _metadata(number: PhoneNumber) -> dict[str, str]:
    digits = phonenumbers.national_significant_number(number)
    area = digits[: phonenumbers.length_of_geographical_area_code(number)]
    known = {
        "number": phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL).split(" ext. ")[0],
        "national_prefix": str(number.country_code),
        "area_code": area,
        "extension": number.extension or "",
    }
    return {key: value for key, value in known.items() if value}
