"""Benchmark of search: a user who sees 60 % of half a million pages, beside the bare SQL and a tenth of the pages."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from docplatform.management.bench.corpus import PLANTED
from docplatform.management.bench.filling import Library, run
from docplatform.management.bench.report import Line
from documents.models import Document
from documents.search import compiler, conditions, counts, query, split, text, within
from documents.search.conditions import Match, Params
from documents.search.pages import Window
from documents.search.params import Wanted

PAGE = 25
ROUNDS, SECONDS = 15, 3.0
"""Each figure is taken so often, unless it takes longer."""
DEEP = 8
FACETS = ("access", "user", "organization", "project", "tag", "language", "created_at:year")
COUNT = "SELECT count(*) FROM documents_searchdoc s WHERE {where}"
BEST = """SELECT s.document_id FROM documents_searchdoc s WHERE {where}
ORDER BY ts_rank(s.terms, %s::tsquery) DESC, s.created_at DESC LIMIT 25"""
ON_PAGES = """SELECT count(*) FROM documents_versionpage vp JOIN documents_pagetext pt USING (page_id)
WHERE vp.version_id = %s AND {where}"""

_WORD = {name: planted.words for name, planted in PLANTED.items()}
_FIVE, _COMMON = _WORD["5 %"], _WORD["30 %"]
QUERIES: dict[str, Wanted] = {
    "rare": Wanted(_WORD["rare"]),
    "1 %": Wanted(_WORD["1 %"]),
    "5 %": Wanted(_FIVE),
    "30 %": Wanted(_COMMON),
    "30 % OR 28 %": Wanted(f"{_COMMON} {_WORD['30 % too']}"),
    "30 % AND 5 %": Wanted(f"{_COMMON} AND {_FIVE}"),
    "5 % NOT 30 %": Wanted(f"{_FIVE} NOT {_COMMON}"),
    "phrase": Wanted(f'"{_WORD["phrase"]}"'),
    "phrase of common words": Wanted(f'"{_WORD["common phrase"]}"'),
    "common words near each other": Wanted(f'"{_WORD["common phrase"]}"~5'),
    "prefix": Wanted(f"{_FIVE[:5]}*"),
    "wildcard": Wanted(f"{_FIVE[:3]}?{_FIVE[4:7]}*"),
    "wildcard at the front": Wanted(f"*{_FIVE[2:]}"),
    "fuzzy": Wanted(f"{_FIVE[:4]}x{_FIVE[5:]}~1"),
    "range AND 5 %": Wanted(f"{_FIVE} AND pages:[2 TO 20] AND created_at:[2015 TO *]"),
    "tag and 30 %": Wanted(f"{_COMMON} data_color:red"),
    "30 % by date": Wanted(_COMMON, sort="created_at"),
    "everything by date": Wanted("", sort="created_at"),
}
EXPLAINED = (
    "rare",
    "30 %",
    "30 % AND 5 %",
    "5 % NOT 30 %",
    "phrase",
    "prefix",
    "fuzzy",
    "range AND 5 %",
    "tag and 30 %",
    "30 % by date",
)


@dataclass(frozen=True)
class Figure:
    """Milliseconds, and how often they were taken."""

    p50: float
    p95: float


@dataclass
class Measures:
    """The figures at one size, by name: ours and the floor."""

    ours: dict[str, Figure]
    floors: dict[str, Figure]
    hits: dict[str, int]

    def lines(self, size: str) -> Iterator[Line]:
        """A line for the median and one for the 95th percentile of each."""
        for name, ours in self.ours.items():
            hits = f" ({self.hits[name]:,})" if name in self.hits else ""
            yield Line(f"{size} {name}{hits}", ours.p50, self.floors[name].p50, "ms", float("inf"))
            yield Line(f"{size} {name}, p95", ours.p95, self.floors[name].p95, "ms", float("inf"))


def measure(library: Library) -> Measures:
    """Every query beside the bare count of what it finds, and what goes on from hits."""
    found = Measures({}, {}, {})
    for name, wanted in QUERIES.items():
        found.hits[name] = _search(library, wanted).hits.count
        found.ours[name] = take(partial(_search, library, wanted))
        sql, params = _bare(library, wanted)
        found.floors[name] = take(partial(limited, sql, params))
    _rank(library, found)
    _onwards(library, found)
    _within(library, found)
    _answer(library, found)
    return found


def bars(small: Measures, large: Measures) -> Iterator[Line]:
    """What must hold."""
    common, rare = large.ours["30 % ranked in SQL"].p50, large.ours["rare"].p50
    yield Line("ranked 30 % term over plain ts_rank", common, large.floors["30 % by ts_rank"].p50, "ms", 0.25)
    yield Line("ranked 30 % term over the bare count", common, large.floors["30 %"].p50, "ms", 2)
    yield Line("whole answer of a rare term", large.ours["HTTP rare"].p50, large.floors["HTTP rare"].p50, "ms", 5)
    for name in ("30 %", "30 % AND 5 %", "phrase of common words", "5 %"):
        yield Line(f"{name}: large over small", large.ours[name].p50, small.ours[name].p50, "ms", 10)
    yield Line("rare: large over small", rare, small.ours["rare"].p50, "ms", 2)


def _rank(library: Library, found: Measures) -> None:
    """The two stages alone, beside the textbook: the rank of every hit from its whole vector."""
    wanted = QUERIES["30 %"]
    where, params = _where(library, wanted)
    terms = " | ".join(_common_terms(library))
    stages = [sql for sql in _statements(lambda: _search(library, wanted)) if "documents_searchdoc s WHERE" in sql]
    found.ours["30 % ranked in SQL"] = take(lambda: _replay(stages))
    found.floors["30 % ranked in SQL"] = found.floors["30 %"]
    found.ours["30 % by ts_rank"] = found.ours["30 % ranked in SQL"]
    found.floors["30 % by ts_rank"] = take(lambda: limited(BEST.format(where=where), (*params, terms)))


def _common_terms(library: Library) -> list[str]:
    """The lexemes of the common word as a tsquery says them."""
    leaves = _search(library, QUERIES["30 %"]).leaves
    return [f"'{lexeme}'" for leaf in leaves for spot in leaf.spots for lexeme in spot.lexemes]


def _onwards(library: Library, found: Measures) -> None:
    """What follows 800 hits (if there are so many), snippets of 25 hits, and facets."""
    wanted = QUERIES["5 %"]
    deep = Window(100)
    for _ in range(DEEP):
        if following := query.search(library.user, wanted, deep).hits.following:
            deep = replace(deep, place=following)
    deep = replace(deep, size=PAGE)
    found.ours["5 %, deep page"] = take(lambda: query.search(library.user, wanted, deep))
    hits = _search(library, wanted)
    documents = list(Document.objects.filter(pk__in=hits.hits.ids))
    found.ours["snippets of 25 hits"] = take(lambda: within.hits(documents, hits.leaves))
    asked = counts.read(FACETS, "")
    found.ours["5 % with seven facets"] = take(lambda: query.search(library.user, wanted, Window(PAGE), asked))
    for name in ("5 %, deep page", "snippets of 25 hits", "5 % with seven facets"):
        found.floors[name] = found.floors["5 %"]


def _within(library: Library, found: Measures) -> None:
    """The pages of the long document that hold a word, beside the SQL that finds them."""
    document = Document.objects.order_by("-page_count", "pk")[0]
    leaves = _search(library, QUERIES["5 %"]).leaves
    where, params = conditions.whole(text.on_pages(leaves))
    sql = ON_PAGES.format(where=where)
    name = f"within {document.page_count:,} pages"
    found.ours[name] = take(lambda: within.snippets(library.user, document, _FIVE))
    found.floors[name] = take(lambda: run(sql, (document.version_id, *params)))


@override_settings(ROOT_URLCONF="docplatform.management.bench.lists", ALLOWED_HOSTS=["testserver"], RATE_PER_SECOND=0)
def _answer(library: Library, found: Measures) -> None:
    """The whole answer of a rare word, beside its own statements and an empty view."""
    client = Client()
    client.force_login(library.user)
    url = f"/api/documents/search/?q={_WORD['rare']}"
    _get(client, url)
    known = set(_statements(lambda: _get(client, "/empty/")))
    reads = [sql for sql in _statements(lambda: _get(client, url)) if sql not in known]

    def floor() -> None:
        _replay(reads)
        _get(client, "/empty/")

    found.ours["HTTP rare"], found.floors["HTTP rare"] = take(lambda: _get(client, url)), take(floor)


def _statements(work: Callable[[], object]) -> list[str]:
    """What it reads from the database."""
    with CaptureQueriesContext(connection) as captured:
        work()
    statements = [str(entry["sql"]) for entry in captured]
    return [sql for sql in statements if sql.lstrip().startswith(("SELECT", "WITH"))]


def _replay(statements: list[str]) -> None:
    with query.limited():
        for sql in statements:
            run(sql)


def explain(library: Library) -> Iterator[str]:
    """The statements of ten queries and what PostgreSQL makes of them."""
    for name in EXPLAINED:
        statements = _statements(partial(_search, library, QUERIES[name]))
        [sql, *_] = [sql for sql in statements if "documents_searchdoc s WHERE" in sql]
        with query.limited():
            plan = [line for (line,) in run(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}")]
        yield "\n".join([f"-- {name}: {QUERIES[name].q} {QUERIES[name].sort}", sql, *plan, ""])


def take(work: Callable[[], object]) -> Figure:
    """The median and the 95th percentile, after one round that does not count."""
    work()
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    while len(times) < 3 or (len(times) < ROUNDS and time.perf_counter() < until):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return Figure(statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1])


def limited(sql: str, params: Params = ()) -> list[Any]:
    """The rows of a statement, within the limits of a search."""
    with query.limited():
        return run(sql, params)


def _search(library: Library, wanted: Wanted) -> query.Found:
    return query.search(library.user, wanted, Window(PAGE))


def _bare(library: Library, wanted: Wanted) -> tuple[str, Params]:
    where, params = _where(library, wanted)
    return COUNT.format(where=where), params


def _where(library: Library, wanted: Wanted) -> tuple[str, Params]:
    """The condition of a search with the user's permission in it."""
    with query.limited() as (_, codes):
        plan = split.plan(wanted, anonymous=False, now=timezone.now())
        compiled = compiler.compile_query(plan.tree, query.setting(library.user, plan.tree, codes))
        found: list[Match] = [compiled.condition, query.audience(library.user)]
        return conditions.whole(conditions.both(found))


def _get(client: Client, url: str) -> None:
    if client.get(url).status_code != 200:
        raise RuntimeError(f"{url} does not answer.")
