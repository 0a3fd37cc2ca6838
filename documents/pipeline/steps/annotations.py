"""What lies on pages that go into another file: links, comments and form fields, each without its ties to the rest."""

from typing import Any

from pikepdf import Dictionary, Name, Object, Pdf

from documents.pipeline.steps.destinations import Destinations
from documents.pipeline.steps.donor import Donor, items
from documents.pipeline.steps.fields import Fields

KEPT = (
    "Type Subtype Rect Contents NM M F AP AS Border C OC BS BE RD H MK QuadPoints L LE LL LLE IC Vertices InkList CL "
    "DA DS Q RC T CA CreationDate Subj Name IT Sy FS IsMap"
)
KEYS = tuple(f"/{key}" for key in KEPT.split())
"""Nothing here leads to another page, another annotation, a script or the structure of the file."""


class Annotations:
    """Of one new file."""

    def __init__(self, made: Pdf) -> None:
        self.made = made
        self.fields = Fields(made)
        self._destinations: dict[int, Destinations] = {}

    def of(self, donor: Donor, number: int, page: Object) -> list[Object]:
        """Copies for one new page of what lies on page `number` of the donor."""
        copies = []
        for found in items(donor.pages[number].get("/Annots")):
            copy = self._copy(donor, found)
            if copy is not None:
                copy.P = page
                copies.append(copy)
        return copies

    def close(self, donors: list[Donor]) -> None:
        """All pages are done: write the form that their fields belong to."""
        self.fields.close(donors)

    def _copy(self, donor: Donor, found: Object) -> Object | None:
        kind = found.get("/Subtype")
        if kind == "/Popup":
            return None  # viewers make a new one for a comment
        more: dict[str, Any] = {}
        if kind == "/Link":
            more = self._leads(donor, found)
            if not more:
                return None
        keys = [key for key in KEYS if key in found and not (kind == "/Widget" and key == "/T")]
        kept = {key: found[key] for key in keys}
        if donor.pruner:
            donor.pruner.appearance(kept.get("/AP"))
            donor.pruner.layer(kept.get("/OC"))
        plain = self.made.copy_foreign(donor.pdf.make_indirect(Dictionary(kept)))
        copy = self.made.make_indirect(Dictionary({key: value for key, value in plain.items()} | more))
        if kind == "/Widget":
            self.fields.add(donor, found, copy)
        return copy

    def _leads(self, donor: Donor, link: Object) -> dict[str, Any]:
        """An address, or a page of the new file."""
        action = link.get("/A")
        if isinstance(action, Dictionary) and action.get("/S") == "/URI" and "/URI" in action:
            return {"/A": Dictionary(S=Name.URI, URI=bytes(action.URI))}
        destinations = self._destinations.setdefault(id(donor), Destinations(donor))
        place = destinations.of(link)  # type: ignore[arg-type]  # a dictionary, see items()
        return {} if place is None else {"/Dest": place}
