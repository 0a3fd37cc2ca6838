"""Saved searches that notify: who is told of which documents, each of them once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from documents import tasks
from documents.actions import alerts
from documents.choices import Access
from documents.models import Document, SavedSearch, SavedSearchHit
from documents.search import index, query
from organizations import events, following
from organizations.models import Consumer, Notification, Organization, Plan, User
from projects.models import Access as Role
from tests.conftest import client_of
from tests.documents.factories import make_project, share
from tests.documents.search.corpus import write

URL = "/api/documents/search/saved/"
SEEN = "xid < pg_snapshot_xmin(pg_current_snapshot())"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is one transaction: here what it wrote itself counts as committed."""
    monkeypatch.setattr(following, "AFTER", following.AFTER.replace(SEEN, "TRUE"))


def watch(user: User, q: str, **values: Any) -> str:
    made = client_of(user).post(URL, {"name": "Watched", "query": q, "notify": True, **values}, format="json")
    assert made.status_code == 201, made.content
    return f"{URL}{made.json()['uuid']}/"


def add(user: User, title: str, *pages: str, **fields: Any) -> int:
    """A document that has been processed."""
    with transaction.atomic():
        document = write(user, title, *pages or ("text",), **fields)
        events.record("document.processed", target=document)
    return document.pk


def read_on() -> None:
    while alerts.tell_next():
        pass


def told(user: User) -> list[list[int]]:
    """The documents of each of the person's notifications, once the log is read."""
    read_on()
    rows = client_of(user).get("/api/notifications/").json()["results"]
    assert {row["kind"] for row in rows} <= {alerts.MATCHED}
    assert all(row["data"]["count"] == len(row["data"]["documents"]) for row in rows)
    return [row["data"]["documents"] for row in reversed(rows)]


