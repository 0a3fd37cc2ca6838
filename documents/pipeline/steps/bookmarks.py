"""The bookmarks of a document whose pages were put in another order: those of pages that are still there."""

from collections.abc import Iterator
from typing import Any

from pikepdf import Dictionary, OutlineItem, Pdf, String

from documents.pipeline.steps.destinations import Destinations
from documents.pipeline.steps.donor import Donor

DEEP = 30
MOST = 100_000


def carry(made: Pdf, donor: Donor) -> None:
    """Titles of what is gone would tell of it: the bookmarks below them move up."""
    root = donor.pdf.Root.get("/Outlines")
    if not isinstance(root, Dictionary):
        return
    kept = _Kept(donor).below(root, 0)
    if kept:
        with made.open_outline() as outline:
            outline.root.extend(kept)


class _Kept:
    def __init__(self, donor: Donor) -> None:
        self.destinations = Destinations(donor)
        self.seen: set[tuple[int, int]] = set()

    def below(self, parent: Dictionary, depth: int) -> list[OutlineItem]:
        found: list[OutlineItem] = []
        for item in self._children(parent):
            children = self.below(item, depth + 1) if depth < DEEP else []
            place, title = self.destinations.of(item), item.get("/Title")
            if place is None or not isinstance(title, String):
                found.extend(children)
                continue
            bookmark = OutlineItem(str(title), place)
            bookmark.children.extend(children)
            found.append(bookmark)
        return found

    def _children(self, parent: Dictionary) -> Iterator[Dictionary]:
        item: Any = parent.get("/First")
        while isinstance(item, Dictionary) and item.objgen not in self.seen and len(self.seen) < MOST:
            self.seen.add(item.objgen)
            yield item
            item = item.get("/Next")
