"""Both paginations, through a small list that everybody may see."""

import base64
from itertools import chain
from typing import Any

import pytest
from django.db.models import QuerySet
from django.urls import path
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient

from docplatform.lib.pagination import VersionedPagination
from organizations.models import Plan, User
from tests.conftest import client_of


class PlanOutput(ModelSerializer[Plan]):
    class Meta:
        model = Plan
        fields = ("name",)


class PlanView(ListAPIView[Plan]):
    permission_classes = (AllowAny,)
    serializer_class = PlanOutput
    page_ordering = "-name"

    def get_queryset(self) -> QuerySet[Plan]:
        return Plan.objects.all()


class NewestFirst(PlanView):
    cursor_ordering = ("-pk",)


urlpatterns = [path("plans/", PlanView.as_view()), path("newest/", NewestFirst.as_view())]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def plans(db: None) -> list[Plan]:
    return Plan.objects.bulk_create([Plan(name=f"{number:03}") for number in range(120)])


def names(body: dict[str, Any]) -> list[str]:
    return [row["name"] for row in body["results"]]


def get(query: str, user: User | None = None, address: str = "/plans/") -> Any:
    client = client_of(user) if user else APIClient()
    return client.get(f"{address}{query}")


def walk(query: str, direction: str, address: str = "/plans/") -> list[list[str]]:
    pages, url = [], f"{address}{query}"
    while url:
        body = APIClient().get(url.removeprefix("http://127.0.0.1:8000")).json()
        pages.append(names(body))
        url = body[direction]
    return pages


def test_a_cursor_walks_through_everything_once(plans: list[Plan]) -> None:
    pages = walk("?per_page=50", "next")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert list(chain(*pages)) == [plan.name for plan in plans]


def test_a_cursor_walks_back(plans: list[Plan]) -> None:
    url = "?per_page=50"
    while url:
        body = get(url).json()
        last, url = body, (body["next"] or "").removeprefix("http://127.0.0.1:8000/plans/")
    assert names(last)[-1] == "119"
    back = APIClient().get(last["previous"].removeprefix("http://127.0.0.1:8000")).json()
    assert names(back) == [plan.name for plan in plans[50:100]]


def test_a_view_may_say_its_order(plans: list[Plan]) -> None:
    pages = walk("?per_page=100", "next", address="/newest/")
    assert list(chain(*pages)) == [plan.name for plan in reversed(plans)]


def test_rows_added_while_walking_shift_nothing(plans: list[Plan]) -> None:
    first = get("?per_page=100", address="/newest/").json()
    Plan.objects.create(name="late")
    second = APIClient().get(first["next"]).json()
    assert names(second) == [plan.name for plan in reversed(plans[:20])]


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", 25),
        ("?per_page=10", 10),
        ("?per_page=0", 25),
        ("?per_page=-3", 25),
        ("?per_page=many", 25),
        ("?per_page=", 25),
        ("?per_page=1.5", 25),
        ("?per_page=" + "9" * 5000, 25),
        ("?per_page=5000", 120),
        ("?version=1.0", 25),
        ("?version=1.0&per_page=10", 10),
        ("?version=1.0&per_page=0", 25),
        ("?version=1.0&per_page=5000", 100),
        ("?version=2.0&per_page=110", 110),
    ],
)
def test_how_many_rows_a_page_has(plans: list[Plan], query: str, size: int) -> None:
    assert len(get(query).json()["results"]) == size


def test_the_maximum_is_a_setting(plans: list[Plan], settings: Any) -> None:
    settings.MAX_PAGE_SIZE = 30
    assert len(get("?per_page=100").json()["results"]) == 30


def test_the_keys_of_both_bodies(plans: list[Plan]) -> None:
    assert list(get("").json()) == ["next", "previous", "results"]
    body = get("?version=1.0").json()
    assert list(body) == ["count", "next", "previous", "results"]
    assert body["count"] == 120


def test_numbered_pages_have_their_own_order(plans: list[Plan]) -> None:
    assert names(get("?version=1.0&per_page=3").json()) == ["119", "118", "117"]


def test_links_are_absolute_and_keep_all_parameters(plans: list[Plan]) -> None:
    first = get("?version=1.0&per_page=50&q=a%20b&q=c").json()
    assert first["next"] == "http://127.0.0.1:8000/plans/?page=2&per_page=50&q=a+b&q=c&version=1.0"
    assert first["previous"] is None
    second = APIClient().get(first["next"]).json()
    assert second["previous"] == "http://127.0.0.1:8000/plans/?per_page=50&q=a+b&q=c&version=1.0"
    assert "q=a+b&q=c" in get("?q=a%20b&q=c").json()["next"]


@pytest.mark.parametrize("query", ["?per_page=50", "?version=1.0"])
def test_links_never_come_from_the_host_header(plans: list[Plan], query: str, settings: Any) -> None:
    settings.PUBLIC_URL = "https://docs.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    body = APIClient(HTTP_HOST="evil.example.com").get(f"/plans/{query}").json()
    assert body["next"].startswith("https://docs.example.org/plans/?")


def cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "forged",
    ["", "x", "é", cursor("p=abc"), cursor("p=1&r=x"), cursor("o=-1"), cursor("p=%00"), "AAAA"],
)
def test_a_bad_cursor_is_not_found_or_the_beginning(plans: list[Plan], forged: str) -> None:
    response = APIClient().get("/plans/", {"cursor": forged})
    if response.status_code == 200:  # nothing in it: the beginning
        assert names(response.json())[0] == "000"
    else:
        assert (response.status_code, response.json()) == (404, {"detail": "Invalid cursor"})


def test_a_cursor_beyond_all_numbers_is_an_empty_page(plans: list[Plan]) -> None:
    assert APIClient().get("/plans/", {"cursor": cursor("p=" + "9" * 30)}).json()["results"] == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "99"])
def test_a_page_that_is_not_there(plans: list[Plan], page: str) -> None:
    response = get(f"?version=1.0&page={page}")
    assert (response.status_code, response.json()) == (404, {"detail": "Invalid page."})


def test_far_pages_are_refused_before_they_are_counted(
    owner: User, plans: list[Plan], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert get("?version=1.0&page=101").status_code == 404
        assert get("?version=1.0&page=1001", owner).status_code == 404
        assert get("?version=1.0&page=" + "9" * 5000).status_code == 404
    with django_assert_num_queries(4):
        assert get("?version=1.0&per_page=1&page=100").status_code == 200
        assert get("?version=1.0&per_page=1&page=120", owner).status_code == 200


@pytest.mark.parametrize("version", ["3.0", "1", "", "two"])
def test_an_unknown_version(plans: list[Plan], version: str) -> None:
    assert get(f"?version={version}").status_code == 404


def test_what_the_documentation_says() -> None:
    pagination = VersionedPagination()
    body = pagination.get_paginated_response_schema({"type": "array"})
    assert set(body["properties"]) == {"count", "next", "previous", "results"}
    names = [parameter["name"] for parameter in pagination.get_schema_operation_parameters(PlanView())]
    assert names == ["cursor", "per_page", "version", "page"]


def test_no_rows(db: None) -> None:
    assert get("").json() == {"next": None, "previous": None, "results": []}
    assert get("?version=1.0").json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_a_page_by_cursor_is_one_query(plans: list[Plan], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        get("?per_page=50")
