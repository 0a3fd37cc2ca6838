"""Layers of pages that went into another file: without their list, what is hidden on the pages would show."""

from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf

from documents.pipeline.steps.donor import Donor, items


def carry(made: Pdf, donors: list[Donor]) -> None:
    """The layers that the pages use, shown or hidden as they were."""
    every: list[Object] = []
    hidden: list[Object] = []
    usage: list[Dictionary] = []
    for donor in donors:
        properties = donor.pdf.Root.get("/OCProperties")
        if not donor.used or not isinstance(properties, Dictionary):
            continue
        default: Any = properties.get("/D")
        default = default if isinstance(default, Dictionary) else Dictionary()
        groups = _wanted(donor, items(properties.get("/OCGs")))
        copies = {group.objgen: made.copy_foreign(group) for group in groups}
        every += copies.values()
        hidden += [copies[key] for key in _hidden(default, copies)]
        usage += _usage(default, copies)
    if every:
        state = Dictionary(OFF=Array(hidden), AS=Array(usage), Order=Array(every))
        made.Root.OCProperties = Dictionary(OCGs=Array(every), D=state)


def _wanted(donor: Donor, groups: list[Object]) -> list[Object]:
    listed = [group for group in groups if group.is_indirect]
    return [group for group in listed if donor.pruner is None or group.objgen in donor.pruner.layers]


def _hidden(default: Any, copies: dict[tuple[int, int], Object]) -> list[tuple[int, int]]:
    on, off = ({group.objgen for group in items(default.get(key))} for key in ("/ON", "/OFF"))
    usually_off = default.get("/BaseState") == "/OFF"
    return [key for key in copies if key in off or (usually_off and key not in on)]


def _usage(default: Any, copies: dict[tuple[int, int], Object]) -> list[Dictionary]:
    """When a layer shows by itself, for example in print only."""
    found = []
    for rule in items(default.get("/AS")):
        groups = [copies[group.objgen] for group in items(rule.get("/OCGs")) if group.objgen in copies]
        categories = rule.get("/Category")
        names = [_name(part) for part in categories if isinstance(part, Name)] if isinstance(categories, Array) else []
        if groups and isinstance(rule.get("/Event"), Name):
            found.append(Dictionary(Event=_name(rule.Event), Category=Array(names), OCGs=Array(groups)))
    return found


def _name(name: Any) -> Name:
    """Anew: the old one may be an object of the old file."""
    return Name(str(name))
