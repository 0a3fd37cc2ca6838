"""GET /healthz: what is alive, for everybody; why not, for those who run the place."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from docplatform import health
from docplatform.lib import storage
from documents.choices import Queue
from documents.models import WorkerBeat
from organizations.models import User

pytestmark = pytest.mark.django_db
STRANGER = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept from the test before."""
    monkeypatch.setattr(health, "_kept", (float("-inf"), {}))


def beat(*queues: Queue, seconds: int = 0, host: str = "one") -> None:
    for queue in queues:
        WorkerBeat.objects.create(host=host, queue=queue, at=timezone.now() - timedelta(seconds=seconds))


def test_all_parts_alive_is_200(client: Client) -> None:
    beat(*Queue)
    answer = client.get("/healthz", **STRANGER)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "failing": []}
    assert "no-store" in answer["Cache-Control"]


def test_a_silent_queue_is_503_and_named(client: Client) -> None:
    beat(Queue.FAST)
    beat(Queue.BULK, seconds=60)
    answer = client.get("/healthz", **STRANGER)
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "failing": ["workers_bulk"]}


def test_one_living_host_is_enough(client: Client) -> None:
    beat(*Queue, seconds=3600)
    beat(*Queue, host="two")
    assert client.get("/healthz").status_code == 200


def test_a_full_disk_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def put(self, key: str, content: bytes) -> None:
            raise OSError(28, "No space left on device")

    beat(*Queue)
    monkeypatch.setattr(storage, "backend", Full)
    answer = client.get("/healthz")
    assert answer.json()["failing"] == ["storage"]
    assert "No space left" in answer.json()["parts"]["storage"]["reason"]


def test_a_lost_database_is_named_and_nothing_else_is_asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(health, "PARTS", {**health.PARTS, "database": lost})
    monkeypatch.setattr(health, "database", lost)
    answer = client.get("/healthz", **STRANGER)
    assert answer.status_code == 503
    assert answer.json()["failing"] == ["database", "workers_fast", "workers_bulk"]


def test_details_are_for_staff_and_this_machine(client: Client, staff: User, owner: User) -> None:
    beat(*Queue)
    assert "parts" in client.get("/healthz", REMOTE_ADDR="127.0.0.1").json()
    assert "parts" in client.get("/healthz", REMOTE_ADDR="::1").json()
    assert "parts" not in client.get("/healthz", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "::1"}).json()
    client.force_login(owner)
    assert "parts" not in client.get("/healthz", **STRANGER).json()
    client.force_login(staff)
    assert "parts" in client.get("/healthz", **STRANGER).json()


def test_many_questions_are_answered_from_one_look(client: Client) -> None:
    beat(*Queue)
    assert client.get("/healthz").status_code == 200
    WorkerBeat.objects.all().delete()
    assert client.get("/healthz").status_code == 200
