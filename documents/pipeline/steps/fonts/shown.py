"""Walks through all that a page draws, and tells which font shows which codes."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Stream, String

from documents.pipeline.steps.donor import inherited

OPERATORS = "Tf Tj TJ ' \" q Q gs Do scn SCN"
DEPTH = 20  # of forms in forms
Take = Callable[[Object | None, bytes], None]
"""Hears of a font and codes. No font: a form shows text in the font of whoever draws it."""
Broken = (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, IndexError)


class Walk:
    """Over pages of one PDF. Each form, pattern and drawn letter is read once."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.done: set[tuple[int, int]] = set()

    def page(self, page: Page) -> None:
        """What the content of a page shows."""
        if "/Contents" in page.obj:
            self._read(page, inherited(page.obj, "/Resources"), DEPTH)

    def annotations(self, page: Page) -> None:
        """What hangs on the page, in each of its states, whether it is visible or not."""
        found = page.obj.get("/Annots")
        for annotation in found if isinstance(found, Array) else []:
            looks = annotation.get("/AP") if isinstance(annotation, Dictionary) else None
            for state in looks.values() if isinstance(looks, Dictionary) else []:
                for form in state.values() if isinstance(state, Dictionary) else [state]:
                    self._visit(form, None, DEPTH)

    def _visit(self, thing: Any, resources: Any, depth: int) -> None:
        """A content of its own, if it is one."""
        if not isinstance(thing, Stream) or thing.objgen in self.done or depth == 0:
            return
        self.done.add(thing.objgen)
        if thing.get("/Subtype") != Name.Image:
            self._read(thing, thing.get("/Resources", resources), depth - 1)

    def _read(self, owner: Page | Stream, resources: Any, depth: int) -> None:
        font: Object | None = None
        saved: list[Object | None] = []
        # What cannot be read is not shown either.
        with suppress(*Broken):
            for instruction in pikepdf.parse_content_stream(owner, OPERATORS):
                operands, what = instruction.operands, str(instruction.operator)
                if what == "q":
                    saved.append(font)
                elif what == "Q":
                    font = saved.pop() if saved else font
                elif what in ("Tj", "TJ", "'", '"'):
                    self.take(font, _codes(operands[-1]))
                else:
                    with suppress(*Broken):
                        font = self._named(what, operands, resources, depth) or font

    def _named(self, what: str, operands: Any, resources: Any, depth: int) -> Object | None:
        """Follow a name; the font, if it sets one."""
        if what == "Tf":
            return self._font(resources["/Font"][str(operands[0])], resources, depth)
        if what == "Do":
            self._visit(resources["/XObject"][str(operands[0])], resources, depth)
        elif what == "gs":
            state = resources["/ExtGState"][str(operands[0])]
            mask = state.get("/SMask")
            if isinstance(mask, Dictionary):
                self._visit(mask.get("/G"), resources, depth)
            if "/Font" in state:
                return self._font(state.Font[0], resources, depth)
        elif isinstance(operands[-1], Name):
            self._visit(resources["/Pattern"][str(operands[-1])], resources, depth)
        return None

    def _font(self, font: Object, resources: Any, depth: int) -> Object:
        self.take(font, b"")
        if font.get("/Subtype") == Name.Type3:
            for letter in font.CharProcs.values():
                self._visit(letter, font.get("/Resources", resources), depth)
        return font


def _codes(shown: Any) -> bytes:
    if isinstance(shown, String):
        return bytes(shown)
    # Joined with what stands between them: one code never spans two strings.
    return b"".join(bytes(part) for part in shown if isinstance(part, String))
