"""One call to Amazon Textract: a JPEG goes out, lines of words come back."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.conf import settings

from documents.pipeline.values import RatedWord

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER, CALLS = 5, 30, 2
MOST_SECONDS = CALLS * (SECONDS_TO_CONNECT + SECONDS_TO_ANSWER) + 5
BUSY = {  # what Amazon says when the same request may succeed later
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ThrottlingException",
}
Line = list[RatedWord]


class Unreachable(Exception):
    """Amazon does not answer now."""


class Declined(Exception):
    """Amazon does not read this page, or not for us."""


def is_configured() -> bool:
    """Whether the administrator gave us what Amazon asks for."""
    return bool(settings.TEXTRACT_REGION and settings.TEXTRACT_ACCESS_KEY and settings.TEXTRACT_SECRET_KEY)


def read(picture: bytes) -> list[Line]:
    """The words of a picture, line by line. Unreachable or Declined where there are none to be had."""
    if not is_configured():
        raise Declined("Amazon Textract is not configured any more.")
    client = _client(
        settings.TEXTRACT_REGION,
        settings.TEXTRACT_ENDPOINT_URL,
        settings.TEXTRACT_ACCESS_KEY,
        settings.TEXTRACT_SECRET_KEY,
    )
    try:
        return _lines(client.detect_document_text(Document={"Bytes": picture})["Blocks"])
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        failure = Unreachable if code in BUSY or _status(error) >= 500 else Declined
        raise failure(f"Amazon Textract: {code}") from error
    except HTTPClientError as error:
        raise Unreachable(f"Amazon Textract: {type(error).__name__}") from error
    except (BotoCoreError, KeyError, TypeError, ValueError) as error:
        raise Declined(f"Amazon Textract: {type(error).__name__}") from error


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@cache
def _client(region: str, endpoint: str, access_key: str, secret_key: str) -> Any:
    return boto3.client(
        "textract",
        region_name=region,
        endpoint_url=endpoint or f"https://textract.{region}.amazonaws.com",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(
            connect_timeout=SECONDS_TO_CONNECT,
            read_timeout=SECONDS_TO_ANSWER,
            retries={"total_max_attempts": CALLS, "mode": "standard"},
            proxies={},
        ),
    )


def _lines(blocks: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Amazon's lines point at their words by id."""
    words = {block["Id"]: _word(block) for block in blocks if block["BlockType"] == "WORD"}
    lines = [block for block in blocks if block["BlockType"] == "LINE"]
    return [[words[pk] for pk in _children(line) if pk in words] for line in lines]


def _children(line: Mapping[str, Any]) -> list[str]:
    related = [entry for entry in line.get("Relationships") or () if entry["Type"] == "CHILD"]
    return [pk for entry in related for pk in entry["Ids"]]


def _word(block: Mapping[str, Any]) -> RatedWord:
    box = block["Geometry"]["BoundingBox"]
    left, top = float(box["Left"]), float(box["Top"])
    return RatedWord(
        str(block["Text"]),
        _fraction(left),
        _fraction(top),
        _fraction(left + float(box["Width"])),
        _fraction(top + float(box["Height"])),
        confidence=_fraction(float(block["Confidence"]) / 100),
        type=str(block.get("TextType") or "PRINTED"),
    )


def _fraction(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
