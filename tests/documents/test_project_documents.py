"""`/api/projects/<id>/documents/`: the semantics of each method, and what stays out of sight."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from documents.actions import projects as actions
from documents.actions import stale_marks
from documents.choices import Access, Status
from documents.models import Document
from documents.search import index
from organizations.models import Event, User
from projects.models import Access as Role
from projects.models import Collaborator, Project, ProjectDocument
from tests.conftest import client_of, person
from tests.documents.factories import make_document, make_project

# GET of the list, and whether the person may write, in a public project
TABLE = {
    "anonymous": (200, 403),
    "outsider": (200, 403),
    "viewer": (200, 403),
    "editor": (200, 200),
    "owner": (200, 200),
}


@pytest.fixture
def project(owner: User, viewer: User, editor: User) -> Project:
    made = make_project(owner)
    Collaborator.objects.create(project=made, user=viewer, access=Role.VIEW)
    Collaborator.objects.create(project=made, user=editor, access=Role.EDIT)
    return made


def url(project: Project, rest: Any = "") -> str:
    return f"/api/projects/{project.pk}/documents/" + (f"{rest}/" if rest else "")


def places(project: Project) -> dict[int, bool]:
    return dict(ProjectDocument.objects.filter(project=project).values_list("document_id", "edit_access"))


def put_in(project: Project, *documents: Document, edit_access: bool = True) -> None:
    for document in documents:
        ProjectDocument.objects.create(project=project, document=document, edit_access=edit_access)
        index.write(document)


def hits(user: Any, query: str) -> int:
    count: int = client_of(user).get("/api/documents/search/", {"q": query}).json()["count"]
    return count


def test_who_may_do_what(project: Project, owner: User, viewer: User, editor: User, outsider: User) -> None:
    document, other = (make_document(owner, access=Access.PUBLIC) for _ in range(2))
    put_in(project, document)
    cast: dict[str, Any] = {"owner": owner, "viewer": viewer, "editor": editor, "outsider": outsider}
    for name, (reads, writes) in TABLE.items():
        client = client_of(cast.get(name, AnonymousUser()))
        Project.objects.update(private=True)
        if name in ("anonymous", "outsider"):
            assert client.get(url(project)).status_code == client.patch(url(project), []).status_code == 404
        Project.objects.update(private=False)
        assert client.get(url(project)).status_code == client.get(url(project, document.pk)).status_code == reads
        answers = [
            client.patch(url(project), [{"document": document.pk}]),
            client.put(url(project), [{"document": document.pk}]),
            client.patch(url(project, document.pk), {}),
            client.put(url(project, document.pk), {}),
        ]
        assert {answer.status_code for answer in answers} == {writes}, name
        success = writes == 200
        assert client.post(url(project), {"document": other.pk}).status_code == (201 if success else 403), name
        assert client.delete(url(project, other.pk)).status_code == (204 if success else 403), name
        assert client.delete(f"{url(project)}?document_id__in={other.pk}").status_code == (204 if success else 403)


def test_a_document_is_put_in_once(project: Project, owner: User, viewer: User) -> None:
    document, client = make_document(owner, title="Levy"), client_of(owner)
    index.write(document)
    assert client_of(viewer).get(f"/api/documents/{document.pk}/").status_code == 404
    answer = client.post(url(project), {"document": document.pk})
    assert (answer.status_code, answer.json()) == (201, {"document": document.pk, "edit_access": True})
    assert client_of(viewer).get(f"/api/documents/{document.pk}/").status_code == 200
    assert hits(viewer, "levy") == hits(viewer, f"project:{project.pk}") == 1
    assert list(client.post(url(project), {"document": document.pk}).json()) == ["document"]
    assert client.post(url(project), {}).json() == {"document": ["This field is required."]}
    assert client.post(url(project), [{"document": document.pk}]).json()[0].keys() == {"document"}
    event = Event.objects.get(kind="project.documents_added")
    assert (event.target_id, event.data) == (project.pk, {"documents": [document.pk]})
    assert client.delete(url(project, document.pk)).status_code == 204
    assert hits(viewer, "levy") == hits(owner, f"project:{project.pk}") == 0
    assert client.get(url(project, document.pk)).status_code == 404
    assert Event.objects.get(kind="project.documents_removed").data == {"count": 1, "documents": [document.pk]}


def test_only_those_who_may_share_give_access(project: Project, owner: User, editor: User) -> None:
    public, own = make_document(owner, access=Access.PUBLIC), make_document(editor)
    client = client_of(editor)
    items = [{"document": own.pk}, {"document": public.pk}]
    assert client.patch(url(project), items).json() == [
        {"document": own.pk, "edit_access": True},
        {"document": public.pk, "edit_access": False},
    ]
    greedy = [{"document": own.pk, "edit_access": False}, {"document": public.pk, "edit_access": True}]
    assert client.patch(url(project), greedy).status_code == 403
    assert client.patch(url(project, public.pk), {"edit_access": True}).status_code == 403
    assert places(project) == {own.pk: True, public.pk: False}
    assert client.patch(url(project, own.pk), {"edit_access": False}).json()["edit_access"] is False
    assert client.patch(url(project, own.pk), {"edit_access": None}).json()["edit_access"] is True
    assert client.put(url(project, own.pk), {"document": public.pk}).status_code == 400


def test_patch_keeps_the_order_and_names_each_document_once(project: Project, owner: User) -> None:
    first, second = (make_document(owner) for _ in range(2))
    items = [{"document": second.pk}, {"document": first.pk}, {"document": second.pk, "edit_access": False}]
    answer = client_of(owner).patch(url(project), items)
    assert answer.json() == [
        {"document": second.pk, "edit_access": False},
        {"document": first.pk, "edit_access": True},
    ]
    assert client_of(owner).patch(url(project), {"document": 1}).status_code == 400
    many = [{"document": first.pk}] * 26
    for verb in ("post", "patch", "put"):
        assert list(getattr(client_of(owner), verb)(url(project), many).json()) == ["non_field_errors"]


def test_put_replaces_exactly_what_the_person_sees(project: Project, owner: User, editor: User) -> None:
    kept, leaves, comes = (make_document(owner) for _ in range(3))
    hidden = make_document(person("somebody"))
    put_in(project, kept, leaves)
    put_in(project, hidden, edit_access=False)
    client = client_of(owner)
    assert client.put(url(project), [{"document": kept.pk}, {"document": comes.pk}]).status_code == 200
    assert set(places(project)) == {kept.pk, comes.pk, hidden.pk}
    assert client.put(url(project), []).json() == []
    assert set(places(project)) == {hidden.pk}
    assert client.get(url(project)).json()["count"] == 0
    assert hits(owner, f"project:{project.pk}") == 0


def test_what_one_may_not_view_reads_as_if_it_were_not_there(project: Project, owner: User) -> None:
    hidden, client = make_document(person("somebody")), client_of(owner)
    put_in(project, hidden, edit_access=False)
    answers = {}
    for pk in (hidden.pk, 10**9):
        message = f'Invalid pk "{pk}" - object does not exist.'
        assert client.post(url(project), {"document": pk}).json() == {"document": [message]}
        for verb in ("post", "patch", "put"):
            assert getattr(client, verb)(url(project), [{"document": pk}]).json() == [{"document": [message]}]
        for verb in ("get", "put", "patch", "delete"):
            assert getattr(client, verb)(url(project, pk), {}).status_code == 404
        answers[pk] = client.delete(f"{url(project)}?document_id__in={pk}").json()
    assert list(answers.values()) == [["Name only documents that you may view."]] * 2
    assert set(places(project)) == {hidden.pk}


def test_delete_takes_out_what_is_named_or_all(project: Project, owner: User) -> None:
    documents = [make_document(owner) for _ in range(27)]
    put_in(project, *documents[:26])
    client = client_of(owner)
    answer = client.delete(url(project))
    assert (answer.status_code, answer.json()) == (400, ["Send at most 25 objects at once."])
    assert client.delete(f"{url(project)}?document_id__in=x").status_code == 400
    named = f"{documents[0].pk},{documents[26].pk}"  # the second is not in the project
    assert client.delete(f"{url(project)}?document_id__in={named}").status_code == 204
    assert len(places(project)) == 25
    assert client.delete(url(project)).status_code == 204
    assert not places(project)


def test_the_list_counts_and_begins_with_the_newest(project: Project, owner: User, viewer: User) -> None:
    documents = [make_document(owner, access=Access.PUBLIC if n else Access.PRIVATE) for n in range(3)]
    put_in(project, *documents)
    Project.objects.update(private=False)
    newest = [document.pk for document in reversed(documents)]
    for version in ("1.0", "2.0"):
        page = client_of(viewer).get(url(project), {"version": version, "per_page": 2}).json()
        assert list(page) == ["count", "next", "previous", "results"]
        assert (page["count"], [row["document"] for row in page["results"]]) == (3, newest[:2])
        rest = client_of(viewer).get(page["next"].removeprefix("http://127.0.0.1:8000")).json()
        assert (rest["count"], [row["document"] for row in rest["results"]]) == (3, newest[2:])
        oldest = client_of(viewer).get(url(project), {"version": version, "ordering": "created_at"}).json()
        assert [row["document"] for row in oldest["results"]] == newest[::-1]
    answer = client_of(AnonymousUser()).get(url(project))
    assert (answer.json()["count"], answer["Cache-Control"]) == (2, "public, max-age=300")
    assert client_of(owner).get(url(project))["Cache-Control"] == "private, no-cache"
    assert client_of(owner).get(url(project, newest[0]))["Cache-Control"] == "no-cache"


def test_the_count_is_that_of_the_documents_one_sees(
    project: Project, owner: User, viewer: User, outsider: User
) -> None:
    Project.objects.update(private=False)
    states = [(access, status) for access in Access for status in (Status.SUCCESS, Status.PENDING, Status.DELETED)]
    for number, (access, status) in enumerate(states * 2):
        document = make_document(owner, access=access, status=status)
        ProjectDocument.objects.create(project=project, document=document, edit_access=number < len(states))
    cast: list[Any] = [owner, viewer, outsider, AnonymousUser()]
    for user in cast:
        for query in ("", "&version=1.0", f"&document_id__in={document.pk},{document.pk - 1}"):
            answer = client_of(user).get(f"{url(project)}?per_page=100{query}").json()
            assert answer["count"] == len(answer["results"]), (user, query)
    assert client_of(viewer).get(url(project)).json()["count"] == 7  # six that are shared, one that everybody reads


def test_documents_are_expanded_without_a_place_to_upload_to(project: Project, owner: User) -> None:
    for _ in range(3):
        put_in(project, make_document(owner, status=Status.NOFILE))
    client = client_of(owner)
    wish = {"expand": "document.user.organization,document.organization,document.projects"}
    with CaptureQueriesContext(connection) as queries:
        rows = client.get(url(project), wish).json()["results"]
    document = rows[0]["document"]
    assert "presigned_url" not in document and document["projects"][0]["id"] == project.pk
    assert document["user"]["organization"]["slug"] == document["organization"]["slug"] == "newsroom"
    put_in(project, *(make_document(owner) for _ in range(5)))
    with CaptureQueriesContext(connection) as more:
        client.get(url(project), wish)
    assert len(more) == len(queries)
    for everything in ("~all", "document.~all", "document.user.~all"):
        assert client.get(url(project), {"expand": everything}).json()["results"][0]["document"]["id"]
    one = client.patch(f"{url(project, document['id'])}?expand=document", {}).json()
    assert "presigned_url" not in one["document"]


def test_a_get_without_its_last_slash_is_sent_there(project: Project, owner: User) -> None:
    answer = client_of(owner).get(f"/api/projects/{project.pk}/documents/5?expand=document")
    assert (answer.status_code, answer["Location"]) == (301, f"{url(project, 5)}?expand=document")


def test_many_cost_as_many_queries_as_one(project: Project, owner: User) -> None:
    documents = [make_document(owner) for _ in range(25)]
    index.write_all([document.pk for document in documents])
    client = client_of(owner)
    counts = []
    for batch in (documents[:1], documents):
        for verb in ("patch", "put"):
            items = [{"document": document.pk, "edit_access": verb == "put"} for document in batch]
            with CaptureQueriesContext(connection) as queries:
                assert getattr(client, verb)(url(project), items).status_code == 200
            counts.append(len(queries))
        client.put(url(project), [])
    assert counts[:2] == counts[2:]


def test_a_cleared_project_shares_nothing_at_once(
    project: Project, owner: User, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    documents = [make_document(owner, title="Levy") for _ in range(5)]
    put_in(project, *documents)
    assert hits(viewer, "levy") == 5
    kept = [{"document": documents[0].pk}]
    assert client_of(owner).put(url(project), kept).status_code == 200
    assert set(places(project)) == {documents[0].pk}
    for user, query in ((viewer, "levy"), (owner, f"project:{project.pk}"), (viewer, "project:*")):
        assert hits(user, query) == 1, query
    assert [index.is_right(document) for document in Document.objects.order_by("pk")] == [True] + [False] * 4
    assert stale_marks.sweep() == 4
    assert all(index.is_right(document) for document in Document.objects.all())
    assert client_of(owner).post(url(project), {"document": documents[1].pk}).status_code == 201
    assert hits(viewer, "levy") == 2
    assert Event.objects.get(kind="project.documents_removed").data == {"count": 4}


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_none_is_lost(owner: User) -> None:
    project = make_project(owner)
    documents = [make_document(owner) for _ in range(12)]
    with transaction.atomic():
        index.write_all([document.pk for document in documents])
    orders = [documents[:8], documents[:3:-1], documents[::2], documents[::-1]]

    def patch(batch: list[Document]) -> int:
        try:
            items = [{"document": document.pk} for document in batch]
            return client_of(owner).patch(url(project), items).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(patch, orders)) == [200] * 4
    assert len(places(project)) == 12
    assert Event.objects.filter(kind="project.documents_added").exists()
    assert all(index.is_right(document) for document in Document.objects.all())
