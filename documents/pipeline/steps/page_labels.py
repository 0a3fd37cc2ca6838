"""What pages are called ("iv", "A-3") in a document whose pages were put in another order: as they were before."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pikepdf import Dictionary, Name, NumberTree, Object, Pdf, PdfError, String

from documents.pipeline.steps.donor import Donor

STYLES = ("/D", "/R", "/r", "/A", "/a")
HIGHEST = 1_000_000_000


class Label(NamedTuple):
    """Of one page, or of the first one of a run."""

    style: str
    prefix: str
    number: int

    def later(self, pages: int) -> "Label":
        """That of a page further on in the run. Where there is a prefix only, all have the same."""
        return self._replace(number=self.number + pages) if self.style else self

    @property
    def row(self) -> Dictionary:
        """As a PDF spells it."""
        parts: dict[str, Any] = {"/P": String(self.prefix)} if self.prefix else {}
        return Dictionary(parts | ({"/S": Name(self.style), "/St": self.number} if self.style else {}))


def carry(made: Pdf, donors: list[Donor], plan: Iterable[tuple[int, int, int]]) -> None:
    """Pages of a file that calls them nothing are numbered as they lie; nothing is written where no file does."""
    runs = [_runs(donor.pdf.Root.get("/PageLabels")) for donor in donors]
    if not any(runs):
        return
    labels = [_of(runs[source], number) or Label("/D", "", place + 1) for place, (source, number, _) in enumerate(plan)]
    tree = NumberTree.new(made)
    for place, label in _firsts(labels):
        tree[place] = label.row
    made.Root.PageLabels = tree.obj


def _runs(root: Any) -> dict[int, Label]:
    """The first page of each run and what it is called, in their order; none of a damaged list."""
    try:
        return {place: _label(row) for place, row in NumberTree(root).items()} if isinstance(root, Dictionary) else {}
    except (PdfError, ValueError, RuntimeError):
        return {}


def _label(row: Object) -> Label:
    facts: Any = row if isinstance(row, Dictionary) else Dictionary()
    style, prefix, number = str(facts.get("/S", "")), facts.get("/P"), facts.get("/St")
    is_number = isinstance(number, int) and 1 <= number <= HIGHEST
    return Label(
        style if style in STYLES else "", str(prefix) if isinstance(prefix, String) else "", number if is_number else 1
    )


def _of(runs: dict[int, Label], number: int) -> Label | None:
    """What this page is called."""
    firsts = list(runs)
    place = bisect_right(firsts, number) - 1
    return runs[firsts[place]].later(number - firsts[place]) if place >= 0 else None


def _firsts(labels: list[Label]) -> Iterator[tuple[int, Label]]:
    """Each page that does not simply go on where the one before it ends."""
    for place, label in enumerate(labels):
        if place == 0 or label != labels[place - 1].later(1):
            yield place, label
