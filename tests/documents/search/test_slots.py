"""So many costly searches run at once; the others wait a little, and are told to come again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from documents.search import slots, statistics
from documents.search.tree import ANY, Node, Pattern, Phrase, Word
from organizations.models import User
from tests.conftest import client_of
from tests.documents.search.corpus import write


@pytest.mark.parametrize(
    ("node", "costly"),
    [
        (Word("levy"), False),
        (Word("levy", 1), True),
        (Pattern(ANY), False),
        (Pattern(f"bud{ANY}"), False),
        (Pattern(f"bu{ANY}"), True),
        (Pattern(f"{ANY}ort"), True),
        (Phrase("rare words"), False),
        (Phrase("common the"), True),
        (Phrase("the rare"), False),
        (Phrase("rare words", 3), True),
        (Phrase("levy", 3), False),
    ],
)
def test_what_is_costly(node: Node, costly: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "frequencies", lambda: {"the": 0.9, "common": 0.3})
    assert slots.is_costly(node) is costly


@pytest.mark.django_db(transaction=True)
def test_no_more_than_the_slots_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "SLOTS", 2)
    monkeypatch.setattr(slots, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(slots, "WAIT_SECONDS", 60)
    lock, running, most = threading.Lock(), [], []

    def search(number: int) -> None:
        with transaction.atomic():
            slots.take(Word("levy", 1))
            with lock:
                running.append(number)
                most.append(len(running))
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.05)")
            with lock:
                running.remove(number)
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(search, range(12)))
    assert (max(most), len(most)) == (2, 12)


@pytest.mark.django_db(transaction=True)
def test_whoever_finds_no_slot_is_told_to_come_again(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "SLOTS", 1)
    monkeypatch.setattr(slots, "WAIT_SECONDS", 0.0)
    write(owner, "Levy")
    taken, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            slots.take(Word("levy", 1))
            taken.set()
            over.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(30)
    client = client_of(owner)
    refused = client.get("/api/documents/search/", {"q": "lavy~"})
    assert (refused.status_code, refused["Retry-After"], refused.json()["code"]) == (503, "5", "other")
    assert client.get("/api/documents/search/", {"q": "levy"}).json()["count"] == 1
    over.set()
    thread.join()
    assert client.get("/api/documents/search/", {"q": "lavy~"}).json()["count"] == 1
