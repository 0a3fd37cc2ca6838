"""Postal addresses of the United States: they end with a state and a ZIP code; a parser tells where they begin."""

import re
from collections.abc import Iterator

import usaddress

from documents.pipeline.steps.extracts.hits import Hit

KIND = "address"
MOST = 500  # on one page: the parser takes a while
REACH = 120  # characters between the number of the house and the ZIP code
TRIES = 6
STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI".split()
)
END = re.compile(r"(?<![^\W_])(?P<state>[A-Z]{2}),?\s{1,2}[0-9]{5}(?:-[0-9]{4})?(?![0-9-])")
NUMBER = re.compile(r"(?<![\w.,#/-])[0-9]{1,6}(?:-[0-9]{1,4})?[A-Z]?(?=\s)")
STREET = (
    "StreetNamePreModifier",
    "StreetNamePreDirectional",
    "StreetNamePreType",
    "StreetName",
    "StreetNamePostType",
    "StreetNamePostDirectional",
)
Parts = dict[str, str]


def find(text: str, language: str) -> Iterator[Hit]:
    """Addresses with a number, a street, a place, a state and a ZIP code."""
    last = 0
    ends = [match for match in END.finditer(text) if match["state"] in STATES]
    for match in ends[:MOST]:
        first = max(last, match.start() - REACH)
        found = _nearest(text, first, match.end())
        if found is not None:
            start, parts = found
            last = match.end()
            yield Hit(KIND, start, last, " ".join(text[start:last].split()), _metadata(parts))


def _nearest(text: str, first: int, end: int) -> tuple[int, Parts] | None:
    """The nearest number that a street with a type follows ("Fifth Ave"), else the nearest before any street."""
    other = None
    starts = [match.start() for match in NUMBER.finditer(text, first, end)]
    for start in starts[: -TRIES - 1 : -1]:
        parts = _parts(text[start:end])
        if parts is None:
            continue
        if "StreetNamePostType" in parts:
            return start, parts
        other = other or (start, parts)
    return other


def _parts(said: str) -> Parts | None:
    try:
        parts, kind = usaddress.tag(said)
    except usaddress.RepeatedLabelError:
        return None
    whole = {"AddressNumber", "StreetName", "PlaceName", "StateName", "ZipCode"} <= parts.keys()
    is_first = next(iter(parts), "") == "AddressNumber"
    return dict(parts) if kind == "Street Address" and whole and is_first else None


def _metadata(parts: Parts) -> Parts:
    return {
        "street_number": parts["AddressNumber"],
        "street_name": " ".join(parts[name] for name in STREET if name in parts),
        "locality": parts["PlaceName"],
        "broad_region": parts["StateName"],
        "postal_code": parts["ZipCode"],
        "country": "US",
    }
