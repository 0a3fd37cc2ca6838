"""Changing documents: PUT, PATCH, access, plans to publish, ownership, and many at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from documents.models import Document
from organizations.models import Event, Membership, Organization, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, make_document_like, share

URL = "/api/documents/"
PAST = datetime(2020, 1, 1, tzinfo=UTC)


def patch(person: User, document: Document, /, **body: Any) -> Any:
    return client_of(person).patch(f"{URL}{document.pk}/", body)


def put(person: User, document: Document, /, **body: Any) -> Any:
    return client_of(person).put(f"{URL}{document.pk}/", body)


def test_patch_changes_what_is_sent_and_tells_the_log(owner: User) -> None:
    document = make_document(owner, description="Old", data={"a": ["1"], "b": ["2"]})
    response = patch(owner, document, title="New", data={"a": ["3"]})
    assert response.status_code == 200
    body = response.json()
    assert (body["title"], body["description"], body["data"]) == ("New", "Old", {"a": ["3"]})
    assert body["slug"] == "budget-2024"
    assert body["updated_at"] > document.updated_at.isoformat()
    event = Event.objects.get(kind="document.updated", target_id=document.pk)
    assert (event.actor_id, event.data) == (owner.pk, {"fields": ["data", "title"]})


def test_put_resets_what_has_a_default_and_keeps_the_rest(owner: User) -> None:
    document = make_document(
        owner, access="organization", language="deu", original_extension="docx", description="Old", noindex=True
    )
    body = put(owner, document, title="New").json()
    assert (body["access"], body["language"]) == ("private", "eng")
    assert (body["original_extension"], body["description"], body["noindex"]) == ("docx", "Old", True)
    assert put(owner, document, description="x").json() == {"title": ["This field is required."]}


def test_put_takes_what_the_python_client_sends(owner: User) -> None:
    document = make_document(owner)
    said = dict(access="private", data={}, description="", language="eng", publish_at=None)
    body = put(owner, document, **said, published_url="", related_article="", source="", title="New").json()
    assert body["title"] == "New"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"file_url": "https://example.org/a.pdf"}, "file_url"),
        ({"force_ocr": True}, "force_ocr"),
        ({"ocr_engine": "tess4"}, "ocr_engine"),
        ({"delayed_index": True}, "delayed_index"),
        ({"projects": [1]}, "projects"),
        ({"pages": []}, "pages"),
        ({"title": ""}, "title"),
        ({"revision_control": True}, "revision_control"),
    ],
)
def test_what_cannot_be_changed_is_refused_by_field(owner: User, said: dict[str, Any], key: str) -> None:
    response = patch(owner, make_document(owner), **said)
    assert (response.status_code, list(response.json())) == (400, [key])


def test_what_is_read_only_is_ignored(owner: User) -> None:
    document = make_document(owner)
    said = {"page_count": 7, "status": "nofile", "projects": [], "force_ocr": False, "original_extension": "docx"}
    response = patch(owner, document, **said)
    assert response.status_code == 200
    document.refresh_from_db()
    assert (document.page_count, document.status, document.original_extension) == (0, "success", "pdf")


def test_a_revision_control_that_is_on_may_be_sent_back(owner: User) -> None:
    document = make_document(owner, revision_control=True)
    assert patch(owner, document, revision_control=True).status_code == 200


def test_while_it_is_processed_access_stays_and_the_rest_may_change(owner: User) -> None:
    document = make_document_like("private, pending", owner)
    assert list(patch(owner, document, access="private").json()) == ["access"]
    assert list(put(owner, document, title="New").json()) == ["access"]
    assert patch(owner, document, title="New").status_code == 200


def test_access_changes_at_once(owner: User, anonymous: Any) -> None:
    document = make_document(owner)
    body = patch(owner, document, access="public").json()
    assert (body["access"], body["status"]) == ("public", "success")
    assert client_of(anonymous).get(f"{URL}{document.pk}/").status_code == 200
    patch(owner, document, access="private")
    assert client_of(anonymous).get(f"{URL}{document.pk}/").status_code == 404
    changes = Event.objects.filter(kind="document.updated").order_by("pk").values_list("data__access", flat=True)
    assert list(changes) == [["private", "public"], ["public", "private"]]


def test_a_change_of_access_by_hand_ends_the_plan_to_publish(owner: User) -> None:
    document = make_document(owner, access="public", publish_at=PAST)
    body = patch(owner, document, access="private", publish_at=PAST.isoformat()).json()
    assert body["publish_at"] is None


def test_a_new_plan_to_publish_survives_a_change_of_access(owner: User) -> None:
    document = make_document(owner, access="public", publish_at=PAST)
    later = datetime.now(UTC) + timedelta(days=1)
    assert patch(owner, document, access="private", publish_at=later.isoformat()).json()["publish_at"] is not None
    assert patch(owner, document, access="private", source="x").json()["publish_at"] is not None


def test_people_of_unverified_organizations_neither_publish_nor_plan_to(settings: Any, outsider: User) -> None:
    settings.UPLOAD_NEEDS_VERIFIED = True
    document = make_document(outsider)
    assert list(patch(outsider, document, access="public").json()) == ["access"]
    response = patch(outsider, document, publish_at=PAST.isoformat(), title="New")
    assert (response.status_code, response.json()["publish_at"]) == (200, None)


def test_an_owner_hands_a_document_to_a_colleague(owner: User, colleague: User) -> None:
    document = make_document(owner)
    response = patch(owner, document, user=colleague.pk)
    assert response.status_code == 200
    assert (response.json()["user"], response.json()["edit_access"]) == (colleague.pk, False)
    assert client_of(owner).get(f"{URL}{document.pk}/").status_code == 404


def test_an_owner_moves_a_document_to_another_organization_of_theirs(owner: User) -> None:
    own = Organization.objects.get(uuid=owner.uuid)
    document = make_document(owner)
    assert patch(owner, document, organization=own.pk).json()["organization"] == own.pk


def test_only_people_and_organizations_within_reach_may_get_it(owner: User, outsider: User) -> None:
    document = make_document(owner)
    for key, pk in (("user", outsider.pk), ("organization", outsider.organization_id), ("user", 10**30)):
        response = patch(owner, document, **{key: pk})
        assert (response.status_code, list(response.json())) == (400, [key])


def test_others_cannot_hand_it_over_and_are_not_told(owner: User, colleague: User) -> None:
    document = make_document(owner, access="organization")
    response = patch(colleague, document, user=colleague.pk, organization=0)
    assert (response.status_code, response.json()["user"]) == (200, owner.pk)


def test_an_owner_who_left_cannot_hand_over_what_is_public(
    owner: User, colleague: User, newsroom: Organization
) -> None:
    document = make_document(owner, organization=newsroom)
    other = Organization.objects.create(name="Other", slug="other")
    for user in (owner, colleague):
        Membership.objects.create(user=user, organization=other)
    Membership.objects.filter(user=owner, organization=newsroom).delete()
    assert patch(owner, document, user=colleague.pk).status_code == 200
    public = make_document(owner, organization=newsroom, access="public")
    assert patch(owner, public, user=colleague.pk).status_code == 403


# --- many at once


def test_many_are_changed_and_come_back_by_id(owner: User) -> None:
    first, second = make_document(owner, description="Old"), make_document(owner)
    before = second.updated_at
    body = [{"id": second.pk, "title": "B"}, {"id": first.pk, "title": "A"}]
    response = client_of(owner).patch(URL, body)
    assert response.status_code == 200
    assert [(row["id"], row["title"]) for row in response.json()] == [(first.pk, "A"), (second.pk, "B")]
    second.refresh_from_db()
    assert second.updated_at > before
    assert client_of(owner).patch(URL, []).json() == []
    both = client_of(owner).put(URL, body).json()
    assert both[0]["description"] == "Old"


def test_one_wrong_item_changes_none(owner: User) -> None:
    first, second = make_document(owner), make_document(owner)
    response = client_of(owner).put(URL, [{"id": first.pk, "title": "A"}, {"id": second.pk}])
    assert response.status_code == 400
    assert response.json() == [{}, {"title": ["This field is required."]}]
    pending = make_document_like("private, pending", owner)
    response = client_of(owner).patch(URL, [{"id": first.pk, "title": "A"}, {"id": pending.pk, "access": "public"}])
    assert [list(item) for item in response.json()] == [[], ["access"]]
    first.refresh_from_db()
    assert first.title == "Budget 2024"


def test_many_are_refused_when_one_is_missing_foreign_or_unnamed(owner: User, outsider: User) -> None:
    mine, foreign = make_document(owner), make_document(outsider, access="public")
    for item in ({"id": foreign.pk}, {"id": 0}, {"id": mine.pk}, {}, {"id": "x"}, 7):
        response = client_of(owner).patch(URL, [{"id": mine.pk, "title": "A"}, item])
        assert response.status_code == 400, item
        assert [type(message) for message in response.json()] == [str]
    mine.refresh_from_db()
    assert mine.title == "Budget 2024"


def test_too_many_or_no_list_are_refused_as_a_whole(owner: User, anonymous: Any) -> None:
    for body in ({"id": 1}, [{"id": n} for n in range(1, 27)]):
        response = client_of(owner).patch(URL, body)
        assert (response.status_code, list(response.json())) == (400, ["non_field_errors"])
    assert client_of(anonymous).patch(URL, []).status_code == 403


def test_many_are_handed_over_only_by_the_owner_of_all(owner: User, colleague: User) -> None:
    mine = make_document(owner, access="organization")
    theirs = make_document(colleague, access="organization")
    items = [{"id": mine.pk, "user": colleague.pk}, {"id": theirs.pk, "user": owner.pk}]
    rows = client_of(owner).patch(URL, items).json()
    assert [row["user"] for row in rows] == [owner.pk, colleague.pk]
    rows = client_of(owner).patch(URL, items[:1]).json()
    assert [row["user"] for row in rows] == [colleague.pk]


def test_editors_change_many_but_delete_none(owner: User, editor: User) -> None:
    document = make_document(owner)
    share(document, (editor, Access.EDIT))
    client = client_of(editor)
    assert client.patch(URL, [{"id": document.pk, "title": "A"}]).status_code == 200
    response = client.delete(f"{URL}?id__in={document.pk}")
    assert (response.status_code, [type(m) for m in response.json()]) == (400, [str])
    assert Document.objects.get(pk=document.pk).status == "success"
