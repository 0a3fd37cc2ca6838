"""Bulk jobs: counted, done in small pieces, refused document by document, cancelled, undone, and never done twice."""

import os
import signal
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from documents import tasks
from documents.actions import processing
from documents.actions.bulk import chunks, orders
from documents.models import BulkItem, BulkJob, Document
from documents.search import index
from organizations.models import Event, User
from projects.models import Access, Collaborator
from tests.conftest import client_of
from tests.documents.factories import make_document, make_job, make_project, share
from tests.documents.pipeline.killing import run

URL = "/api/bulk/"


def made(user: User, **fields: Any) -> Document:
    document = make_document(user, **fields)
    with transaction.atomic():
        index.write(document)
    return document


def post(user: User, **body: Any) -> Any:
    return client_of(user).post(URL, body)


def work() -> None:
    while chunks.carry_on():
        pass


def finished(user: User, **body: Any) -> dict[str, Any]:
    """The job once it is over, with its refusals by document."""
    answer = post(user, **body)
    assert answer.status_code == 201, answer.json()
    work()
    job: dict[str, Any] = client_of(user).get(f"{URL}{answer.json()['id']}/").json()
    items = client_of(user).get(f"{URL}{job['id']}/items/?state=refused").json()["results"]
    return job | {"reasons": {item["document"]: item["reason"] for item in items}}


def values(column: str) -> dict[int, Any]:
    return dict(Document.objects.values_list("pk", column))


def test_everything_that_a_query_finds_gets_another_access(owner: User, colleague: User, outsider: User) -> None:
    mine = [made(owner, title=f"Harbour {n}", data={"tag": ["x"]}) for n in range(3)]
    other, foreign = made(owner, title="School"), made(outsider, title="Harbour", access="public")
    unseen = made(outsider, title="Harbour")
    busy = made(owner, title="Harbour", status="pending")
    make_job(busy)
    wanted = {"query": "title:harbour", "action": "access", "options": {"access": "organization"}}
    counts = post(owner, dry_run=True, **wanted)
    assert (counts.status_code, counts.json()) == (
        200,
        {
            "total": 5,
            "allowed": 3,
            "refused": [
                {"reason": processing.PROCESSING, "count": 1},
                {"reason": "You may not do this with this document.", "count": 1},
            ],
        },
    )
    assert not BulkJob.objects.exists() and not Event.objects.filter(kind__startswith="bulk").exists()
    job = finished(owner, **wanted)
    assert (job["state"], job["total"], job["waiting"], job["done"], job["refused"]) == ("done", 5, 0, 3, 2)
    assert job["reasons"].keys() == {foreign.pk, busy.pk}
    expected = dict.fromkeys((document.pk for document in mine), "organization")
    expected |= {other.pk: "private", foreign.pk: "public", unseen.pk: "private", busy.pk: "private"}
    assert values("access") == expected
    assert client_of(colleague).get("/api/documents/search/?q=title:harbour").json()["count"] == 4
    events = Event.objects.filter(kind="document.updated", data__bulk=job["id"], actor_id=owner.pk)
    assert set(events.values_list("target_id", flat=True)) == {document.pk for document in mine}


@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ({"set": {"a": ["1"]}}, {"a": ["0"], "b": ["2"]}, {"a": ["1"], "b": ["2"]}),
        ({"set": {"a": []}}, {"a": ["0"]}, {}),
        ({"add": {"a": ["1", "0", "1"]}}, {"a": ["0"]}, {"a": ["0", "1"]}),
        ({"add": {"a": "1"}}, {}, {"a": ["1"]}),
        ({"remove": {"a": ["0"]}}, {"a": ["0", "1"]}, {"a": ["1"]}),
        ({"remove": {"a": ["0"]}}, {"a": ["0"]}, {}),
        ({"remove": {"a": [], "z": []}}, {"a": ["0"], "b": ["2"]}, {"b": ["2"]}),
        ({"set": {"t": ["x"]}, "add": {"t": ["y"]}, "remove": {"t": ["x"]}}, {}, {"t": ["y"]}),
    ],
)
def test_data_is_set_added_and_removed(owner: User, options: Any, before: Any, after: Any) -> None:
    document = made(owner, data=before)
    finished(owner, ids=[document.pk], action="data", options=options)
    document.refresh_from_db()
    assert document.data == after


