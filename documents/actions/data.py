"""Changing a document's custom metadata key by key: what others write to other keys meanwhile stays."""

from collections.abc import Callable, Sequence

from django.db import transaction

from documents.actions.document import hold, update
from documents.models import Document
from organizations.models import User

Values = list[str]
Data = dict[str, Values]


def put(document: Document, key: str, values: Sequence[str], *, actor: User) -> Data:
    """These values and no others; the whole data as it then is."""
    return _change(document, lambda data: data | {key: _once(values)}, actor)


def patch(document: Document, key: str, *, add: Sequence[str], remove: Sequence[str], actor: User) -> Data:
    """Some values more, then some less; a key without values goes. The whole data as it then is."""

    def changed(data: Data) -> Data:
        values = [value for value in _once([*data.get(key, ()), *add]) if value not in set(remove)]
        return data | {key: values} if values else _without(data, key)

    return _change(document, changed, actor)


def delete(document: Document, key: str, *, actor: User) -> None:
    """The key goes, if it is there."""
    _change(document, lambda data: _without(data, key), actor)


@transaction.atomic
def _change(document: Document, change: Callable[[Data], Data], actor: User) -> Data:
    held = hold(document.pk)
    data = change(held.data)
    update({held.pk: {"data": data}}, actor=actor)
    return data


def _once(values: Sequence[str]) -> Values:
    """Every value once, where it first stands."""
    return list(dict.fromkeys(values))


def _without(data: Data, key: str) -> Data:
    return {name: values for name, values in data.items() if name != key}
