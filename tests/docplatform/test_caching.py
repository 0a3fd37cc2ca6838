"""What browsers and proxies may keep of the API: of no view unless it says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver
from rest_framework.test import APIClient

from docplatform.lib.caching import VARY, Uncached
from organizations.models import User
from tests.conftest import client_of

THE_SAME_FOR_ALL = {"SpectacularAPIView", "SpectacularSwaggerSplitView", "RedirectView"}


def views(patterns: Any, prefix: str = "") -> Iterator[Any]:
    """The classes behind the routes of the API."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, path)
        elif path.startswith("api/"):
            yield getattr(pattern.callback, "cls", None) or pattern.callback.view_class


def test_every_view_says_that_its_answers_change() -> None:
    others = {view.__name__ for view in views(get_resolver().url_patterns) if not issubclass(view, Uncached)}
    assert others == THE_SAME_FOR_ALL


@pytest.mark.parametrize("path", ["", "users/", "users/me/", "organizations/", "organizations/{pk}/"])
def test_who_asks_is_part_of_the_question(owner: User, path: str) -> None:
    response = client_of(owner).get(f"/api/{path.format(pk=owner.organization_id)}")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-cache")
    assert set(response["Vary"].split(", ")) == set(VARY)


def test_tokens_are_never_kept(owner: User) -> None:
    owner.set_password("correct horse battery")
    owner.save()
    body = {"username": "owner", "password": "correct horse battery"}
    pair = APIClient().post("/api/token/", body, format="json")
    again = APIClient().post("/api/refresh/", {"refresh": pair.json()["refresh"]}, format="json")
    assert [row["Cache-Control"] for row in (pair, again)] == ["no-store", "no-store"]


def test_the_index_leads_to_the_lists(db: None) -> None:
    found = APIClient().get("/api/").json()
    assert list(found) == ["documents", "entities", "organizations", "projects", "users"]
    for name, address in found.items():
        assert address == f"http://127.0.0.1:8000/api/{name}/"