def test_projects_take_and_lose_documents(owner: User, outsider: User, editor: User) -> None:
    mine, foreign = made(owner), made(outsider, access="public")
    project, left = make_project(owner), share(mine)
    Collaborator.objects.create(project=project, user=editor, access=Access.VIEW)
    options = {"add": [project.pk], "remove": [left.pk]}
    job = finished(owner, ids=[mine.pk, foreign.pk], action="projects", options=options)
    assert (job["done"], job["refused"]) == (2, 0)
    places = project.memberships.order_by("document_id").values_list("document_id", "edit_access")
    assert list(places) == [(mine.pk, True), (foreign.pk, False)]
    assert not left.memberships.exists()
    assert client_of(editor).get(f"/api/documents/search/?q=user:{owner.pk}").json()["count"] == 1
    sharing = {"add": [left.pk], "edit_access": True}
    assert finished(owner, ids=[foreign.pk], action="projects", options=sharing)["refused"] == 1
    hidden = make_project(outsider)
    for wrong in (hidden.pk, 10**9):
        answer = post(owner, ids=[mine.pk], action="projects", options={"add": [wrong]}).json()
        assert answer == {"options": {"add": [f'Invalid pk "{wrong}" - object does not exist.']}}


def test_processing_deleting_and_restoring(owner: User) -> None:
    read, empty, held = made(owner, original_hash="0" * 64), made(owner), made(owner, is_held=True)
    Document.objects.filter(pk=empty.pk).update(upload_key="")
    ids = [read.pk, empty.pk]
    job = finished(owner, ids=ids, action="process", options={"force_ocr": True})
    assert (job["done"], list(job["reasons"])) == (1, [empty.pk])
    assert read.jobs.get().force_ocr
    job = finished(owner, ids=[*ids, held.pk], action="delete", options={"purge": True})
    assert (job["done"], list(job["reasons"])) == (2, [held.pk])
    kept = made(owner)
    assert finished(owner, query=f"id:{kept.pk}", action="delete")["done"] == 1
    assert finished(owner, ids=[kept.pk], action="restore")["done"] == 1
    finished(owner, filters={"id": [kept.pk]}, action="delete")
    assert finished(owner, action="restore")["total"] == 1
    assert values("status") == {read.pk: "deleted", empty.pk: "deleted", held.pk: "success", kept.pk: "success"}


def test_rights_are_asked_for_when_it_is_done(owner: User, colleague: User) -> None:
    documents = [made(owner, access="organization") for _ in range(3)]
    job = post(colleague, ids=[d.pk for d in documents], action="access", options={"access": "public"}).json()
    Document.objects.filter(pk=documents[0].pk).update(access="private")
    documents[1].delete()
    work()
    items = client_of(colleague).get(f"{URL}{job['id']}/items/").json()["results"]
    assert [item["state"] for item in items] == ["refused", "refused", "done"]
    assert items[0]["reason"] == items[1]["reason"] == chunks.GONE
    job = post(colleague, query="", action="access", options={"access": "organization"}).json()
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    work()
    assert set(BulkItem.objects.filter(job=job["id"]).values_list("refusal", flat=True)) == {chunks.AWAY}


def test_an_undo_gives_back_what_nobody_changed_since(owner: User) -> None:
    plan = timezone.now() + timedelta(days=9)
    planned, changed, public = made(owner, publish_at=plan), made(owner), made(owner, access="public")
    done = finished(owner, query="", action="access", options={"access": "public"})
    Document.objects.filter(pk=changed.pk).update(access="organization")
    answer = client_of(owner).post(f"{URL}{done['id']}/undo/")
    assert (answer.status_code, answer.json()["total"], answer.json()["undoes"]) == (201, 2, done["id"])
    work()
    assert values("access") == {planned.pk: "private", changed.pk: "organization", public.pk: "public"}
    assert values("publish_at")[planned.pk] == plan
    for again in (done["id"], answer.json()["id"]):
        assert client_of(owner).post(f"{URL}{again}/undo/").status_code == 409
    data = finished(owner, query="", action="data", options={"set": {"a": ["1"]}})
    assert client_of(owner).post(f"{URL}{data['id']}/undo/").json()["code"] == "no_undo"


def test_a_cancelled_job_does_nothing_more(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 2)
    for _ in range(5):
        made(owner)
    job = post(owner, query="", action="access", options={"access": "public"}).json()
    assert client_of(owner).post(f"{URL}{job['id']}/undo/").json()["code"] == "not_over"
    chunks.carry_on()
    assert client_of(owner).delete(f"{URL}{job['id']}/").status_code == 204
    assert not chunks.carry_on()
    told = client_of(owner).get(f"{URL}{job['id']}/").json()
    assert (told["state"], told["waiting"], told["done"]) == ("cancelled", 3, 2)
    assert client_of(owner).delete(f"{URL}{job['id']}/").json()["code"] == "over"


