"""Benchmark of lists at 100,000 documents, a million notes and 10,000 projects: beside the bare SQL of the same rows
with an empty view, and beside the same list at 1,000 documents."""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from docplatform.management.bench import multitude
from docplatform.management.bench.multitude import Multitude
from docplatform.management.bench.report import Line
from organizations.models import User

SMALL, LARGE = 1_000, 100_000
ROUNDS = 20
BATCHES = 5  # the quietest of them counts: whatever else the machine does only adds
OVER_SQL, OVER_SMALL = 5, 1.3
PAGE = 25

ENDPOINTS = (
    "documents",
    "documents/d/notes",
    "documents/d/sections",
    "documents/d/entities",
    "documents/d/dates",
    "documents/d/events",
    "documents/search/saved",
    "entities",
    "projects",
    "projects/p/documents",
    "projects/p/users",
    "users",
    "users/me/sessions",
    "organizations",
    "notifications",
    "keys",
    "events",
    "bulk",
    "mail",
    "trash",
)

Figures = dict[str, tuple[float, float]]


class Empty(APIView):
    """The floor of every view: middleware, sign-in, and an empty list."""

    def get(self, request: Request) -> Response:
        """An empty list."""
        return Response([])


urlpatterns = [path("empty/", Empty.as_view()), path("", include("docplatform.urls"))]


@override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], RATE_PER_SECOND=0)
def lists(
    user: User, *, small: int = SMALL, large: int = LARGE, rounds: int = ROUNDS, batches: int = BATCHES
) -> list[Line]:
    """95th percentiles of a page of 25, in milliseconds."""
    crowd = multitude.populate(user, small)
    before = _measure(crowd, rounds, batches)
    crowd.grow(large)
    after = _measure(crowd, rounds, batches)
    over_sql = [Line(name, ours, floor, "ms", OVER_SQL) for name, (ours, floor) in after.items()]
    return over_sql + [
        Line(f"{name}: {large:,} over {small:,}", ours, before[name][0], "ms", OVER_SMALL)
        for name, (ours, _) in after.items()
    ]


def _measure(crowd: Multitude, rounds: int, batches: int) -> Figures:
    """Ours and the floor of each list."""
    client = Client()
    client.force_login(crowd.user)
    urls = _urls(client, crowd)
    work: dict[str, Callable[[], object]] = {"": partial(_get, client, "/empty/")}
    for name, url in urls.items():
        work[name] = partial(_get, client, url)
        work[f"{name} in SQL"] = partial(_run, _page_sql(client, url))
    best = {name: math.inf for name in work}
    for _ in range(batches):
        for name, one in work.items():
            best[name] = min(best[name], _p95(one, rounds))
    return {name: (best[name], best[f"{name} in SQL"] + best[""]) for name in urls}


def _urls(client: Client, crowd: Multitude) -> dict[str, str]:
    ids = {"d": crowd.document.pk, "p": crowd.project.pk}
    urls = {name: "/".join(["/api", *(str(ids.get(part, part)) for part in name.split("/")), ""]) for name in ENDPOINTS}
    tenth = f"per_page={crowd.size // 10}"
    deep = _get(client, f"{urls['documents']}?{tenth}")["next"].replace(tenth, "")
    return urls | {"documents, deep page": deep}


def _page_sql(client: Client, url: str) -> list[str]:
    """The statement that reads the page and, where the contract has a count, the one that counts."""
    with CaptureQueriesContext(connection) as queries:
        answer = _get(client, url)
    if len(answer["results"]) != PAGE:
        raise RuntimeError(f"{url} answered {len(answer['results'])} rows, not {PAGE}.")
    statements = [str(query["sql"]) for query in queries]
    return [sql for sql in statements if sql.endswith(f"LIMIT {PAGE + 1}") or sql.startswith("SELECT COUNT(*)")]


def _get(client: Client, url: str) -> Any:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}.")
    return answer.json()


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
            cursor.fetchall()


def _p95(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds."""
    work()
    times = sorted(_seconds(work) for _ in range(rounds))
    return times[math.ceil(len(times) * 0.95) - 1] * 1000


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
