"""Reads JSON that strangers send, within limits."""

import json
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES = 32 * 1024 * 1024


class TooLong(APIException):
    """Said by status, because DRF itself imports this module before our own refusals can be defined."""

    status_code = 413
    default_detail = f"Send at most {MAX_BYTES // 2**20} MB of JSON."
    default_code = "too_long"


class LimitedJSONParser(JSONParser):
    """DRF's parser would read without end, and hand on what no answer and no column can hold."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        """The value; 413 when it is too long, 400 when it is not JSON, nested endlessly, or no text."""
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLong
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
            if b"\\ud" in raw.lower():  # perhaps half of a surrogate pair, which cannot be encoded again
                json.dumps(data, ensure_ascii=False).encode()
        except UnicodeError as error:
            raise ParseError("The JSON is not valid Unicode text.") from error
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        return data


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
