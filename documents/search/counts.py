"""Facets: how many of a search's hits have which value, counted for all of them in one statement.

The hits are read from the index once; what is counted stands in the documents' own rows, so that no vector is opened.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from docplatform.lib.errors import Refused, Shape
from documents.search import conditions, fields, rights
from documents.search.conditions import Match, Params
from documents.search.values import flag
from organizations.permissions import Person
from projects import permissions as project_permissions
from projects.models import Project

MOST_HITS = 100_000
MOST_FACETS = 16
SIZE = 25
MAX_SIZE = 100

PERSON = "(SELECT coalesce(nullif(u.name, ''), u.username) FROM organizations_user u WHERE u.id = v.value::bigint)"
ORGANIZATION = "(SELECT o.name FROM organizations_organization o WHERE o.id = v.value::bigint)"
PROJECT = "(SELECT p.title FROM projects_project p WHERE p.id = v.value::bigint)"
FLAG = "flag"
"""Stands for what only those may know who may edit a document: it is no column."""
PAGES = """CASE WHEN page_count < 2 THEN page_count::text WHEN page_count < 10 THEN '[2 TO 9]'
WHEN page_count < 100 THEN '[10 TO 99]' WHEN page_count < 1000 THEN '[100 TO 999]' ELSE '[1000 TO *]' END"""
FORMATS = {"year": "YYYY", "month": "YYYY-MM"}


@dataclass(frozen=True)
class Facet:
    """What is counted: `value` is an expression over a document's row that gives the text which a query would say,
    `label` one over such a value `v` that gives what people call it."""

    name: str
    value: str = ""
    label: str = "v.value"
    params: Params = ()


@dataclass(frozen=True)
class Count:
    """So many hits have this value."""

    value: str
    count: int
    label: str


@dataclass(frozen=True)
class Counted:
    """The counts of each facet, most frequent values first. `is_partial`: there are more hits than were counted."""

    facets: dict[str, list[Count]]
    is_partial: bool


@dataclass(frozen=True)
class Asked:
    """The facets of a search, and how many values of each are shown."""

    facets: tuple[Facet, ...]
    size: int = SIZE


def _dates(column: str) -> dict[str, Facet]:
    return {
        f"{column}:{unit}": Facet(f"{column}:{unit}", f"to_char({column} AT TIME ZONE 'UTC', '{pattern}')")
        for unit, pattern in FORMATS.items()
    }


FACETS: dict[str, Facet] = {
    "access": Facet("access", "access"),
    "user": Facet("user", "user_id::text", PERSON),
    "organization": Facet("organization", "organization_id::text", ORGANIZATION),
    "project": Facet("project", "", PROJECT),
    "status": Facet("status", "status"),
    "language": Facet("language", "language"),
    "original_extension": Facet("original_extension", "original_extension"),
    "page_count": Facet("page_count", PAGES),
    **_dates("created_at"),
    **_dates("updated_at"),
    **{name: Facet(name, FLAG) for name in ("has_errors", "page_errors")},
}
DATA_PREFIX = "data_"
KNOWN = (*FACETS, "tag", f"{DATA_PREFIX}<key>")

# `v` are the values of all hits, each with the number of hits that it stands for.
ONE = """(SELECT %s::int, v.value, sum(v.hits)::bigint, {label} FROM ({values}) AS v (value, hits)
GROUP BY v.value ORDER BY 3 DESC, v.value COLLATE "C" LIMIT %s)"""
COLUMN = "SELECT {value}, 1 FROM rows"
# Hits with the same list together: taking lists apart is what costs most.
EACH = """SELECT x.value, g.hits FROM (SELECT {value} AS list, count(*) AS hits FROM rows GROUP BY 1) g
CROSS JOIN LATERAL (SELECT DISTINCT jsonb_array_elements_text(g.list) AS value) x"""
DATA = """CASE jsonb_typeof(data -> %s) WHEN 'array' THEN data -> %s WHEN 'string' THEN jsonb_build_array(data -> %s)
ELSE '[]'::jsonb END"""
PLACES = """SELECT m.project_id::text, 1 FROM hits JOIN projects_projectdocument m ON m.document_id = hits.id
WHERE m.project_id IN ({visible})"""
# OFFSET 0: a scan of the index for those that are marked, instead of a look into the vector of every hit.
FLAGGED = """SELECT %s::text, 1 FROM hits
WHERE id IN (SELECT s.document_id FROM documents_searchdoc s WHERE {condition} OFFSET 0)"""
ALL = """WITH hits AS MATERIALIZED (SELECT s.document_id AS id FROM documents_searchdoc s WHERE {where} LIMIT %s),
rows AS MATERIALIZED (SELECT {columns} FROM documents_document d WHERE d.id IN (SELECT id FROM hits))
SELECT -1, '', count(*), '' FROM hits
UNION ALL {parts}"""


def read(names: Sequence[str], size: str) -> Asked | None:
    """The facets that a URL asks for; None where it asks for none."""
    facets = tuple(_find(name) for name in dict.fromkeys(names))
    if len(facets) > MOST_FACETS:
        raise Refused("facets", f"Ask for at most {MOST_FACETS} facets at once.", shape=Shape.FIELD)
    wanted = int(size) if size.isascii() and size.isdecimal() and len(size) < 10 else 0
    return Asked(facets, min(wanted or SIZE, MAX_SIZE)) if facets else None


def _find(name: str) -> Facet:
    base, colon, unit = name.partition(":")
    found = fields.find(base)
    known = found.name + colon + unit if found else name
    if known in FACETS:
        return Facet(name, FACETS[known].value, FACETS[known].label)
    if colon or not found or not found.name.startswith(DATA_PREFIX):
        raise Refused("facets", f"There is no facet {name!r}. There are {', '.join(KNOWN)}.", shape=Shape.FIELD)
    return Facet(name, DATA, params=(found.name.removeprefix(DATA_PREFIX),) * 3)


def count(user: Person, hits: Match, asked: Asked) -> Counted:
    """The counts for what satisfies `hits`, which already says that the person may see it."""
    where, where_params = conditions.whole(hits)
    parts = [_part(user, number, facet, asked.size) for number, facet in enumerate(asked.facets)]
    sql = ALL.format(where=where, columns=_columns(asked.facets), parts="\nUNION ALL ".join(sql for sql, _ in parts))
    with connection.cursor() as cursor:
        cursor.execute(sql, (*where_params, MOST_HITS + 1, *(param for _, params in parts for param in params)))
        rows = cursor.fetchall()
    return _counted(asked, rows)


def _counted(asked: Asked, rows: Iterable[tuple[int, str, int, str | None]]) -> Counted:
    facets: dict[str, list[Count]] = {facet.name: [] for facet in asked.facets}
    total = 0
    for number, value, many, label in rows:
        if number < 0:
            total = many
        else:
            facets[asked.facets[number].name].append(Count(value, many, label or value))
    for counts in facets.values():
        counts.sort(key=lambda found: (-found.count, found.value))
    return Counted(facets, total > MOST_HITS)


def _part(user: Person, number: int, facet: Facet, size: int) -> tuple[str, Params]:
    """One facet of the statement."""
    params: Params = facet.params
    if facet.label == PROJECT:
        visible = Project.objects.filter(project_permissions.view(user)).values("pk").query.sql_with_params()
        values, params = PLACES.format(visible=visible[0]), tuple(visible[1])
    elif facet.value == FLAG:
        values, params = _flags(user, fields.BY_NAME[facet.name].name)
    elif facet.value == DATA:
        values = EACH.format(value=DATA)
    else:
        values = COLUMN.format(value=facet.value)
    return ONE.format(label=facet.label, values=values), (number, *params, size)


def _flags(user: Person, name: str) -> tuple[str, Params]:
    """Among the documents that the person may edit."""
    editable = rights.editable(user)
    found = [(value, *conditions.whole(flag(name, value, editable))) for value in ("true", "false")]
    sql = " UNION ALL ".join(FLAGGED.format(condition=condition) for _, condition, _ in found)
    return sql, tuple(param for value, _, params in found for param in (value, *params))


def _columns(facets: Iterable[Facet]) -> str:
    """What is read of the documents' rows: no wide column that nobody asked for."""
    words = {word for facet in facets for word in re.findall(r"\w+", facet.value)}
    names = ("access", "status", "language", "user_id", "organization_id", "original_extension", "page_count", "data")
    return ", ".join(["d.id", *(f"d.{name}" for name in (*names, "created_at", "updated_at") if name in words)])
