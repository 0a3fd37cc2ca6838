"""Benchmark of the document list at 10,000 documents beside the bare SQL and an empty view."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from docplatform.management.bench.report import Line
from documents.choices import Access, Status
from documents.models import Document
from organizations.actions import people
from organizations.models import Organization, User

DOCUMENTS = 10_000
ROUNDS = 40


class Empty(APIView):
    """The floor of every view: middleware, sign-in, and an empty list."""

    def get(self, request: Request) -> Response:
        """An empty list."""
        return Response([])


urlpatterns = [path("empty/", Empty.as_view()), path("", include("docplatform.urls"))]


def populate(*, documents: int = DOCUMENTS) -> tuple[User, Organization]:
    """One person with 10,000 documents, half of them private."""
    user = people.create_user(username="bench", email="bench@example.org")
    organization = Organization.objects.get(uuid=user.uuid)
    Document.objects.bulk_create(
        (
            Document(
                user=user,
                organization=organization,
                title=f"Minutes {number}",
                slug=f"minutes-{number}",
                status=Status.SUCCESS,
                access=Access.PRIVATE if number % 2 else Access.PUBLIC,
                page_count=3,
                page_spec="612.00x792.00:0-2",
                data={"_tag": ["minutes"]},
            )
            for number in range(documents)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return user, organization


@override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], RATE_PER_SECOND=0)
def document_list(user: User, *, documents: int = DOCUMENTS) -> list[Line]:
    """Milliseconds for 25 documents, on the first page and a tenth down, beside the page's SQL plus an empty view."""
    client = Client()
    client.force_login(user)
    empty = _median(lambda: _get(client, "/empty/"))
    tenth = f"per_page={documents // 10}"
    deep = _get(client, f"/api/documents/?{tenth}")["next"].replace(tenth, "")
    name = f"list of 25 of {documents:,}"
    return [
        _line(client, f"{name}, first page", "/api/documents/", empty),
        _line(client, f"{name}, deep page", deep, empty),
    ]


def _line(client: Client, name: str, url: str, empty: float) -> Line:
    ours = _median(lambda: _get(client, url))
    with CaptureQueriesContext(connection) as queries:
        answer = _get(client, url)
    if len(answer["results"]) != 25:
        raise RuntimeError(f"{url} answered {len(answer['results'])} documents, not 25.")
    statements = [query["sql"] for query in queries if '"documents_document"' in query["sql"]]
    bare = _median(lambda: _run(statements[0]))
    return Line(name, ours * 1000, (bare + empty) * 1000, "ms", 5)


def _get(client: Client, url: str) -> Any:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}.")
    return answer.json()


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.fetchall()


def _median(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
