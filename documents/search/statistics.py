"""How common a lexeme is, from the statistics that PostgreSQL keeps about the index anyway (ANALYZE)."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

FRESH_SECONDS = 120
UNKNOWN = 0.0005
"""What a lexeme is taken for that is too rare to stand in the statistics, or while there are none."""
COUNTED = 2_000
SQL = """
SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats
WHERE schemaname = current_schema() AND tablename = 'documents_searchdoc' AND attname = 'terms'
"""


@dataclass
class _Known:
    """A copy of the statistics, read again when it is old. Slightly wrong numbers only shift ranks."""

    frequencies: dict[str, float] = field(default_factory=dict)
    until: float = 0.0


_known: dict[str, _Known] = {}


def frequencies() -> dict[str, float]:
    """The share of documents that hold each of the most common lexemes."""
    database = str(connection.settings_dict["NAME"])
    known = _known.setdefault(database, _Known())
    if known.until < time.monotonic():
        with connection.cursor() as cursor:
            cursor.execute(SQL)
            row = cursor.fetchone()
        known.frequencies = dict(zip(row[0], row[1], strict=False)) if row and row[0] and row[1] else {}
        known.until = time.monotonic() + FRESH_SECONDS
    return known.frequencies


def shares(queries: Sequence[str], total: int) -> list[float]:
    """The share of documents that answer each tsquery, roughly: beyond COUNTED documents nobody counts on."""
    if not queries:
        return []
    counts = ", ".join(
        ["(SELECT count(*) FROM (SELECT FROM documents_searchdoc WHERE terms @@ %s::tsquery LIMIT %s) x)"]
        * len(queries)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", [value for query in queries for value in (query, COUNTED)])
        return [count / max(total, 1) for count in cursor.fetchone()]


def idf(share: float) -> float:
    """What a word is worth that stands in this share of the documents."""
    return math.log(1 + (1 - min(share, 0.999)) / max(share, UNKNOWN))
