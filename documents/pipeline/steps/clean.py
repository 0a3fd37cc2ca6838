"""Copies single pages of a PDF into a new one: what the page shows, and nothing else that the old file holds."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from documents.pipeline.steps.layers import Layers

SHOWN = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group")
INHERITED = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")
NAMED = {
    "Do": "/XObject",
    "Tf": "/Font",
    "gs": "/ExtGState",
    "scn": "/Pattern",
    "SCN": "/Pattern",
}
"""Operators that speak of a resource by its name, and of which kind it is."""
HARMLESS = ("/ColorSpace", "/Shading", "/ProcSet")  # kinds of resources without text or pictures
UNSHOWN = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents", "/OC", "/OPI", "/Alternates"),
    *("/AF", "/Measure", "/PtData", "/AA", "/Thumb", "/Properties", "/Ref", "/ActualText", "/EmbeddedFiles"),
    "/JavaScript",
)
"""What objects of a page may hold that nobody sees."""
DEPTH = 20  # of forms in forms


class Uncopyable(Exception):
    """The page is not of a kind that can be taken apart."""


class Cleaner:
    """Copies pages of one PDF into one new PDF. The old one is a scratch file: it is changed on the way."""

    def __init__(self, old: Pdf, new: Pdf) -> None:
        self.old = old
        self.new = new
        self.links = [list(_links(page.obj)) for page in old.pages]
        self.layers = Layers(old)
        self.done: set[tuple[int, int]] = set()
        if any("/Annots" in page.obj for page in old.pages):
            if "/AcroForm" in old.Root:
                old.generate_appearance_streams()
            old.flatten_annotations("screen")

    def copy(self, number: int) -> Object | None:
        """The page in the new PDF; None where it cannot be copied cleanly."""
        page = self.old.pages[number].obj
        try:
            shown = Dictionary({key: value for key in SHOWN if (value := _inherited(page, key)) is not None})
            resources = _inherited(page, "/Resources")
            own = Dictionary(dict(resources)) if isinstance(resources, Dictionary) else Dictionary()
            content = self._content(self.old.pages[number], own, DEPTH) if "/Contents" in page else b""
            shown.Contents = page.Contents if content is None else self.old.make_stream(content)
            shown.Resources = own
            shown.Annots = Array(self.old.make_indirect(link) for link in self.links[number])
            copied: Object = self.new.copy_foreign(self.old.make_indirect(shown))
        except (pikepdf.PdfError, Uncopyable, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return None
        copied.Type = Name.Page
        if not self.links[number]:
            del copied.Annots
        return copied

    def finish(self) -> None:
        """Take away what hangs on fonts, images and forms beyond their looks."""
        for thing in self.new.objects:
            _strip(thing, DEPTH)

    def _content(self, owner: Page | Stream, resources: Dictionary, depth: int) -> bytes | None:
        """The content without what layers hide, None where they hide nothing; `resources` keep what it uses, cleaned in
        the same way."""
        if depth == 0:
            raise Uncopyable
        operators = "" if self.layers.hidden else " ".join(NAMED)  # reading all of them takes twice the time
        instructions: list[Any] = list(pikepdf.parse_content_stream(owner, operators))
        if self.layers.hidden:
            instructions = list(self.layers.visible(instructions, resources))
        used: dict[str, set[str]] = {kind: set() for kind in NAMED.values()}
        for kind, name in _names(instructions):
            used[kind].add(name)
        for kind in list(resources.keys()):
            if kind in used:
                kept = {name: self._own(thing) for name, thing in resources[kind].items() if name in used[kind]}
                resources[kind] = Dictionary(kept)
                for thing in kept.values():
                    self._clean(thing, resources, depth - 1)
            elif kind not in HARMLESS:
                del resources[kind]
        return pikepdf.unparse_content_stream(instructions) if self.layers.hidden else None

    def _own(self, thing: Object) -> Object:
        """An object of its own, by which it can be found again in the new file."""
        return thing if thing.is_indirect or not isinstance(thing, Dictionary) else self.old.make_indirect(thing)

    def _clean(self, thing: Object, resources: Dictionary, depth: int) -> None:
        """Forms, patterns, fonts made of drawings, and masks have contents of their own."""
        if depth == 0:
            raise Uncopyable
        if not isinstance(thing, Dictionary | Stream) or thing.objgen in self.done:
            return
        if thing.is_indirect:
            self.done.add(thing.objgen)
        if isinstance(thing, Stream):
            if thing.get("/Subtype") == Name.Form or "/PatternType" in thing:
                self._clean_form(thing, resources, depth)
        elif thing.get("/Subtype") == Name.Type3:
            self._clean_font(thing, depth)
        elif isinstance(thing.get("/SMask"), Dictionary) and isinstance(thing.SMask.get("/G"), Stream):
            self._clean(thing.SMask.G, resources, depth)

    def _clean_form(self, form: Stream, resources: Dictionary, depth: int) -> None:
        # A form without resources of its own uses those of whoever draws it, an old habit.
        found: Any = form.get("/Resources")
        own = Dictionary(dict(found if isinstance(found, Dictionary) else resources))
        content = self._content(form, own, depth)
        if content is not None:
            form.write(content)
        form.Resources = own

    def _clean_font(self, font: Object, depth: int) -> None:
        """What the drawings of its letters draw themselves."""
        resources = font.get("/Resources")
        if isinstance(resources, Dictionary):
            for kind in ("/XObject", "/Pattern"):
                for thing in dict(resources.get(kind, Dictionary())).values():
                    self._clean(thing, resources, depth)


def _names(instructions: list[Any]) -> Iterator[tuple[str, str]]:
    for instruction in instructions:
        kind = NAMED.get(str(instruction.operator))
        if kind is not None:
            for operand in instruction.operands:
                if isinstance(operand, Name):
                    yield kind, str(operand)


def _inherited(page: Object, key: str) -> Any:
    node: Any = page
    steps = 0
    while isinstance(node, Dictionary) and steps < 100:  # some pages are their own grandparents
        if key in node and (key in INHERITED or steps == 0):
            return node[key]
        node, steps = node.get("/Parent"), steps + 1
    return None


def _links(page: Object) -> Iterator[Dictionary]:
    """The links to places outside of the document, made anew; those inside may speak of pages that are gone."""
    annotations = page.get("/Annots")
    for link in annotations if isinstance(annotations, Array) else []:
        action = link.get("/A") if isinstance(link, Dictionary) and link.get("/Subtype") == Name.Link else None
        if isinstance(action, Dictionary) and action.get("/S") == Name.URI and "/URI" in action and "/Rect" in link:
            address = Dictionary(S=Name.URI, URI=action.URI)
            yield Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=link.Rect, Border=Array([0, 0, 0]), A=address)


def _strip(thing: Any, depth: int) -> None:
    if depth == 0:
        return
    if isinstance(thing, Dictionary | Stream):
        for key in UNSHOWN:
            if key in thing:
                del thing[key]
        for key in list(thing.keys()):
            _strip_inside(thing[key], depth)
    elif isinstance(thing, Array):
        for value in thing:
            _strip_inside(value, depth)


def _strip_inside(value: Any, depth: int) -> None:
    # What is an object of its own has its own turn.
    if isinstance(value, Object) and not value.is_indirect:
        _strip(value, depth - 1)
