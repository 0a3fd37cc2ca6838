"""`GET /api/documents/suggest/`: what is completed, how it is spelled, and for whom."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from documents.actions import document as actions
from documents.choices import Access
from documents.models import SearchValue
from documents.search import index, suggest, typed
from organizations.models import Organization, User
from tests.conftest import client_of, person
from tests.documents.factories import make_project
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db
URL = "/api/documents/suggest/"
Person = User | AnonymousUser


def ask(user: Person, q: str, **params: Any) -> list[dict[str, str]]:
    response = client_of(user).get(URL, {"q": q, **params})
    assert response.status_code == 200, response.content
    found: list[dict[str, str]] = response.json()
    return found


def queries(user: Person, q: str, *kinds: str) -> list[str]:
    return [found["query"] for found in ask(user, q, **({"kinds": ",".join(kinds)} if kinds else {}))]


@pytest.mark.parametrize(
    ("q", "pieces", "field"),
    [
        ("", [], None),
        ("budget ", [], None),
        ("bud", ["bud"], None),
        ("the annual rep", ["the annual rep", "annual rep", "rep"], None),
        ("levy AND annual rep", ["annual rep", "rep"], None),
        ("tag:x annual rep", ["annual rep", "rep"], None),
        ("annual -rep", ["rep"], None),
        ("(bud", ["bud"], None),
        ('"annual rep', ["annual rep"], None),
        ('"annual report"', [], None),
        ("tag:to", ["to"], "data__tag"),
        ("x -tag:to", ["to"], "data__tag"),
        ('x tag:"to re', ["to re"], "data__tag"),
        ('tag:"a \\"b', ['a "b'], "data__tag"),
        ("tag:", [""], "data__tag"),
        ("data_color:r", ["r"], "data_color"),
        ("http://exam", [], None),
        ("bud*", [], None),
        ("a\\", [], None),
        ('"', [], None),
    ],
)
def test_what_can_be_completed(q: str, pieces: list[str], field: str | None) -> None:
    found = typed.read(q)
    assert [piece.text for piece in found.pieces] == pieces
    assert (found.field.name if found.field else None) == field


def test_titles_tags_and_data_are_completed_and_spelled_as_queries(owner: User) -> None:
    write(owner, "Annual Réport", data={"_tag": ["To read", "Toxic"], "Color": ["rosso vivo", 'a "b" \\ c']})
    write(owner, "Report of the year")
    write(owner, "Report of the year")
    write(owner, "Budget")
    assert queries(owner, "rep", "title") == ['title:"Report of the year"', 'title:"Annual Réport"']
    assert queries(owner, "ANNUAL rep", "title") == ['title:"Annual Réport"', 'ANNUAL title:"Report of the year"']
    assert queries(owner, "levy bud", "title") == ["levy title:Budget"]
    assert queries(owner, "title:bud", "title") == ["title:Budget"]
    assert queries(owner, "levy -tag:TÖ") == ['levy -tag:"To read"', "levy -tag:Toxic"]
    assert queries(owner, "x to re", "tag") == ['x tag:"To read"']
    assert queries(owner, 'tag:"to r') == ['tag:"To read"']
    assert queries(owner, "ros") == ['data_Color:"rosso vivo"']
    assert queries(owner, "col", "data") == ["data_Color:"]
    assert queries(owner, "data_col", "data") == ["data_Color:"]
    [odd] = ask(owner, "data_Color:a")
    assert odd == {
        "kind": "data",
        "value": 'a "b" \\ c',
        "label": 'Color: a "b" \\ c',
        "query": 'data_Color:"a \\"b\\" \\\\ c"',
    }
    for q in ("rep", "levy tag:to", "data_color:r", "ros"):
        for chosen in queries(owner, q):
            text = chosen.removeprefix("levy ")
            assert client_of(owner).get("/api/documents/search/", {"q": text}).json()["count"] >= 1, chosen
    assert SearchValue.objects.count() == 4


def test_people_projects_organizations_and_fields(owner: User, newsroom: Organization) -> None:
    ada = person("zoë", newsroom)
    User.objects.filter(pk=ada.pk).update(name="Ada Łovelace")
    project = make_project(owner, "City Hall")
    assert queries(owner, "ada lo") == [f"user:{ada.pk}"]
    assert queries(owner, "budget lov", "user") == [f"budget user:{ada.pk}"]
    assert queries(owner, "account:zoe") == [f"account:{ada.pk}"]
    assert queries(owner, "hall", "project") == [f"project:{project.pk}"]
    assert queries(owner, "organization:news") == [f"organization:{newsroom.pk}"]
    assert queries(owner, "levy cre") == ["levy created_at:"]
    assert [found["label"] for found in ask(owner, "news")] == ["Newsroom"]
    assert ask(owner, "xyzzy") == []
    assert [found["label"] for found in ask(owner, "user:")] == ["Ada Łovelace", "Owner"]


def test_nothing_is_suggested_that_the_person_may_not_see(
    owner: User, outsider: User, anonymous: AnonymousUser
) -> None:
    secret = {"_tag": ["Leak tag"], "leak_key": ["leak value"]}
    document = write(owner, "Leak title", "x", access=Access.PUBLIC, data=secret)
    write(owner, "Leaked in private", data={"_tag": ["Leak of mine"]})
    project, hidden = make_project(owner, "Leak open", private=False), make_project(owner, "Leak hidden")
    public = {"Leak title", "Leak tag", "leak_key", "leak_key: leak value", "Leak open"}
    for user in (outsider, anonymous):
        assert {found["label"] for found in ask(user, "leak")} == public
    assert {found["label"] for found in ask(owner, "leak")} == public | {
        "Leaked in private",
        "Leak of mine",
        hidden.title,
    }
    assert queries(outsider, "owner") == [f"user:{owner.pk}"]
    assert queries(anonymous, "owner") == queries(anonymous, "newsroom") == []
    actions.update({document.pk: {"access": Access.PRIVATE}}, actor=owner)
    for user in (outsider, anonymous):
        assert queries(user, "leak") == [f"project:{project.pk}"]
        assert queries(user, "tag:") == queries(user, "data_leak_key:l") == []
    assert queries(outsider, "owner") == []
    actions.delete([document.pk], actor=owner)
    assert queries(owner, "leak title", "title") == queries(owner, 'tag:"leak t') == []


def test_five_of_each_kind_at_most_and_the_same_number_of_queries(owner: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            ask(owner, "a ra")
        return len(captured)

    write(owner, "Rat")
    before = cost()
    for number in range(7):
        write(owner, f"Ra {number}", data={"_tag": [f"ra{number}"], f"ra{number}": ["rag"]})
        person(f"ra{number}", owner.organization)
        make_project(owner, f"Ra {number}")
    assert cost() == before
    kinds = [found["kind"] for found in ask(owner, "a ra")]
    assert {kind: kinds.count(kind) for kind in kinds} == {"title": 5, "tag": 5, "data": 5, "user": 5, "project": 5}


def test_unknown_kinds_are_refused_and_garbage_suggests_nothing(owner: User) -> None:
    response = client_of(owner).get(URL, {"q": "x", "kinds": "title,word"})
    assert response.status_code == 400
    assert "'word'" in response.json()["kinds"][0]
    write(owner, "Rat", data={"_tag": ["'; DROP"]})
    for q in ("", "\x00", "'", "\\", '"' * 3, "((((", ":", "tag:\\", "a" * 3000, "%", "tag:'", "ra:", "\ud800"[:0]):
        ask(owner, q)
    assert queries(owner, "tag:';") == ['tag:"\'; DROP"']


def test_values_are_remembered_once(owner: User) -> None:
    document = write(owner, "Rat", data={"_tag": ["x", "y"], "long": ["z" * 201]})
    with transaction.atomic():
        index.write(document)
        index.rebuild(document)
    known = set(SearchValue.objects.values_list("name", "value", "folded"))
    assert known == {("data__tag", "x", "x"), ("data__tag", "y", "y")}
    assert SearchValue.objects.count() == 2


def test_what_others_hide_pushes_nothing_out(owner: User, outsider: User) -> None:
    write(outsider, "Mine", data={"_tag": ["projectzz"], "zz_color": ["zz red"]})
    hidden = [f"project{number:03d}" for number in range(40)]
    write(owner, "Theirs", data={"_tag": hidden, **{f"a{number:03d}": ["zz"] for number in range(210)}})
    assert queries(outsider, "tag:project") == ["tag:projectzz"]
    assert queries(outsider, "zz", "data") == ["data_zz_color:", 'data_zz_color:"zz red"']


def test_what_takes_too_long_is_left_out(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any, **__: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        return []

    write(owner, "Ownership")
    monkeypatch.setattr(suggest, "TIMEOUT_MS", 200)
    monkeypatch.setattr(suggest, "names_like", slow)
    assert queries(owner, "own") == ["title:Ownership"]


def test_of_long_texts_the_first_words_are_looked_for(owner: User) -> None:
    project = make_project(owner, "a b c d e f g h")
    assert queries(owner, 'project:"h g f e d c b a z') == [f"project:{project.pk}"]
    assert queries(owner, 'project:"h z') == queries(owner, 'project:"!') == []
