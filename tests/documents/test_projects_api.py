"""`/api/projects/` as clients use it: who sees and changes what, and what lists can be narrowed by."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from documents.actions import stale_marks
from documents.models import Document, StaleMark
from documents.search import index
from organizations.models import Event, User
from projects.actions import project as actions
from projects.models import Access, Pin, Project, ProjectDocument
from tests.conftest import client_of, person
from tests.documents.factories import make_document, share

KEYS = "id created_at description edit_access add_remove_access private slug title updated_at user pinned"

# What each member of the cast gets for: GET, PATCH of the pin, PATCH of the title, DELETE
TABLE = """
            public project       private project
anonymous   200 403 403 403      404 404 404 404
outsider    200 200 403 403      404 404 404 404
viewer      200 200 403 403      200 200 403 403
editor      200 200 403 403      200 200 403 403
admin       200 200 200 204      200 200 200 204
owner       200 200 200 204      200 200 200 204
"""


def project_of(owner: User, **people: User) -> Project:
    made = actions.create(user=owner, title="Town hall", private=True)
    for name, user in people.items():
        actions.add_collaborator(made, user=user, access=Access(name), actor=owner)
    return made


@pytest.mark.parametrize("line", TABLE.strip().splitlines()[1:])
def test_who_may_do_what(line: str, owner: User, viewer: User, editor: User, outsider: User) -> None:
    name, *statuses = line.split()
    cast: dict[str, Any] = {"owner": owner, "viewer": viewer, "editor": editor, "outsider": outsider}
    cast |= {"anonymous": AnonymousUser(), "admin": person("admin")}
    client = client_of(cast[name])
    for private, expected in ((False, statuses[:4]), (True, statuses[4:])):
        made = project_of(owner, view=viewer, edit=editor, admin=cast["admin"])
        Project.objects.filter(pk=made.pk).update(private=private)
        url = f"/api/projects/{made.pk}/"
        answers = [
            client.get(url),
            client.patch(url, {"pinned": True}),
            client.patch(url, {"pinned": True, "title": "New"}),
            client.delete(url),
        ]
        assert [str(answer.status_code) for answer in answers] == expected
        listed = client.get("/api/projects/", {"id__in": made.pk}).json()["results"]
        assert len(listed) == (expected[0] == "200" and expected[3] != "204")


def test_a_project_is_made_and_changed(owner: User) -> None:
    client = client_of(owner)
    made = client.post("/api/projects/", {"title": "Köln 2024", "pinned": False}).json()
    assert list(made) == KEYS.split()
    assert (made["slug"], made["private"], made["pinned"], made["user"]) == ("koln-2024", False, True, owner.pk)
    assert (made["edit_access"], made["add_remove_access"]) == (True, True)
    url = f"/api/projects/{made['id']}/"
    changed = client.put(url, {"title": "", "private": True, "pinned": False, "user": 0, "slug": "x"}).json()
    assert (changed["title"], changed["slug"], changed["pinned"]) == ("", "koln-2024", False)
    assert changed["updated_at"] > made["updated_at"]
    client.patch(url, {"private": True})
    kinds = Event.objects.filter(target_type="project").order_by("pk").values_list("kind", "data")
    assert list(kinds) == [
        ("project.created", {}),
        ("project.unpinned", {}),
        ("project.updated", {"fields": ["private", "title"], "private": [False, True]}),
    ]


def test_what_is_wrong_is_said_by_field(owner: User) -> None:
    client = client_of(owner)
    assert client.post("/api/projects/", {}).json()["slug"] == "untitled"
    assert list(client.post("/api/projects/", {"title": "x" * 256}).json()) == ["title"]
    assert list(client.post("/api/projects/", {"description": "x" * 1001}).json()) == ["description"]
    assert client.post("/api/projects/", [{"title": "a"}]).status_code == 400
    assert [getattr(client, verb)("/api/projects/", []).status_code for verb in ("put", "patch", "delete")] == [405] * 3
    assert client_of(AnonymousUser()).post("/api/projects/", {}).status_code == 403


def test_rights_are_null_for_those_who_take_no_part(owner: User, viewer: User, outsider: User) -> None:
    made = actions.create(user=owner)
    actions.add_collaborator(made, user=viewer, actor=owner)
    rows = {
        user: client_of(user).get(f"/api/projects/{made.pk}/").json() for user in (viewer, outsider, AnonymousUser())
    }
    assert [(row["edit_access"], row["add_remove_access"]) for row in rows.values()] == [
        (False, False),
        (None, None),
        (False, False),
    ]


def found(asker: Any, /, **params: Any) -> list[str]:
    answer = client_of(asker).get("/api/projects/", params)
    assert answer.status_code == 200, answer.content
    return [row["title"] for row in answer.json()["results"]]


def test_filters_and_order(owner: User, viewer: User, outsider: User) -> None:
    made = [actions.create(user=owner, title=title, private=title == "a") for title in ("b", "a", "c")]
    actions.create(user=viewer, title="d", description="Harbour levy")
    actions.add_collaborator(made[0], user=viewer, actor=owner)
    assert found(owner) == ["b", "a", "c", "d"]
    assert found(owner, version="1.0") == ["a", "b", "c", "d"]
    assert found(owner, query="LEVY") == ["d"]
    assert found(owner, title="a") == ["a"] and found(owner, slug="c") == ["c"]
    assert found(owner, private="true") == ["a"]
    assert found(owner, pinned="1") == ["b", "a", "c"] and found(owner, pinned="false") == ["d"]
    assert found(viewer, is_shared="true") == ["b"] and len(found(viewer, is_shared="false")) == 3
    assert found(viewer, owned_by_user="true") == found(viewer, is_owned="true") == ["d"]
    assert found(viewer, user=viewer.pk) == ["b", "d"]
    assert found(AnonymousUser(), pinned="true") == found(AnonymousUser(), is_owned="true") == []
    assert found(AnonymousUser(), user=owner.pk) == ["b", "c"]  # who founded a project is no secret


def test_nobody_learns_who_else_takes_part(owner: User, viewer: User, outsider: User) -> None:
    made = actions.create(user=owner, title="open")
    actions.create(user=viewer, title="own")
    actions.add_collaborator(made, user=viewer, actor=owner)
    assert found(outsider, user=viewer.pk) == ["own"]
    assert found(owner, user=viewer.pk) == ["open", "own"]
    assert client_of(outsider).get("/api/projects/?user=999999").status_code == 400


def test_projects_of_a_document_that_one_may_view(owner: User, viewer: User, outsider: User) -> None:
    document = make_document(owner)
    place = share(document, (viewer, Access.VIEW))
    assert found(viewer, document=document.pk) == [place.title]
    for hidden in (document.pk, 999_999):
        answer = client_of(outsider).get("/api/projects/", {"document": hidden})
        assert (answer.status_code, list(answer.json())) == (400, ["document"])


def test_a_list_takes_as_many_queries_for_many_as_for_one(owner: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        actions.create(user=owner)
    with django_assert_max_num_queries(1):
        assert len(found(owner, per_page=30)) == 30


def test_documents_survive_their_project_and_nobody_finds_them_through_it(owner: User, viewer: User) -> None:
    document = make_document(owner, title="Levy")
    place = share(document, (viewer, Access.VIEW))
    index.write(document)
    assert client_of(viewer).get("/api/documents/search/?q=levy").json()["count"] == 1
    assert client_of(owner).delete(f"/api/projects/{place.pk}/").status_code == 204
    assert client_of(viewer).get("/api/documents/search/?q=levy").json()["count"] == 0
    assert not index.is_right(Document.objects.get())
    assert stale_marks.sweep() == 1
    assert index.is_right(Document.objects.get())
    assert not ProjectDocument.objects.exists() and not Pin.objects.exists()
    assert StaleMark.objects.exists()  # for an hour: somebody may be writing the old mark just now
    StaleMark.objects.update(at="2020-01-01T00:00:00Z")
    stale_marks.sweep()
    assert not StaleMark.objects.exists()
    assert client_of(owner).get("/api/documents/search/?q=levy").json()["results"][0]["projects"] == []
