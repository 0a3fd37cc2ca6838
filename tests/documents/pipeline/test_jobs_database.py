"""The database goes away for a moment: workers wait for it and lose nothing."""

from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import Status
from documents.models import Job, Step
from documents.pipeline import claims, database, runner
from documents.pipeline.claims import Claim
from documents.pipeline.runner import Pulse
from organizations.models import Event, User
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, upload_file


def cut_off() -> None:
    """End this process's connection from outside, as a restart of the server does."""
    pid = connection.connection.info.backend_pid
    params = connection.get_connection_params()
    names = ("dbname", "user", "password", "passfile", "host", "port")
    reached = {name: params[name] for name in names if params.get(name)}
    with psycopg.connect(**reached, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "during"])
def test_a_connection_that_breaks_costs_nothing(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    if when == "before":
        steps.before = lambda kind, work: cut_off()
    else:
        _break_first(claims, "complete", monkeypatch)
    document = upload_file(owner, b"9 9")
    processing.start([(document, Options())], actor=owner)
    drain()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS
    assert set(Step.objects.values_list("attempts", flat=True)) == {1}
    assert Job.objects.get().texts_left == 0
    assert Event.objects.filter(kind="document.processed").count() == 1


def _break_first(module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the connection inside the finishing transaction, the first time round."""
    real, broken = getattr(module, name), []

    def call(*args: Any) -> Any:
        if not broken:
            broken.append(True)
            cut_off()
        return real(*args)

    monkeypatch.setattr(module, name, call)


@pytest.mark.django_db(transaction=True)
def test_patience_ends(impatient: None) -> None:
    def away() -> None:
        raise OperationalError("the server is starting up")

    with pytest.raises(OperationalError):
        database.patiently(away)


@pytest.mark.django_db
def test_inside_a_transaction_only_its_owner_can_try_again() -> None:
    calls = []

    def away() -> None:
        calls.append(1)
        raise OperationalError

    with pytest.raises(OperationalError), transaction.atomic():
        database.patiently(away)
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_a_running_program_outlives_a_restart_but_not_its_lease(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    processing.start([(upload_file(owner, b"1 0"), Options())], actor=owner)
    claim = claims.claim("fast", "test")
    assert claim
    monkeypatch.setattr(runner, "BEAT_SECONDS", 0.0)
    pulse = Pulse(claim, stopping=lambda: False, alive=lambda: None)

    def away(claim: Claim) -> bool:
        raise OperationalError

    monkeypatch.setattr(claims, "heartbeat", away)
    assert pulse.tick()
    pulse.last -= claims.LEASE_SECONDS
    assert not pulse.tick()
