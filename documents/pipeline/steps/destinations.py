"""Where links and bookmarks lead, in a file whose pages went into another one."""

from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary, Name, NameTree, Object, PdfError, String

from documents.pipeline.steps.donor import Donor


class Destinations:
    """Of one donor, spelled for the new file."""

    def __init__(self, donor: Donor) -> None:
        self.donor = donor
        self._named: dict[str, Any] | None = None

    def of(self, thing: Dictionary) -> Array | None:
        """Where a link or a bookmark leads; None when it leads to no page that went along."""
        place = thing.get("/Dest")
        action = thing.get("/A")
        if place is None and isinstance(action, Dictionary) and action.get("/S") == "/GoTo":
            place = action.get("/D")
        return self._new(self._explicit(place))

    def _explicit(self, place: Any) -> Any:
        if isinstance(place, Name | String):
            place = self._names().get(str(place).removeprefix("/") if isinstance(place, Name) else str(place))
        return place.get("/D") if isinstance(place, Dictionary) else place

    def _new(self, place: Any) -> Array | None:
        if not isinstance(place, Array) or len(place) == 0:
            return None
        page, *view = place
        number = self.donor.numbers.get(page.objgen) if isinstance(page, Object) else page
        target = self.donor.places.get(number) if isinstance(number, int) else None
        if target is None:
            return None
        # numbers and names only: anything else is not a view, and might lead elsewhere
        plain = [Name(str(part)) if isinstance(part, Name) else part for part in view if _is_plain(part)]
        return Array([target, *plain])

    def _names(self) -> dict[str, Any]:
        if self._named is None:
            root = self.donor.pdf.Root
            old = root.get("/Dests")
            found = {name[1:]: place for name, place in old.items()} if isinstance(old, Dictionary) else {}
            tree = root.get("/Names")
            tree = tree.get("/Dests") if isinstance(tree, Dictionary) else None
            if isinstance(tree, Dictionary):
                found |= _leaves(tree)
            self._named = found
        return self._named


def _is_plain(part: Any) -> bool:
    return part is None or isinstance(part, int | Decimal | Name)


def _leaves(tree: Dictionary) -> dict[str, Any]:
    try:
        return {str(name): place for name, place in NameTree(tree).items()}
    except (PdfError, ValueError, RuntimeError):
        return {}  # a damaged tree: its links lead nowhere already
