"""`/api/documents/search/saved/`: searches that people keep for themselves."""

from typing import Any

import pytest

from documents.models import SavedSearch
from organizations.models import Event, User
from tests.conftest import client_of

URL = "/api/documents/search/saved/"


def keep(user: User, name: str, query: str = "title:lease") -> Any:
    return client_of(user).post(URL, {"name": name, "query": query}).json()


def names(user: User, query: str = "") -> list[str]:
    return [row["name"] for row in client_of(user).get(URL + query).json()["results"]]


def test_the_life_of_a_saved_search(owner: User) -> None:
    row = keep(owner, "Leases")
    assert list(row) == ["uuid", "name", "query", "notify", "created_at", "updated_at"]
    client, url = client_of(owner), f"{URL}{row['uuid']}/"
    assert client.get(url).json() == client.get(URL).json()["results"][0] == row
    assert client.patch(url, {"name": "All leases"}).json()["name"] == "All leases"
    assert client.patch(url, {"name": "All leases"}).status_code == 200
    assert client.put(url, {"name": "Drafts", "query": ""}).json()["query"] == ""
    assert client.put(url, {"name": "Drafts"}).json() == {"query": ["This field is required."]}
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    kinds = Event.objects.filter(kind__startswith="saved_search.").order_by("pk").values_list("kind", flat=True)
    verbs = ["created", "updated", "updated", "deleted"]
    assert list(kinds) == [f"saved_search.{verb}" for verb in verbs]


def test_numbered_pages_begin_with_the_newest(owner: User) -> None:
    for name in ("a", "b", "c"):
        keep(owner, name)
    assert names(owner, "?version=1.0") == ["c", "b", "a"]
    assert names(owner) == ["a", "b", "c"]
    rows = client_of(owner).get(f"{URL}?fields=name&per_page=1").json()["results"]
    assert rows == [{"name": "a"}]


def test_they_are_ones_own(owner: User, colleague: User, staff: User, anonymous: Any) -> None:
    url = f"{URL}{keep(owner, 'Mine')['uuid']}/"
    for user in (colleague, staff):
        assert names(user) == []
        for method in ("get", "put", "patch", "delete"):
            assert getattr(client_of(user), method)(url, {"name": "x", "query": "y"}).status_code == 404
    for method, address in (("get", URL), ("post", URL), ("get", url), ("delete", url)):
        assert getattr(client_of(anonymous), method)(address).status_code == 403
    assert SavedSearch.objects.get().name == "Mine"


@pytest.mark.parametrize("body", [{}, {"name": "", "query": ""}, {"name": "x" * 256, "query": ""}])
def test_what_is_refused(owner: User, body: dict[str, str]) -> None:
    assert client_of(owner).post(URL, body).status_code == 400


def test_searching_is_another_address(owner: User) -> None:
    assert "count" in client_of(owner).get("/api/documents/search/?q=saved").json()
    assert client_of(owner).get("/api/documents/search/saved.json").json()["results"] == []
