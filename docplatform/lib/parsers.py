"""Reads JSON that strangers send, within limits."""

import json
import math
from collections.abc import Iterable
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES = 32 * 1024 * 1024
MAX_STRANGERS_BYTES = 64 * 1024  # parsed JSON takes twenty times as much memory as its text
MAX_DEPTH = 100  # nothing that we take goes deeper, and every later use of it recurses again


class TooLong(APIException):
    """Said by status, because DRF itself imports this module before our own refusals can be defined."""

    status_code = 413
    default_code = "too_long"

    def __init__(self, most: int) -> None:
        size = f"{most // 2**20} MB" if most >= 2**20 else f"{most // 2**10} kB"
        super().__init__(f"Send at most {size} of JSON.")


class LimitedJSONParser(JSONParser):
    """DRF's parser would read without end, and hand on what no answer and no column can hold."""

    most = MAX_BYTES

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        """The value; 413 when it is too long, 400 when it is not JSON, nested endlessly, or no text."""
        raw = stream.read(self.most + 1)
        if len(raw) > self.most:
            raise TooLong(self.most)
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
            if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
                check_depth(data)
            if b"\\ud" in raw.lower():  # perhaps half of a surrogate pair, which cannot be encoded again
                json.dumps(data, ensure_ascii=False).encode()
        except UnicodeError as error:
            raise ParseError("The JSON is not valid Unicode text.") from error
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        return data


class StrangersJSONParser(LimitedJSONParser):
    """For views that read before they know who is asking."""

    most = MAX_STRANGERS_BYTES


def check_depth(data: Any) -> None:
    """Refuse what is nested more deeply than MAX_DEPTH."""
    level: Iterable[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
    if level:
        raise RecursionError


def _children(item: Any) -> Iterable[Any]:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large a number")
    return number


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
