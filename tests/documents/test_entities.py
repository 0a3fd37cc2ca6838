"""Entities that people name, and which of them documents mention."""

from typing import Any

import pytest

from documents.models import Document, Entity, Mention
from organizations.models import ApiKey, Event, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, share

pytestmark = pytest.mark.django_db
PLACE = {"page": 0, "offset": 10, "page_offset": 10, "content": "Ada"}


def url(document: Document, entity: Entity | None = None) -> str:
    return f"/api/documents/{document.pk}/entities/" + (f"{entity.pk}/" if entity else "")


def public(wikidata_id: str = "Q7259", **values: Any) -> Entity:
    return Entity.objects.create(**{"name": "Ada Lovelace", "access": "public", "wikidata_id": wikidata_id} | values)


def private(user: User, name: str = "Source") -> Entity:
    return Entity.objects.create(name=name, user=user)


def test_with_an_id_of_wikidata_an_entity_is_everybodys(owner: User, outsider: User, anonymous: Any) -> None:
    texts = {"de": {"name": "Ada L.", "description": "Mathematikerin"}, "ru": {"name": "Ада Лавлейс"}}
    sent = {"wikidata_id": "Q7259", "name": "Ada Lovelace", "description": "mathematician", "texts": texts}
    response = client_of(owner).post("/api/entities/", sent, format="json")
    body = response.json()
    assert response.status_code == 201
    assert list(body) == (
        "access created_at description id metadata name updated_at user wikidata_id wikipedia_url".split()
    )
    assert (body["access"], body["user"], body["wikidata_id"]) == ("public", None, "Q7259")
    client = client_of(anonymous)
    address = f"/api/entities/{body['id']}/"
    names = {"": "Ada Lovelace", "fr, de;q=0.5": "Ada L.", "ru-RU": "Ада Лавлейс", "fr": "Ada Lovelace", "x;;q": None}
    for language, name in names.items():
        assert client.get(address, HTTP_ACCEPT_LANGUAGE=language).json()["name"] == (name or "Ada Lovelace")
    assert client.get(address, HTTP_ACCEPT_LANGUAGE="ru").json()["description"] == "mathematician"
    for person in (owner, outsider):
        for method in ("put", "patch", "delete"):
            assert getattr(client_of(person), method)(address, {"name": "x"}).status_code == 403
    again = client_of(owner).post("/api/entities/", sent, format="json")
    assert (again.status_code, list(again.json())) == (400, ["wikidata_id"])
    assert list(Event.objects.filter(target_type="entity").values_list("kind", "data")) == [
        ("entity.created", {"access": "public"})
    ]


def test_without_one_it_is_its_owners(owner: User, colleague: User, anonymous: Any) -> None:
    client = client_of(owner)
    body = client.post("/api/entities/", {"name": "The source"}, format="json").json()
    assert (body["access"], body["user"], body["wikidata_id"]) == ("private", owner.pk, None)
    address = f"/api/entities/{body['id']}/"
    for person in (colleague, anonymous):
        assert client_of(person).get(address).status_code == 404
        assert client_of(person).get("/api/entities/").json()["results"] == []
        assert client_of(person).patch(address, {"name": "x"}).status_code == 404
    assert client.patch(address, {"name": "Another"}, format="json").json()["name"] == "Another"
    assert client.put(address, {"name": "x", "wikidata_id": "Q1"}, format="json").status_code == 400
    assert client.delete(address).status_code == 204
    assert not Entity.objects.exists()


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ({"wikidata_id": "Q7259"}, "name"),
        ({"wikidata_id": "7259", "name": "x"}, "wikidata_id"),
        ({}, "name"),
        ({"name": "x", "wikipedia_url": "javascript:alert(1)"}, "wikipedia_url"),
        ({"name": "x", "texts": {"xx": {"name": "x"}}}, "texts"),
        ({"name": "x", "texts": {"de": {}}}, "texts"),
        ({"name": "x", "texts": {"de": "x"}}, "texts"),
        ([{"name": "x"}, {"name": "y", "wikidata_id": "Q1"}], None),
        ([{"name": "x", "wikidata_id": "Q1"}, {"name": "y", "wikidata_id": "Q1"}], None),
        ([{"name": "x"}] * 26, "non_field_errors"),
        ("x", "non_field_errors"),
    ],
)
def test_what_cannot_be_an_entity(owner: User, sent: Any, key: str | None) -> None:
    response = client_of(owner).post("/api/entities/", sent, format="json")
    body = response.json()
    assert (response.status_code, list(body) if isinstance(body, dict) else None) == (400, [key] if key else None)
    assert not Entity.objects.exists()


def test_who_makes_entities(viewer: User, anonymous: Any, settings: Any) -> None:
    settings.UPLOAD_NEEDS_VERIFIED = True
    assert client_of(anonymous).post("/api/entities/", {"name": "x"}, format="json").status_code == 403
    public = {"name": "x", "wikidata_id": "Q1"}
    assert client_of(viewer).post("/api/entities/", public, format="json").status_code == 403
    assert client_of(viewer).post("/api/entities/", [{"name": "x"}, {"name": "y"}], format="json").status_code == 201


