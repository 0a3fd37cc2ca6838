"""Form fields of pages that go into another file: a form of just the fields that have a place on those pages."""

from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from documents.pipeline.steps.donor import Donor

PASSED_ON = ("/FT", "/Ff", "/V", "/DV", "/DA", "/Q", "/MaxLen", "/Opt", "/TU", "/TI", "/I")
DEEP = 50


class Fields:
    """Of one new file. Places of one field on several pages stay one field."""

    def __init__(self, made: Pdf) -> None:
        self.made = made
        self._fields: dict[tuple[int, int, int], Object] = {}
        self._names: set[str] = set()

    def add(self, donor: Donor, found: Object, copy: Object) -> None:
        """Give the copy of a field's place its field."""
        chain = _chain(found)
        named = next((node for node in chain if "/T" in node), chain[-1])
        key = (id(donor), *named.objgen) if named.is_indirect else (id(copy), 0, 0)
        if key not in self._fields:
            self._fields[key] = self._field(donor, chain)
        field = self._fields[key]
        copy.Parent = field
        field.Kids.append(copy)

    def close(self, donors: list[Donor]) -> None:
        """Write the form. Scripts, signatures and XFA, which knows every page, stay behind."""
        if not self._fields:
            return
        form = Dictionary(Fields=Array(list(self._fields.values())))
        for donor in donors:
            old = donor.pdf.Root.get("/AcroForm")
            if donor.used and isinstance(old, Dictionary):
                self._inherit(form, donor, old)
        self.made.Root.AcroForm = self.made.make_indirect(form)

    def _inherit(self, form: Dictionary, donor: Donor, old: Dictionary) -> None:
        appearances: Any = old.get("/NeedAppearances")
        if appearances is True:
            form.NeedAppearances = True
        resources = old.get("/DR")
        fonts = resources.get("/Font") if isinstance(resources, Dictionary) else None
        if isinstance(fonts, Dictionary) and "/DR" not in form:
            form.DR = self.made.copy_foreign(donor.pdf.make_indirect(Dictionary(Font=fonts)))

    def _field(self, donor: Donor, chain: list[Any]) -> Object:
        facts: dict[str, Any] = {}
        for node in reversed(chain):
            facts |= {key: node[key] for key in PASSED_ON if key in node}
        form = donor.pdf.Root.get("/AcroForm")
        if "/DA" not in facts and isinstance(form, Dictionary) and "/DA" in form:
            facts["/DA"] = form.DA
        if facts.get("/FT") == Name.Sig:
            facts.pop("/V", None)
        copy = self.made.copy_foreign(donor.pdf.make_indirect(Dictionary(facts)))
        copy.T = String(self._name(chain))
        copy.Kids = Array()
        return copy

    def _name(self, chain: list[Any]) -> str:
        """The field's whole name, in one piece, once."""
        parts = [str(node.T) for node in reversed(chain) if isinstance(node.get("/T"), String)]
        name = "_".join(part.replace(".", "_") for part in parts) or "field"
        free = name
        while free in self._names:
            free = f"{name}_{len(self._names)}"
        self._names.add(free)
        return free


def _chain(found: Object) -> list[Any]:
    """The place, its field, and the fields above it."""
    chain: list[Any] = [found]
    while len(chain) < DEEP and isinstance(chain[-1].get("/Parent"), Dictionary):
        chain.append(chain[-1].Parent)
    return chain