def test_jobs_are_their_owners_alone(owner: User, colleague: User, staff: User) -> None:
    made(owner)
    first, second = (post(owner, query="", action="data", options={"add": {"a": ["1"]}}).json() for _ in range(2))
    for version in ("1.0", "2.0"):
        rows = client_of(owner).get(f"{URL}?version={version}&fields=id").json()["results"]
        assert rows == [{"id": second["id"]}, {"id": first["id"]}]
    one = f"{URL}{first['id']}/"
    for user in (colleague, staff):
        assert client_of(user).get(URL).json()["results"] == []
        client = client_of(user)
        answers = [client.get(one), client.delete(one), client.post(f"{one}undo/"), client.get(f"{one}items/")]
        assert {answer.status_code for answer in answers} == {404}
    assert client_of(AnonymousUser()).get(URL).status_code in (401, 403)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "delete"}, "query"),
        ({"action": "delete", "query": "x", "ids": [1]}, "query"),
        ({"action": "restore", "query": "x"}, "query"),
        ({"action": "burn", "query": "x"}, "action"),
        ({"action": "delete", "query": "x", "options": {"purged": True}}, "options"),
        ({"action": "access", "query": "x", "options": {"access": "invisible"}}, "options"),
        ({"action": "data", "query": "x", "options": {}}, "options"),
        ({"action": "data", "query": "x", "options": {"set": {"a b": ["1"]}}}, "options"),
        ({"action": "delete", "filters": {"usr": 3}}, "filters"),
        ({"action": "delete", "filters": {"user": {"a": 1}}}, "filters"),
        ({"action": "delete", "filters": [1]}, "filters"),
        ({"action": "delete", "ids": ["x"]}, "ids"),
        ({"action": "delete", "query": 'title:"harbour'}, "code"),
    ],
)
def test_what_is_not_meant_so_is_refused(owner: User, body: Any, field: str) -> None:
    made(owner, title="Harbour")
    answer = post(owner, **body)
    assert answer.status_code == 400, answer.json()
    assert field in answer.json()
    assert not BulkJob.objects.exists()


def test_too_much_at_once_is_refused(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [made(owner).pk for _ in range(3)]
    body: dict[str, Any] = {"action": "data", "options": {"set": {"a": ["1"]}}}
    with monkeypatch.context() as limits:
        limits.setattr(orders, "MOST", 2)
        for which in ({"query": ""}, {"ids": ids}):
            assert post(owner, **which, **body).json()["code"] == "too_many"
    monkeypatch.setattr(orders, "MOST_ACTIVE", 1)
    assert post(owner, query="", **body).status_code == 201
    assert post(owner, query="", **body).status_code == 409


def test_one_broken_document_does_not_hold_up_the_others(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = made(owner), made(owner)
    write_all = index.write_all

    def fail(pks: Collection[int]) -> None:
        if broken.pk in pks:
            raise ZeroDivisionError
        write_all(pks)

    monkeypatch.setattr(index, "write_all", fail)
    job = finished(owner, query="", action="access", options={"access": "public"})
    assert job["reasons"] == {broken.pk: chunks.FAILED}
    assert values("access") == {broken.pk: "private", fine.pk: "public"}


def test_choosing_costs_the_same_for_many(owner: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        made(owner)
    with django_assert_max_num_queries(20):
        assert post(owner, query="", action="data", options={"set": {"a": ["1"]}}).json()["total"] == 30
    with django_assert_max_num_queries(8):
        post(owner, query="", action="data", options={"set": {"a": ["1"]}}, dry_run=True)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_does_nothing_twice(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 3)
    documents = [made(owner) for _ in range(7)]
    post(owner, ids=[d.pk for d in documents], action="data", options={"add": {"a": ["1"]}})
    for deadly in range(1, 5):
        run(partial(_work_until, deadly))
    work()
    assert set(BulkItem.objects.values_list("state", flat=True)) == {"done"}
    assert [document.data for document in Document.objects.all()] == [{"a": ["1"]}] * 7
    updates = Event.objects.filter(kind="document.updated").values_list("target_id", flat=True)
    assert sorted(pk or 0 for pk in updates) == [document.pk for document in documents]
    assert BulkJob.objects.get().state == "done"


def _work_until(deadly: int) -> None:
    """The worker's own loop; it is killed while it deals with its `deadly`-th document."""
    real, count = chunks._do, 0

    def do(job: BulkJob, item: BulkItem, document: Document) -> None:
        nonlocal count
        real(job, item, document)
        count += 1
        if count == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    chunks._do = do
    while True:
        tasks.bulk("fast")