def test_filters_of_entities(owner: User, outsider: User) -> None:
    for number in (1, 2, 3):
        public(f"Q{number}", name=f"E{number}")
    private(outsider, "E1")
    asked = {"wikidata_id=Q1": {"E1"}, "wikidata_id__in=Q1,Q3,Q9": {"E1", "E3"}, "name=E2": {"E2"}, "name=e": set()}
    for query, names in asked.items():
        for version in ("", "&version=1.0"):
            results = client_of(owner).get(f"/api/entities/?{query}{version}").json()["results"]
            assert {row["name"] for row in results} == names


def test_editors_say_what_a_document_mentions(owner: User, django_assert_max_num_queries: Any) -> None:
    document, client = make_document(owner, pages=["one"]), client_of(owner)
    ada, source = public(), private(owner)
    sent = {"entity": ada.pk, "relevance": 0.75, "occurrences": [PLACE]}
    response = client.post(url(document), sent, format="json")
    assert (response.status_code, response.json()) == (201, sent)
    bodies = client.post(url(document), [{"entity": source.pk}], format="json").json()
    assert bodies == [{"entity": source.pk, "relevance": 0.0, "occurrences": []}]
    assert client.get(url(document, ada)).json() == sent
    with django_assert_max_num_queries(6):
        results = client.get(url(document), {"expand": "entity"}, HTTP_ACCEPT_LANGUAGE="de").json()["results"]
    assert [row["entity"]["name"] for row in results] == ["Ada Lovelace", "Source"]
    for query in ({"wikidata_id": "Q7259"}, {"name": "Ada Lovelace"}):
        assert [row["entity"] for row in client.get(url(document), query).json()["results"]] == [ada.pk]
    assert client.patch(url(document, ada), {"relevance": 0.5}, format="json").json() == {**sent, "relevance": 0.5}
    changed = {"entity": ada.pk, "occurrences": []}
    assert client.put(url(document, ada), changed, format="json").json()["occurrences"] == []
    assert client.delete(url(document, ada)).status_code == 204
    assert client.get(url(document, ada)).status_code == 404
    for method in ("put", "patch"):
        assert getattr(client, method)(url(document), {}).status_code == 405
    assert client.delete(url(document)).status_code == 204
    assert not Mention.objects.exists()
    kinds = Event.objects.filter(target_type="mention").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["mention.created", "mention.created", *["mention.updated"] * 2, "mention.deleted"]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ({"relevance": 0.1}, "entity"),
        ({"relevance": 2}, "relevance"),
        ({"relevance": "nan"}, "relevance"),
        ({"occurrences": [{**PLACE, "page": 1}]}, "occurrences"),
        ({"occurrences": [{**PLACE, "content": "x" * 201}]}, "occurrences"),
        ({"occurrences": [{"page": 0}]}, "occurrences"),
        ({"occurrences": [PLACE] * 1001}, "occurrences"),
        ({"entity": 0}, "entity"),
        ({"entity": "x"}, "entity"),
        ({"entity": [1]}, "entity"),
    ],
)
def test_what_cannot_be_a_mention(owner: User, sent: dict[str, Any], key: str) -> None:
    document, ada = make_document(owner, pages=["one"]), public()
    full = sent if key == "entity" else {"entity": ada.pk, **sent}
    single = client_of(owner).post(url(document), full, format="json")
    many = client_of(owner).post(url(document), [full], format="json")
    assert (single.status_code, list(single.json())) == (400, [key])
    assert (many.status_code, [list(item) for item in many.json()]) == (400, [[key]])


def test_an_entity_is_mentioned_once(owner: User) -> None:
    document, ada, client = make_document(owner, pages=["one"]), public(), client_of(owner)
    twice = client.post(url(document), [{"entity": ada.pk}] * 2, format="json")
    assert (twice.status_code, twice.json()[0], list(twice.json()[1])) == (400, {}, ["entity"])
    assert client.post(url(document), {"entity": ada.pk}, format="json").status_code == 201
    again = client.post(url(document), {"entity": ada.pk}, format="json")
    assert (again.status_code, list(again.json())) == (400, ["entity"])


def test_private_entities_of_others_show_nowhere(owner: User, editor: User, viewer: User) -> None:
    document, mine = make_document(owner, pages=["one"]), private(owner)
    share(document, (editor, Access.EDIT), (viewer, Access.VIEW))
    Mention.objects.create(document=document, entity=mine, occurrences=[PLACE])
    for person in (editor, viewer):
        assert client_of(person).get(url(document)).json()["results"] == []
        assert client_of(person).get(url(document), {"name": "Source"}).json()["results"] == []
        assert client_of(person).get(url(document, mine)).status_code == 404
    client = client_of(editor)
    said = client.post(url(document), {"entity": mine.pk}, format="json").json()
    unknown = client.post(url(document), {"entity": 10**9}, format="json").json()
    assert said == {"entity": [unknown["entity"][0].replace(str(10**9), str(mine.pk))]}
    assert client.delete(url(document)).status_code == 204
    assert Mention.objects.count() == 1


def test_the_right_to_write_does_not_start_processing(owner: User) -> None:
    document = make_document(owner, pages=["one"])
    client = client_of(owner)
    made = client.post("/api/keys/", {"name": "k", "scopes": [ApiKey.Scope.READ, ApiKey.Scope.WRITE]}, format="json")
    client.force_authenticate(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['key']}")
    assert client.post(url(document)).status_code == 403
    assert client.post(url(document), {"entity": public().pk}, format="json").status_code == 201
