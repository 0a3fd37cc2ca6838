"""Which words lie under the boxes of a redaction: the same as by looking at every box."""

import random

import pytest

from documents.actions.covered import Covered
from documents.pipeline.values import Cover

Place = tuple[float, float, float, float]


def place(dice: random.Random, size: float) -> Place:
    """Also one that reaches over the edge of the page."""
    left, top = dice.uniform(-size, 1), dice.uniform(-size, 1)
    return left, top, left + dice.uniform(0, size), top + dice.uniform(0, size)


@pytest.mark.parametrize("size", [0.03, 0.2, 1.0])
def test_a_place_is_covered_where_a_box_of_its_page_reaches_into_it(size: float) -> None:
    dice = random.Random(3)
    covers = [Cover(dice.randrange(2), *place(dice, size)) for _ in range(50)]
    covered, found = Covered(covers), set()
    for number in range(1500):
        left, top, right, bottom = place(dice, size)
        page = number % 2
        expected = any(
            box.page == page and left < box.x2 and right > box.x1 and top < box.y2 and bottom > box.y1 for box in covers
        )
        assert covered.meets(page, left, top, right, bottom) == expected
        found.add(expected)
    assert found == {True, False}


def test_a_place_whose_sides_are_swapped_is_the_same_place() -> None:
    covered = Covered([Cover(0, 0.4, 0.4, 0.6, 0.6)])
    assert covered.meets(0, 0.7, 0.7, 0.5, 0.5) and not covered.meets(0, 0.9, 0.9, 0.7, 0.7)
