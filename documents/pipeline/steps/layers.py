"""Which layers of a PDF are hidden, and what of a page's content remains without them."""

from collections.abc import Iterable, Iterator
from typing import Any

from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Object, Operator, Pdf, Stream

BEGINS = ("BDC", "BMC")
DEPTH = 20
POLICIES = {"/AllOn": (all, True), "/AnyOff": (any, False), "/AllOff": (all, False)}
"""When a set of layers shows: all or any of them on or off. Otherwise one must be on."""


class Layers:
    """The layers as the document says they are when it is opened."""

    def __init__(self, pdf: Pdf) -> None:
        self.hidden: set[tuple[int, int]] = set()
        properties = pdf.Root.get("/OCProperties")
        if not isinstance(properties, Dictionary):
            return
        settings = properties.get("/D", Dictionary())
        if settings.get("/BaseState") == Name.OFF:
            self.hidden |= set(_ids(properties.get("/OCGs")))
            self.hidden -= set(_ids(settings.get("/ON")))
        self.hidden |= set(_ids(settings.get("/OFF")))

    def visible(self, instructions: Iterable[Any], resources: Object) -> Iterator[Any]:
        """The instructions without those of hidden layers. The state of the page is kept where one only sets it."""
        nested: list[bool] = []
        for instruction in instructions:
            what = str(instruction.operator)
            if what in BEGINS:
                nested.append(self._hides(instruction.operands, resources))
            elif what == "EMC" and nested:
                nested.pop()
            elif what == "Do" and self._is_hidden_form(instruction.operands, resources):
                continue
            elif not any(nested) or what not in PAINTS:
                yield instruction
            elif what in PATHS:
                yield ContentStreamInstruction([], Operator("n"))

    def _hides(self, operands: Any, resources: Object) -> bool:
        if len(operands) < 2 or operands[0] != Name.OC or not isinstance(operands[1], Name):
            return False
        return not self._shows(resources.get("/Properties", Dictionary()).get(str(operands[1])), DEPTH)

    def _is_hidden_form(self, operands: Any, resources: Object) -> bool:
        forms = resources.get("/XObject", Dictionary())
        form = forms.get(str(operands[0])) if len(operands) else None
        return isinstance(form, Stream) and not self._shows(form.get("/OC"), DEPTH)

    def _shows(self, layer: Any, depth: int) -> bool:
        if not isinstance(layer, Dictionary) or depth == 0:
            return True
        if layer.get("/Type") != Name.OCMD:
            return layer.objgen not in self.hidden
        if isinstance(layer.get("/VE"), Array):
            return self._holds(layer.VE, depth - 1)
        members = layer.get("/OCGs", Array())
        states = [self._shows(one, depth - 1) for one in (members if isinstance(members, Array) else [members])]
        quantifier, wanted = POLICIES.get(str(layer.get("/P")), (any, True))
        return not states or quantifier(state is wanted for state in states)

    def _holds(self, condition: Any, depth: int) -> bool:
        """A condition on layers: [/And …], [/Or …] or [/Not …]."""
        if not isinstance(condition, Array):
            return self._shows(condition, depth)
        if depth == 0 or len(condition) < 2:
            return True
        states = [self._holds(one, depth - 1) for one in list(condition)[1:]]
        if condition[0] == Name.Not:
            return not states[0]
        return all(states) if condition[0] == Name.And else any(states)


PATHS = frozenset("S s f F f* B B* b b*".split())
PAINTS = PATHS | frozenset("sh Do Tj TJ ' \"".split()) | {"INLINE IMAGE"}
"""What leaves marks on the page; everything else only sets how."""


def _ids(layers: Any) -> Iterator[tuple[int, int]]:
    for layer in layers if isinstance(layers, Array) else []:
        if isinstance(layer, Dictionary):
            yield layer.objgen
