"""Leaves behind what a page's resources hold for other pages: many programs share one list among all of them.

A name that no content mentions is not used. What is kept too much is harmless, so any mention counts.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pikepdf import Array, Dictionary, Object, PdfError, Stream

NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*)")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
KINDS = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/Properties")
BAGGAGE = ("/PieceInfo", "/Metadata", "/AF", "/Ref", "/OPI", "/StructParent", "/StructParents", "/LastModified")
DEEP = 20  # levels of an expression about layers
Key = tuple[int, int]


class Pruner:
    """For one PDF, which it changes in memory only. `layers` are the optional-content groups that were met."""

    def __init__(self) -> None:
        self.layers: set[Key] = set()
        self._done: set[Key] = set()
        self._waiting: list[Object] = []

    def page(self, resources: Dictionary, contents: Any) -> Dictionary:
        """The resources that this content uses."""
        pruned = self._used(resources, _streams(contents))
        self._work_off()
        return pruned

    def appearance(self, value: Any) -> None:
        """What an annotation shows: a form for each use, or several for its states."""
        for use in value.values() if isinstance(value, Dictionary) else ():
            for form in use.values() if isinstance(use, Dictionary) else (use,):
                if isinstance(form, Stream):
                    self._visit(form)
        self._work_off()

    def layer(self, membership: Any, depth: int = 0) -> None:
        """Remember the groups that decide whether something shows."""
        if depth > DEEP:
            return
        if isinstance(membership, Array):
            for part in membership:
                self.layer(part, depth + 1)
        elif isinstance(membership, Dictionary):
            if membership.get("/Type") == "/OCG":
                self.layers.add(membership.objgen)
            for key in ("/OCGs", "/VE"):
                if key in membership:
                    self.layer(membership[key], depth + 1)

    def _work_off(self) -> None:
        while self._waiting:
            owner: Any = self._waiting.pop()
            owner.Resources = self._used(owner.Resources, _contents(owner))

    def _visit(self, entry: Object) -> Iterable[Object]:
        """Queue what has resources of its own; hand back the contents that use those of the page."""
        if "/OC" in entry:
            self.layer(entry["/OC"])
        if entry.is_indirect:
            if entry.objgen in self._done:
                return () if "/Resources" in entry else _contents(entry)
            self._done.add(entry.objgen)
        for key in BAGGAGE:
            if key in entry:
                del entry[key]
        if isinstance(entry.get("/Resources"), Dictionary):
            self._waiting.append(entry)
            return ()
        return _contents(entry)

    def _used(self, resources: Dictionary, contents: Iterable[Object]) -> Dictionary:
        waiting, read = list(contents), set[Key]()
        names: set[bytes] | None = set()
        chosen: dict[str, Dictionary] = {kind: Dictionary() for kind in KINDS if kind in resources}
        while waiting:
            stream = waiting.pop()
            if stream.objgen in read:
                continue
            read.add(stream.objgen)
            found = _names(stream)
            names = None if names is None or found is None else names | found
            if not waiting:
                waiting.extend(self._choose(resources, chosen, names))
        kept: dict[str, Any] = {kind: entries for kind, entries in chosen.items() if len(entries)}
        if "/ProcSet" in resources:
            kept["/ProcSet"] = resources["/ProcSet"]
        return Dictionary(kept)

    def _choose(self, resources: Dictionary, chosen: dict[str, Dictionary], names: set[bytes] | None) -> list[Object]:
        """Take the entries that are mentioned; the contents that may mention more."""
        more: list[Object] = []
        for kind, entries in chosen.items():
            offered = resources[kind]
            if not isinstance(offered, Dictionary):
                continue
            for name, entry in offered.items():
                if name not in entries and _is_named(name, kind, names):
                    entries[name] = entry
                    more.extend(self._contents_of(entry, kind))
        return more

    def _contents_of(self, entry: Any, kind: str) -> Iterator[Object]:
        if not isinstance(entry, Dictionary | Stream):
            return
        if kind == "/Properties":
            self.layer(entry)
        elif kind == "/ExtGState":
            mask = entry.get("/SMask")
            group = mask.get("/G") if isinstance(mask, Dictionary) else None
            if isinstance(group, Stream):
                yield from self._visit(group)
        elif kind in ("/XObject", "/Pattern", "/Font"):
            yield from self._visit(entry)


def _is_named(name: str, kind: str, names: set[bytes] | None) -> bool:
    # /DefaultRGB and its like are used without being mentioned.
    if names is None or (kind == "/ColorSpace" and name.startswith("/Default")):
        return True
    return not name.isascii() or name[1:].encode() in names


def _names(stream: Object) -> set[bytes] | None:
    """The names in a content; None where it cannot be read."""
    try:
        content = stream.read_bytes()
    except PdfError:
        return None
    found = set(NAME.findall(content))
    return {ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name) for name in found}


def _streams(contents: Any) -> list[Object]:
    if isinstance(contents, Stream):
        return [contents]
    return [part for part in contents if isinstance(part, Stream)] if isinstance(contents, Array) else []


def _contents(entry: Object) -> list[Object]:
    """The content of a form or a pattern, or of the glyphs of a font that is drawn."""
    glyphs = entry.get("/CharProcs")
    if isinstance(glyphs, Dictionary):
        return [glyph for glyph in glyphs.values() if isinstance(glyph, Stream)]
    if isinstance(entry, Stream) and entry.get("/Subtype") != "/Image":
        return [entry]
    return []
