"""Reads one image with Tesseract: the text as Tesseract spaces it, and its words with their boxes.

Tesseract's list of words cuts Chinese, Japanese and Korean into pieces that its text has in one. So the pieces are
put together again along the text.
"""

import resource
import signal
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from documents.pipeline.steps.progress import Killed

CPU_SECONDS = 60
LEAST_SIDE = 10  # pixels; Tesseract refuses smaller images
WORD = "5"
AUTOMATIC, ONE_COLUMN = 3, 4  # how Tesseract takes a page apart (--psm)


class Unreadable(Exception):
    """Tesseract could not cope with the image."""


@dataclass(frozen=True)
class Piece:
    """A word, or a part of one, in pixels. `line` tells lines apart."""

    line: str
    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Reading:
    """What Tesseract saw, maybe on the image turned by half. `confidence` is 0..1, None where it saw nothing."""

    text: str
    words: list[Piece]
    confidence: float | None
    is_turned: bool = False


def read(image: Path, *, pack: str, dpi: float, layout: int = AUTOMATIC) -> Reading:
    """Unreadable where Tesseract fails on the image, Killed where somebody ended it. The image stays."""
    base = image.with_suffix("")
    command = ["tesseract", str(image), str(base), "-l", pack, "--dpi", str(round(dpi))]
    command += ["--psm", str(layout), "txt", "tsv"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=_limit
    )
    if done.returncode == -signal.SIGKILL:
        raise Killed("Tesseract was killed.")
    if done.returncode != 0:
        raise Unreadable(done.stderr.decode(errors="replace")[-300:])
    text, table = base.with_suffix(".txt"), base.with_suffix(".tsv")
    reading = _reading(text.read_text(errors="replace"), table.read_text(errors="replace"))
    text.unlink()
    table.unlink()
    return reading


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))


def _reading(text: str, table: str) -> Reading:
    text = "".join(char for char in text if not _is_mark(char) and char != "\f")
    pieces, sure = [], []
    for row in table.splitlines()[1:]:
        cells = row.split("\t", 11)
        word = "".join(char for char in cells[-1] if not _is_mark(char)).strip()
        if cells[0] != WORD or not word:
            continue
        left, top, width, height = map(float, cells[6:10])
        pieces.append(Piece("/".join(cells[1:5]), word, left, top, left + width, top + height))
        sure.append(float(cells[10]))
    confidence = round(sum(sure) / len(sure) / 100, 4) if sure else None
    return Reading(text.strip(), list(_joined(pieces, text)), confidence)


def _is_mark(char: str) -> bool:
    """Marks of direction and the like, which nobody sees."""
    return unicodedata.category(char) == "Cf"


def _joined(pieces: list[Piece], text: str) -> Iterator[Piece]:
    """The words as the text spaces them."""
    if not pieces:
        return
    current = pieces[0]
    for follows, (_, piece) in zip(_blanks(pieces, text), pairwise(pieces), strict=True):
        if follows and piece.line == current.line:
            current = _union(current, piece)
        else:
            yield current
            current = piece
    yield current


def _blanks(pieces: list[Piece], text: str) -> Iterator[bool]:
    """For every piece but the first: does it follow the one before without a blank?"""
    place = 0
    for number, piece in enumerate(pieces):
        start = text.find(piece.text[0], place)
        gap = text[place:start] if start >= 0 else " "
        if number:
            yield not gap
        # Where text and table disagree, stay put: the next piece finds its place again.
        if not gap.strip() and text.startswith(piece.text, max(start, 0)):
            place = start + len(piece.text)


def _union(one: Piece, two: Piece) -> Piece:
    return Piece(
        one.line,
        one.text + two.text,
        min(one.left, two.left),
        min(one.top, two.top),
        max(one.right, two.right),
        max(one.bottom, two.bottom),
    )
