"""A document's custom metadata, key by key."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from documents.actions import data_size
from documents.actions.bulk import chunks
from documents.models import BulkItem, Document
from documents.search import index
from organizations.models import Event, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, share


def url(document: Document, key: str = "") -> str:
    return f"/api/documents/{document.pk}/data/" + (f"{key}/" if key else "")


def test_data_is_read_whole_and_by_key(owner: User) -> None:
    document = make_document(owner, data={"_tag": ["a", "b"]})
    client = client_of(owner)
    for address in (url(document), f"{url(document)[:-1]}.json"):
        assert client.get(address).json() == {"_tag": ["a", "b"]}
    for address in (url(document, "_tag"), f"{url(document, '_tag')[:-1]}.json"):
        assert client.get(address).json() == ["a", "b"]
    response = client.get(url(document, "other"))
    assert (response.status_code, response.content) == (200, b"null")


@pytest.mark.parametrize("key", ["a.b", "a b", "ä", "x" * 51, "a%2Fb"])
def test_what_is_no_key_is_no_address(owner: User, key: str) -> None:
    assert client_of(owner).get(url(make_document(owner), key)).status_code == 404


@pytest.mark.parametrize(
    ("method", "said", "after"),
    [
        ("put", {"values": ["c", " d ", "c"]}, {"k": ["c", "d"], "o": ["1"]}),
        ("put", {"values": []}, {"k": [], "o": ["1"]}),
        ("patch", {"values": ["c", "a"]}, {"k": ["a", "b", "c"], "o": ["1"]}),
        ("patch", {"remove": ["a"]}, {"k": ["b"], "o": ["1"]}),
        ("patch", {"values": ["c"], "remove": ["a", "c"]}, {"k": ["b"], "o": ["1"]}),
        ("patch", {"remove": ["a", "b", "z"]}, {"o": ["1"]}),
        ("patch", {}, {"k": ["a", "b"], "o": ["1"]}),
    ],
)
def test_values_are_set_added_and_removed(owner: User, method: str, said: Any, after: Any) -> None:
    document = make_document(owner, data={"k": ["a", "b"], "o": ["1"]})
    response = getattr(client_of(owner), method)(url(document, "k"), said)
    assert (response.status_code, response.json()) == (200, after)
    before, is_changed = document.updated_at, after != document.data
    document.refresh_from_db()
    assert document.data == after
    assert (document.updated_at > before) is is_changed
    events = Event.objects.filter(kind="document.updated", target_id=document.pk).values_list("data", flat=True)
    assert list(events) == ([{"fields": ["data"]}] if is_changed else [])


def test_a_key_goes_whether_or_not_it_was_there(owner: User) -> None:
    document = make_document(owner, data={"k": ["a"], "o": ["1"]})
    for _ in range(2):
        response = client_of(owner).delete(url(document, "k"))
        assert (response.status_code, response.content) == (204, b"")
    document.refresh_from_db()
    assert document.data == {"o": ["1"]}


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize(
    ("values", "shape"),
    [(["x" * 301, "a"], [list, dict]), (["a", " "], [dict, list]), ([None, {}], [list, list]), ("a", [str])],
)
def test_wrong_values_are_told_by_their_place(owner: User, method: str, values: Any, shape: list[type]) -> None:
    response = getattr(client_of(owner), method)(url(make_document(owner), "k"), {"values": values})
    assert (response.status_code, list(response.json())) == (400, ["values"])
    assert [type(item) for item in response.json()["values"]] == shape


def test_values_must_be_sent_where_they_replace(owner: User) -> None:
    assert client_of(owner).put(url(make_document(owner), "k"), {}).json() == {"values": ["This field is required."]}


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("anonymous", 404, 404),
        ("outsider", 404, 404),
        ("viewer", 200, 403),
        ("editor", 200, 0),
        ("owner", 200, 0),
    ],
)
def test_readers_read_and_editors_write(
    request: pytest.FixtureRequest, owner: User, viewer: User, editor: User, name: str, read: int, write: int
) -> None:
    document = make_document(owner, data={"k": ["a"]})
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    client = client_of(request.getfixturevalue(name))
    assert [client.get(address).status_code for address in (url(document), url(document, "k"))] == [read, read]
    assert client.put(url(document, "k"), {"values": ["b"]}).status_code == (write or 200)
    assert client.patch(url(document, "k"), {"values": ["c"]}).status_code == (write or 200)
    assert client.delete(url(document, "k")).status_code == (write or 204)


def test_strangers_write_nothing(owner: User, anonymous: Any) -> None:
    document = make_document(owner, access="public")
    assert client_of(anonymous).get(url(document)).status_code == 200
    assert client_of(anonymous).put(url(document, "k"), {"values": ["b"]}).status_code == 403


def test_data_is_found_at_once(owner: User) -> None:
    document = make_document(owner)
    index.write(document)
    client = client_of(owner)
    client.patch(url(document, "_tag"), {"values": ["harbour"]})
    found = client.get("/api/documents/search/", {"q": "tag:harbour"}).json()
    assert [row["id"] for row in found["results"]] == [str(document.pk)]


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_at_once_takes_nothing_from_the_others(owner: User) -> None:
    document = make_document(owner)

    def tag(number: int) -> None:
        try:
            client_of(owner).patch(url(document, "_tag" if number % 2 else "k"), {"values": [str(number)]})
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(tag, range(6)))
    document.refresh_from_db()
    assert {key: sorted(values) for key, values in document.data.items()} == {
        "_tag": ["1", "3", "5"],
        "k": ["0", "2", "4"],
    }


MANY = {f"k{number}": ["v"] for number in range(data_size.MOST_KEYS)}
LONG = {"k": ["x" * 300] * (data_size.MOST_CHARACTERS // 300)}


@pytest.mark.parametrize(("full", "reason"), [(MANY, data_size.TOO_MANY), (LONG, data_size.TOO_LONG)])
def test_there_is_an_end_to_data(owner: User, full: dict[str, list[str]], reason: str) -> None:
    document, client, more = make_document(owner, data=full), client_of(owner), {"more": ["y" * 300]}
    whole, refused = f"/api/documents/{document.pk}/", (400, {"data": [reason]})
    job = {"ids": [document.pk], "action": "data", "options": {"set": more}}
    assert client.post("/api/bulk/", job).status_code == 201
    while chunks.carry_on():
        pass
    assert BulkItem.objects.get().refusal == reason
    for answer in (
        client.patch(whole, {"data": full | more}),
        client.put(url(document, "more"), {"values": more["more"]}),
        client.patch(url(document, "more"), {"values": more["more"]}),
    ):
        assert (answer.status_code, answer.json()) == refused
    assert client.patch(whole, {"data": full}).status_code == 200
    assert client.delete(url(document, next(iter(full)))).status_code == 204
