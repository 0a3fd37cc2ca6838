"""Boxes on a page that is turned: fractions of the displayed page, origin top left."""

from typing import NamedTuple

ANGLES = {"cc": 90, "hw": 180, "ccw": 270}
"""The names that the API has for degrees clockwise."""
DIGITS = 5  # as word boxes have them


class Box(NamedTuple):
    """Left, right, top and bottom."""

    x1: float
    x2: float
    y1: float
    y2: float


def turned(box: Box, degrees: int) -> Box:
    """The same place after the page was turned clockwise."""
    x1, x2, y1, y2 = box
    if degrees == 90:
        return Box(1 - y2, 1 - y1, x1, x2)
    if degrees == 180:
        return Box(1 - x2, 1 - x1, 1 - y2, 1 - y1)
    if degrees == 270:
        return Box(y1, y2, 1 - x2, 1 - x1)
    return box


def word(entry: dict[str, str | float], degrees: int) -> dict[str, str | float]:
    """A word of a page with its box."""
    box = turned(Box(*(float(entry[key]) for key in Box._fields)), degrees)
    return {"text": entry["text"], **{key: round(value, DIGITS) for key, value in box._asdict().items()}}


def size(width: float, height: float, degrees: int) -> tuple[float, float]:
    """The page's size as displayed."""
    return (height, width) if degrees in (90, 270) else (width, height)
