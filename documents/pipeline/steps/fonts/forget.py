"""Lets fonts that a redacted page shared with others forget what only that page showed.

Many programs embed just the letters that a document uses, in the order of their first use: a name that is gone from all
pages could be read from the font.
"""

from collections.abc import Iterable

from pikepdf import Dictionary, Object, Pdf

from documents.pipeline.steps.fonts import faces, reduce
from documents.pipeline.steps.fonts.cmaps import Unreadable
from documents.pipeline.steps.fonts.faces import Face
from documents.pipeline.steps.fonts.shown import Walk

Pending = dict[str, dict[str, set[int]]]
"""By drawings and by coding: codes that nobody saw in use yet."""


class Gone:
    """What the fonts of pages showed that are going to be pictures."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], Face] = {}
        self.codes: Pending = {}
        self.walk = Walk(self._take)

    def _take(self, font: Object | None, shown: bytes) -> None:
        if font is None or not faces.is_telling(font):
            return
        face = self.known.get(font.objgen) or faces.of(font)
        if font.is_indirect:
            self.known[font.objgen] = face
        codes = self.codes.setdefault(face.program, {}).setdefault(face.coding, set())
        try:
            codes |= face.codes(shown)
        except Unreadable:
            codes.add(faces.UNKNOWN)

    def forget(self, new: Pdf, kept: Iterable[int]) -> set[int]:
        """Clean the fonts of a new file in which those pages are pictures, or missing. The numbers of pages with fonts
        that nobody can clean: they have to be pictures as well."""
        seen = _Seen(new, self.codes)
        if not seen.look(new, kept):
            return set()
        anew = set[int]()
        for number, (program, fonts) in enumerate(seen.fonts.items()):
            if seen.pending.get(program):
                try:
                    reduce.reduce(new, fonts, number)
                except Unreadable:
                    anew.update(*(face.pages for face in fonts))
        return anew


class _Seen:
    """How the pages that are left use these fonts."""

    def __init__(self, new: Pdf, gone: Pending) -> None:
        self.by_id: dict[tuple[int, int], Face] = {}
        self.fonts: dict[str, list[Face]] = {}
        self.page = -1
        for thing in new.objects if gone else ():
            if isinstance(thing, Dictionary) and faces.is_font(thing) and faces.is_telling(thing):
                face = faces.of(thing)
                if face.program in gone:
                    self.by_id[thing.objgen] = face
                    self.fonts.setdefault(face.program, []).append(face)
        self.pending = {program: dict(gone[program]) for program in self.fonts}

    def look(self, new: Pdf, kept: Iterable[int]) -> bool:
        """Is anything left that no page uses? No page is read for nothing: most letters are found on the first."""
        walk = Walk(self._take)
        for number in kept:
            if not self.pending:
                return False
            self.page = number
            walk.page(new.pages[number])
            self._compare()
        return bool(self.pending)

    def _compare(self) -> None:
        for program, codings in list(self.pending.items()):
            for face in self.fonts[program]:
                if face.coding in codings:
                    codings[face.coding] = codings[face.coding] - (face.used - {faces.UNKNOWN})
            if not any(codings.values()):
                del self.pending[program]

    def _take(self, font: Object | None, shown: bytes) -> None:
        """A form that sets no font may be drawn in any."""
        for face in self.by_id.values() if font is None else filter(None, [self.by_id.get(font.objgen)]):
            face.pages.add(self.page)
            try:
                face.used |= face.codes(shown)
            except Unreadable:
                face.used.add(faces.UNKNOWN)
