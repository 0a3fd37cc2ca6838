"""The boxes of a redaction, sorted by page and place: which of them a word or a note meets is found without a look at
all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

from documents.pipeline.values import Cover

SIDE = 32  # cells of a page, across and down


class Covered:
    """Thousands of boxes may lie on a page of a hundred thousand words."""

    def __init__(self, covers: Iterable[Cover]) -> None:
        self._cells: dict[tuple[int, int, int], list[Cover]] = defaultdict(list)
        for cover in covers:
            for cell in _cells(cover.page, cover.x1, cover.y1, cover.x2, cover.y2):
                self._cells[cell].append(cover)

    def meets(self, page: int, left: float, top: float, right: float, bottom: float) -> bool:
        """Does one of the boxes reach into this place?"""
        left, right = min(left, right), max(left, right)
        top, bottom = min(top, bottom), max(top, bottom)
        return any(
            left < box.x2 and right > box.x1 and top < box.y2 and bottom > box.y1
            for cell in _cells(page, left, top, right, bottom)
            for box in self._cells.get(cell, ())
        )


def _cells(page: int, left: float, top: float, right: float, bottom: float) -> Iterator[tuple[int, int, int]]:
    across, down = range(_cell(left), _cell(right) + 1), range(_cell(top), _cell(bottom) + 1)
    return product((page,), across, down)


def _cell(part: float) -> int:
    return min(max(int(part * SIDE), 0), SIDE - 1)
