"""Takes the invisible text off a page, also out of the forms that the page draws: an earlier OCR left it there."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Operator, Page, Pdf, Stream

VISIBLE, INVISIBLE = 0, 3  # how text is shown at first, and how it is not
SHOWS = {"Tj": "", "TJ": "", "'": "T*", '"': "T*"}
"""The operators that show text, and what is left of each without it."""
DEPTH = 5  # of forms in forms
PACKED = ("/Length", "/Filter", "/DecodeParms")  # how a stream was written, which a copy decides anew


def own_resources(page: Page) -> None:
    """Give a page its own lists of fonts and forms: they may be inherited, or shared with other pages."""
    page.obj.Resources = _own(_inherited(page))


def strip(pdf: Pdf, page: Page) -> None:
    """Leave only what is visible. Nothing that other pages share is touched: the page's resources must be its own."""
    page.Contents = pdf.make_stream(_Pen(pdf).visible(page, page.resources, VISIBLE, DEPTH))


def _inherited(page: Page) -> Any:
    node: Any = page.obj
    for _ in range(100):  # some pages are their own grandparents
        if not isinstance(node, Dictionary):
            break
        if isinstance(node.get(Name.Resources), Dictionary):
            return node.Resources
        node = node.get(Name.Parent)
    return Dictionary()


def _own(resources: Any) -> Any:
    mine: Any = Dictionary(resources)
    for kind in (Name.Font, Name.XObject):
        if isinstance(mine.get(kind), Dictionary):
            mine[kind] = Dictionary(mine[kind])
    return mine


class _Pen:
    """Writes contents again. Each form is copied once, however often and from wherever it is drawn."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.copies: dict[tuple[tuple[int, int], int], Stream] = {}
        self.copied: set[tuple[int, int]] = set()

    def visible(self, owner: Page | Stream, resources: Any, mode: int, depth: int) -> bytes:
        """What a page or form draws, without hidden text; `mode` is how text is shown where it begins."""
        return pikepdf.unparse_content_stream(list(self._instructions(owner, resources, mode, depth)))

    def _instructions(self, owner: Page | Stream, resources: Any, mode: int, depth: int) -> Iterator[Any]:
        saved: list[int] = []
        for instruction in pikepdf.parse_content_stream(owner):
            operands, what = instruction.operands, str(instruction.operator)
            if what == "Tr" and operands:
                mode = int(operands[0])
            elif what == "q":
                saved.append(mode)
            elif what == "Q" and saved:
                mode = saved.pop()
            elif what == "Do" and operands and depth:
                self._replace(resources.get(Name.XObject), operands[0], mode, depth)
            if mode != INVISIBLE or what not in SHOWS:
                yield instruction
            elif SHOWS[what]:
                yield [], Operator(SHOWS[what])

    def _replace(self, forms: Any, name: Any, mode: int, depth: int) -> None:
        """Let the name mean a copy of its form without hidden text."""
        form = forms.get(name) if isinstance(forms, Dictionary) and isinstance(name, Name) else None
        if not isinstance(form, Stream) or form.get(Name.Subtype) != Name.Form or form.objgen in self.copied:
            return
        key = (form.objgen, mode)
        if key not in self.copies:
            resources = _own(form.get(Name.Resources, Dictionary()))
            facts = {key: form[key] for key in form.keys() if key not in PACKED}  # noqa: SIM118  # no iteration otherwise
            copy = self.pdf.make_stream(b"", facts | {"/Resources": resources})
            self.copies[key] = copy
            self.copied.add(copy.objgen)
            copy.write(self.visible(form, resources, mode, depth - 1))
        forms[name] = self.copies[key]
