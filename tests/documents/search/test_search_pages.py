"""The hits of a search in pages: by cursor and by number."""

import pytest
from django.contrib.auth.models import AnonymousUser

from documents.choices import Access
from documents.search import index
from organizations.models import User
from tests.conftest import client_of
from tests.documents.factories import make_document
from tests.documents.search.corpus import write
from tests.documents.search.test_search_api import URL, ask, found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sort", ["score", "created_at", "title", "-data_color"])
def test_cursors(owner: User, outsider: User, sort: str) -> None:
    for number in range(7):
        write(owner, f"Levy {number}", "levy", access=Access.PUBLIC, data={"color": [str(number % 3)]})
    whole = found(owner, "levy", sort=sort)
    body = ask(owner, "levy", sort=sort, per_page=3)
    titles = [hit["title"] for hit in body["results"]]
    pages = 1
    while body["next"]:
        assert body["previous"] is None
        assert body["next"].startswith("http://")
        write(owner, f"Another {pages}", "levy levy levy", access=Access.PUBLIC)
        body = client_of(owner).get(body["next"]).json()
        assert body["count"] == 7
        titles += [hit["title"] for hit in body["results"] if hit["title"].startswith("Levy")]
        pages += 1
    assert titles == whole


def test_a_cursor_is_bound_to_its_search_and_person(owner: User, outsider: User) -> None:
    for number in range(3):
        write(owner, f"Levy {number}", access=Access.PUBLIC)
    following = ask(owner, "levy", per_page=1)["next"]
    assert client_of(owner).get(following).status_code == 200
    assert client_of(owner).get(following.replace("q=levy", "q=tax")).status_code == 400
    response = client_of(outsider).get(following)
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_cursor"
    assert client_of(owner).get(URL, {"cursor": "x:y:z"}).status_code == 400
    assert client_of(owner).get(following + "&per_page=2").status_code == 200


def test_numbered_pages(owner: User, anonymous: AnonymousUser) -> None:
    for number in range(5):
        write(owner, f"Levy {number}", access=Access.PUBLIC)
    first = ask(owner, "levy", version="1.0", per_page=2)
    second = client_of(owner).get(first["next"]).json()
    third = client_of(owner).get(second["next"]).json()
    titles = [hit["title"] for body in (first, second, third) for hit in body["results"]]
    assert titles == [f"Levy {number}" for number in (4, 3, 2, 1, 0)]
    assert (first["previous"], third["next"], third["count"]) == (None, None, 5)
    assert client_of(owner).get(third["previous"]).json()["results"] == second["results"]
    assert "page=" not in client_of(owner).get(second["previous"]).json()["next"].replace("per_page=", "").replace(
        "page=2", ""
    )
    assert ask(owner, "levy", version="1.0", page=900)["results"] == []
    assert ask(owner, "levy", version="1.0", page=900)["count"] == 5
    for user, page in ((owner, "1001"), (anonymous, "101"), (owner, "0"), (owner, "x")):
        response = client_of(user).get(URL, {"version": "1.0", "page": page})
        assert (response.status_code, response.json()["code"]) == (400, "max_page")
    assert client_of(owner).get(URL, {"version": "3"}).status_code == 404


def test_anonymous_pages_are_small(owner: User, anonymous: AnonymousUser) -> None:
    for number in range(26):
        index.write(make_document(owner, title=f"Levy {number}", access=Access.PUBLIC))
    assert len(ask(anonymous, "levy", per_page=100)["results"]) == 25
    assert len(ask(owner, "levy", per_page=100)["results"]) == 26
