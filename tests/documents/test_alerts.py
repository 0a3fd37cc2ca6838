"""Saved searches that notify: who is told of which documents, each of them once."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.urls import reverse

from docplatform.lib.errors import Refused
from documents import tasks
from documents.actions import alerts
from documents.choices import Access
from documents.models import Document, SavedSearch, SavedSearchHit
from documents.search import index, query, slots
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

    def test_a_search_that_takes_too_long_has_one_more_try_with_fewer(
        self, owner: User, viewer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(alerts, "FEW", 1)
        watch(owner, "levy slow"), watch(viewer, "levy")
        pks = [add(owner, "Levy slow", access=Access.PUBLIC) for _ in range(5)]
        sizes: list[int] = []
        among = query.among

        def slow(user: User, wanted: Any, asked: list[int]) -> list[int]:
            if "slow" in wanted.q:
                sizes.append(len(asked))
                if pks[1] in asked:
                    raise query.TooSlow
            return among(user, wanted, asked)

        monkeypatch.setattr(query, "among", slow)
        assert (told(owner), told(viewer)) == ([pks[:1]], [pks])
        assert sizes == [5, 1, 1]
        assert [record.message for record in caplog.records if record.name == alerts.logger.name] == ["alert left out"]

    @pytest.mark.parametrize("failure", [query.TooSlow(), Refused("query", "x"), DataError("x")])
    def test_a_search_that_fails_stops_nobody(
        self, owner: User, viewer: User, monkeypatch: pytest.MonkeyPatch, failure: Exception
    ) -> None:
        watch(owner, "bad"), watch(owner, "levy"), watch(viewer, "levy")
        pk = add(owner, "Levy", access=Access.PUBLIC)
        fail(monkeypatch, "bad", [failure] * 2)
        assert told(owner) == told(viewer) == [[pk]]

    @pytest.mark.parametrize(("times", "found"), [(1, True), (alerts.ROUNDS, False)])
    def test_a_search_without_a_slot_is_tried_again_and_not_for_ever(
        self, owner: User, monkeypatch: pytest.MonkeyPatch, times: int, found: bool
    ) -> None:
        watch(owner, "tax"), watch(owner, "levy")
        pk = add(owner, "Levy tax")
        fail(monkeypatch, "tax", [slots.Busy()] * times)
        assert told(owner) == [[pk]] * (1 + found)

    def test_a_batch_without_time_is_read_event_by_event(
        self, owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(alerts, "_pace", alerts._Pace())
        watch(owner, "levy")
        one, two = add(owner, "Levy"), add(owner, "Levy")
        with monkeypatch.context() as patch:
            patch.setattr(alerts, "SECONDS", -1.0)
            before = following.place(alerts.READER)
            assert alerts.tell_next() and following.place(alerts.READER) == before
            left = alerts._pace.events
            assert alerts.tell_next() and following.place(alerts.READER) != before  # the event of the search itself
        assert (left, told(owner)) == (1, [[one], [two]])
        add(owner, "Levy")
        with monkeypatch.context() as patch:
            patch.setattr(alerts, "SECONDS", -1.0)
            read_on()
        assert "alert left out" in caplog.messages and told(owner) == [[one], [two]]

    def test_ones_time_is_not_all_time(
        self, owner: User, viewer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(alerts, "SECONDS_EACH", -1.0)
        watch(owner, "levy"), watch(viewer, "levy")
        add(owner, "Levy")
        assert told(owner) == [] and not alerts.tell_next()
        assert caplog.messages.count("alert left out") == 1  # the other one sees nothing to search

    def test_so_many_searches_notify_a_person(self, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(alerts, "MOST", 1)
        first, other = watch(owner, "levy"), watch(owner, "tax", notify=False)
        client = client_of(owner)
        for refused in (
            client.patch(other, {"notify": True}),
            client.post(URL, {"name": "x", "query": "x", "notify": True}, format="json"),
        ):
            assert (refused.status_code, refused.json()) == (400, {"error": alerts.TOO_MANY, "code": "notify"})
        assert client.patch(first, {"query": "new"}).status_code == 200
        assert client.patch(first, {"notify": False}).status_code == 200
        assert client.patch(other, {"notify": True}).status_code == 200

    def test_changed_while_alerts_begin(self, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        address = watch(owner, "levy", notify=False)

        def late(*args: Any, **kwargs: Any) -> list[int]:
            SavedSearch.objects.update(query="tax")
            return []

        monkeypatch.setattr(query, "every", late)
        assert client_of(owner).patch(address, {"notify": True}).status_code == 409
        assert not SavedSearch.objects.get().notify

    def test_changed_while_a_batch_is_read(self, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        kept, changed, gone = watch(owner, "levy"), watch(owner, "levy"), watch(owner, "levy")
        one, two = add(owner, "Levy"), add(owner, "Tax")
        write_down = alerts._write

        def late(*args: Any, **kwargs: Any) -> set[int]:
            client_of(owner).delete(gone)
            client_of(owner).patch(changed, {"query": "tax"})
            three = SavedSearch.objects.get(query="tax")
            SavedSearchHit.objects.filter(saved_search=three).delete()
            monkeypatch.setattr(alerts, "_write", write_down)
            return write_down(*args, **kwargs)

        monkeypatch.setattr(alerts, "_write", late)
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


def settle() -> None:
    """Wait until nothing can come before what was written: other tests write into databases beside this one."""
    until = time.monotonic() + 180
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(f"SELECT count(*) FROM organizations_event WHERE NOT {SEEN}")
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise TimeoutError


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
        settle()
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
        add(owner, "Levy of old")
        read_on()
        every, note = query.every, alerts._note
        added: list[int] = []
        settings: list[Any] = []

        def meanwhile(*args: Any, **kwargs: Any) -> list[int]:
            assert not connection.in_atomic_block
            found = every(*args, **kwargs)
            added.append(in_thread(lambda: add(owner, "Levy")))
            in_thread(settle)
            in_thread(read_on)  # nobody waits for the search, and its person's documents are not lost
            return found

        def spy(hits: Any) -> Any:
            if hits:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT current_setting('statement_timeout'), current_setting('enable_seqscan')")
                    settings.append(cursor.fetchone())
            return note(hits)

        monkeypatch.setattr(query, "every", meanwhile)
        monkeypatch.setattr(alerts, "_note", spy)
        watch(owner, "levy")
        assert settings == [("0", "on")]
        settle()
        assert told(owner) == [added]


def fail(monkeypatch: pytest.MonkeyPatch, text: str, failures: list[Exception]) -> None:
    """Let the search for the text fail so often."""
    among = query.among

    def asked(user: User, wanted: Any, documents: list[int]) -> list[int]:
        if wanted.q == text and failures:
            raise failures.pop()
        return among(user, wanted, documents)

    monkeypatch.setattr(query, "among", asked)
