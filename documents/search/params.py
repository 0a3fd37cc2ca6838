"""What a search is asked for: the parameters of a URL, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from documents.search import fields
from documents.search.fields import Field, Kind

RESERVED = frozenset(
    "q sort order hl per_page page cursor version expand format mentions data positions facets fields omit".split()
)
SEPARATORS = {Kind.ID, Kind.NUMBERED, Kind.PROJECT, Kind.FLAG, Kind.CHOICE, Kind.NUMBER, Kind.EXACT}


@dataclass(frozen=True)
class UrlFilter:
    """`name=value` beside q: one of `values` must hold; with `-name`, none may."""

    field: Field
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Wanted:
    """A search: the query, the filters beside it, the order, and whether to show where the words stand."""

    q: str = ""
    filters: tuple[UrlFilter, ...] = ()
    sort: str = ""
    highlight: bool = False

    @property
    def key(self) -> str:
        """What makes two searches the same one, for cursors."""
        return repr((self.q, sorted(map(repr, self.filters)), self.sort))


def read(values: Mapping[str, Sequence[str]]) -> Wanted:
    """The search that a URL asks for. What is no field is ignored; what is a field always narrows."""
    filters = [url_filter for name, given in values.items() if (url_filter := _filter(name, tuple(given)))]
    return Wanted(
        q=_last(values, "q"),
        filters=tuple(filters),
        sort=_last(values, "sort") or _last(values, "order"),
        highlight=_last(values, "hl").lower() == "true",
    )


def _last(values: Mapping[str, Sequence[str]], name: str) -> str:
    given = values.get(name) or [""]
    return given[-1].strip() if name != "q" else given[-1]


def _filter(name: str, values: tuple[str, ...]) -> UrlFilter | None:
    plain = name.removesuffix("[]")
    field = None if plain in RESERVED else fields.find(plain.removeprefix("-"))
    if field is None or field.kind is Kind.CONTROL:
        return None
    return UrlFilter(field, values, plain.startswith("-"))