@pytest.mark.usefixtures("log")
class TestWhatIsNew:
    def test_new_documents_once_each(self, owner: User) -> None:
        add(owner, "Levy of old")
        address = watch(owner, "levy OR text:tax*")
        assert told(owner) == []
        one, two, _ = add(owner, "Levy"), add(owner, "Other", "the taxes"), add(owner, "Nothing of that")
        assert told(owner) == [[one, two]]
        client_of(owner).patch(f"/api/documents/{one}/", {"description": "levy again"})
        assert told(owner) == [[one, two]]
        [row] = client_of(owner).get("/api/notifications/").json()["results"]
        assert row["text"] == "A saved search found new documents."
        assert f"{URL}{row['data']['saved_search']}/" == address

    def test_what_begins_to_match(self, owner: User, newsroom: Organization) -> None:
        newsroom.plan = Plan.objects.create(name="Professional", feature_level=1)
        newsroom.save(update_fields=["plan"])
        titled, noted, restored = (add(owner, title) for title in ("Title", "Noted", "Levy of old"))
        client_of(owner).delete(f"/api/documents/{restored}/")
        watch(owner, "levy")
        client_of(owner).patch(f"/api/documents/{titled}/", {"title": "Levy"})
        assert told(owner) == [[titled]]
        assert (
            client_of(owner).post(f"/api/documents/{noted}/notes/", {"title": "Levy", "page_number": 0}).status_code
            == 201
        )
        assert told(owner) == [[titled], [noted]]
        assert client_of(owner).post(reverse("trash-restore", kwargs={"pk": restored})).status_code < 300
        assert told(owner) == [[titled], [noted], [restored]]

    def test_nobody_is_told_of_what_they_may_not_see(self, owner: User, outsider: User, viewer: User) -> None:
        watch(owner, "levy"), watch(outsider, "levy"), watch(viewer, "levy")
        private, public = add(owner, "Levy"), add(owner, "Levy", access=Access.PUBLIC)
        assert told(owner) == [[private, public]]
        assert told(outsider) == told(viewer) == [[public]]
        project = make_project(owner)
        client_of(owner).put(f"/api/projects/{project.pk}/users/", {"user": viewer.pk})
        assert told(outsider) == [[public]]
        share(Document.objects.get(pk=private), (viewer, Role.VIEW))
        index.write(Document.objects.get(pk=private))
        events.record("project.documents_added", target=project, data={"documents": [private]})
        assert told(viewer) == [[public], [private]]
        client_of(owner).patch(f"/api/documents/{private}/", {"access": "public"})
        assert told(outsider) == [[public], [private]]
        hidden = add(owner, "Levy", access=Access.PUBLIC)
        client_of(owner).patch(f"/api/documents/{hidden}/", {"access": "private"})
        assert told(outsider) == [[public], [private]]

    def test_another_query_has_another_beginning(self, owner: User) -> None:
        add(owner, "Levy"), add(owner, "Tax")
        address = watch(owner, "levy", notify=False)
        one, two = add(owner, "Levy"), add(owner, "Tax")
        assert told(owner) == []
        client_of(owner).patch(address, {"notify": True})
        three = add(owner, "Levy")
        assert told(owner) == [[three]]
        client_of(owner).patch(address, {"query": "tax OR levy"})
        for pk in (one, two, three):
            client_of(owner).patch(f"/api/documents/{pk}/", {"source": "new"})
        assert told(owner) == [[three]]
        four = add(owner, "Tax")
        client_of(owner).put(address, {"name": "Other", "query": "tax OR levy"})
        assert told(owner) == [[three], [four]]
        client_of(owner).patch(address, {"notify": False})
        add(owner, "Tax")
        assert told(owner) == [[three], [four]]
        assert client_of(owner).get(address).json()["notify"] is False

    def test_a_search_that_finds_very_many(self, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(alerts, "KNOWN", 1)
        old = [add(owner, "Levy"), add(owner, "Levy"), add(owner, "Tax")]
        watch(owner, "levy")
        assert not SavedSearchHit.objects.exists()
        for pk in old:
            client_of(owner).patch(f"/api/documents/{pk}/", {"title": "Levy again"})
        new = add(owner, "Levy")
        assert told(owner) == [[new]]

    def test_searches_and_people_that_are_no_more(self, owner: User, outsider: User) -> None:
        client_of(owner).delete(watch(owner, "levy"))
        watch(outsider, "levy")
        User.objects.filter(pk=outsider.pk).update(is_active=False)
        add(owner, "Levy", access=Access.PUBLIC)
        read_on()
        assert not Notification.objects.exists()

    def test_queries_that_cannot_be_read(self, owner: User) -> None:
        refused = client_of(owner).post(URL, {"name": "x", "query": '"levy', "notify": True})
        assert (refused.status_code, refused.json()["error"]) == (400, query.UNREADABLE)
        address = watch(owner, '"levy', notify=False)
        assert client_of(owner).patch(address, {"notify": True}).status_code == 400
        assert client_of(owner).patch(address, {"notify": True, "query": '"levy"'}).status_code == 200
        assert client_of(owner).patch(address, {"query": '"tax'}).status_code == 400
        assert SavedSearch.objects.get().query == '"levy"'

    def test_mail(self, owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.MAIL_IS_SENT = True
        sent: list[str] = []
        monkeypatch.setattr("docplatform.lib.queue.later", lambda task, pk: sent.append(task))
        watch(owner, "levy")
        add(owner, "Levy")
        read_on()
        assert sent == ["organizations.tasks.mail_notification"]
        client_of(owner).patch("/api/users/me/", {"wants_mail": False})
        add(owner, "Levy")
        assert (len(told(owner)), len(sent)) == (2, 1)

    def test_workers_are_woken_while_there_is_news(self, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        woken: list[str] = []
        for place in ("documents.tasks.wake", "documents.actions.alerts.wake"):
            monkeypatch.setattr(place, lambda queue, task: woken.append(task))
        add(owner, "Levy")
        for _ in range(2):
            alerts.tend()
            tasks.alert("fast")
        assert woken == [alerts.TASK] * 2  # one by each, and none any more when all is read

    def test_one_that_takes_too_long_leaves_out_no_more_than_it_must(
        self, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch(owner, "levy")
        pks = [add(owner, "Levy") for _ in range(5)]
        among = query.among

        def slow(user: User, wanted: Any, asked: list[int]) -> list[int]:
            if pks[1] in asked:
                raise query.TooSlow
            return among(user, wanted, asked)

        monkeypatch.setattr(query, "among", slow)
        assert told(owner) == [[pks[0], *pks[2:]]]

    def test_changed_while_a_batch_is_read(self, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        kept, changed, gone = watch(owner, "levy"), watch(owner, "levy"), watch(owner, "levy")
        one, two = add(owner, "Levy"), add(owner, "Tax")
        move = following.move

        def late(*args: Any, **kwargs: Any) -> bool:
            client_of(owner).delete(gone)
            client_of(owner).patch(changed, {"query": "tax"})
            three = SavedSearch.objects.get(query="tax")
            SavedSearchHit.objects.filter(saved_search=three).delete()
            return move(*args, **kwargs)

        monkeypatch.setattr(following, "move", late)
        assert sorted(told(owner)) == [[one], [two]]
        assert kept


@pytest.fixture
def committed(transactional_db: None, owner: User) -> Iterator[User]:
    yield owner
    connection.close()


def in_thread(work: Any) -> Any:
    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=60)


class TestTheLog:
    def test_what_commits_late_is_not_missed_and_nobody_is_told_twice(self, committed: User) -> None:
        owner = committed
        add(owner, "Levy")  # whoever writes a new word keeps others from writing it
        watch(owner, "levy")
        with transaction.atomic():
            late = add(owner, "Levy")  # its event is older than the next one, and committed later
            early = in_thread(lambda: add(owner, "Levy"))
            in_thread(read_on)
            assert not in_thread(lambda: list(Notification.objects.values("kind", "data")))
        place = following.place(alerts.READER)

        class Killed(Exception):
            pass

        def die(*args: object) -> None:
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(alerts, "notify", die)
            with pytest.raises(Killed):
                alerts.tell_next()
        assert following.place(alerts.READER) == place
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: in_thread(read_on), range(4)))
        [row] = Notification.objects.all()
        assert row.data["documents"] == sorted([late, early])
        assert Consumer.objects.get().event_id > place.event_id

    def test_what_changes_while_somebody_asks_for_alerts_is_new(
        self, committed: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner = committed
        every = query.every
        added: list[int] = []

        def meanwhile(*args: Any, **kwargs: Any) -> list[int]:
            found = every(*args, **kwargs)
            added.append(in_thread(lambda: add(owner, "Levy")))
            return found

        monkeypatch.setattr(query, "every", meanwhile)
        before = following.place(alerts.READER)
        with transaction.atomic():
            watch(owner, "levy")
            with pytest.raises(Exception, match="timeout"):
                in_thread(hurried)
        assert following.place(alerts.READER) == before
        assert told(owner) == [added]


def hurried() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    read_on()
