"""What every step speaks of: why it failed, its work and its result, words and covers.

Everything is JSON (see documents.pipeline.wire); paths are strings. Pages are 0-based; sizes are points as
displayed; boxes are fractions of the displayed page, origin top left.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

MIB = 1024 * 1024
PDF_LIMIT = 501 * MIB
OTHER_LIMIT = 26 * MIB
UNPACKED_LIMIT = 600 * MIB
PIXEL_LIMIT = 100_000_000
CONVERT_SECONDS = 180.0  # for a program that makes a PDF of something else
PAGE_LIMIT = 20_000  # a few bytes can claim millions of pages, and each becomes rows and files


class StepFailed(Exception):
    """The file cannot be processed, and trying again will not help. `message` is a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Result:
    """What a step hands back. `files` names every file in it, so that the sandbox can check where they lie."""

    def files(self) -> list[str]:
        raise NotImplementedError


R_co = TypeVar("R_co", bound=Result, covariant=True)


class Work(Generic[R_co]):
    """What a step gets. It writes below `folder` and reads only that and `inputs`."""

    folder: str

    def inputs(self) -> list[str]:
        raise NotImplementedError


@dataclass(frozen=True)
class Word:
    """One word and its box."""

    text: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class RatedWord(Word):
    """A word as a service reads it: how sure it is, 0..1, and how the word was written."""

    confidence: float
    type: str


@dataclass(frozen=True)
class Cover:
    """A box on page `page` under which nothing stays; `label` is printed on it."""

    page: int
    x1: float
    y1: float
    x2: float
    y2: float
    label: str = ""
