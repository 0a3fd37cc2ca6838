"""A worker is killed while pages are redacted, moved, turned, corrected, read or fetched: it ends as if nothing was."""

from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now

from docplatform.lib import http, storage
from documents.choices import JobKind, StepKind
from documents.models import Document, Doomed, Job, Step
from documents.pipeline import chores, doomed, recovery, sweep
from organizations.models import User
from tests.conftest import client_of
from tests.documents import modifying
from tests.documents.pipeline import killing
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.pipeline.traces import known, outcome, stored, sweep_all
from tests.documents.processing import drain, process_file

pytestmark = pytest.mark.django_db(transaction=True)
FILE = b"3 2 "  # what comes after it makes it a file that nobody has uploaded before
BOX = {"page_number": 1, "x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2}
WORD = {"text": "Harbour", "x1": 0.1, "x2": 0.3, "y1": 0.1, "y2": 0.13}
MOVED = [{"page": "2,0"}, {"page": "1", "modifications": modifying.TURNS["cc"]}]
TEXTS = {"pages": [{"page_number": 1, "text": "Harbour", "positions": [WORD]}, {"page_number": 2, "text": "more"}]}
SENT: dict[str, tuple[str, str, Any]] = {
    JobKind.REDACT: ("post", "redactions/", [BOX]),
    JobKind.MODIFY: ("post", "modifications/", MOVED),
    JobKind.TEXT: ("patch", "", TEXTS),
    JobKind.EXTRACT: ("post", "legacy_entities_2/", None),
}
STAGES = [
    (JobKind.REDACT, StepKind.REDACT),
    (JobKind.REDACT, StepKind.PROVE),
    (JobKind.MODIFY, StepKind.MODIFY),
    (JobKind.MODIFY, StepKind.TURN),
    (JobKind.TEXT, StepKind.TEXT),
    (JobKind.EXTRACT, StepKind.EXTRACT),
    (JobKind.PROCESS, StepKind.FETCH),
]
"""The stages that no upload goes through, and the kind of job that does."""
AROUND = [moment for moment in killing.MOMENTS if moment != killing.IN_THE_PROGRAM]
"""For what happens while a real program runs see test_faults_edits_real."""


@pytest.fixture(autouse=True)
def _fakes(steps: FakeSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs and servers that take no time. Every address has a file of its own."""

    def download(url: str, target: Path, **limits: object) -> None:
        target.write_bytes(FILE + url.encode())

    monkeypatch.setattr(http, "download", download)


def begun(kind: JobKind, owner: User, name: str) -> Document:
    """A document about which people have said something, and of which a job of this kind has begun."""
    client = client_of(owner)
    if kind == JobKind.PROCESS:
        body = {"title": "Budget", "file_url": f"https://example.org/{name}"}
        document = Document.objects.get(pk=client.post("/api/documents/", body, format="json").json()["id"])
    else:
        document = process_file(owner, FILE + name.encode())
    for page in (0, 1, 2):
        modifying.note(document, page, owner, f"Note {page}", "public", **modifying.BOX)
        modifying.section(document, page, f"Part {page}")
    if kind in SENT:
        method, path, body = SENT[kind]
        answer = getattr(client, method)(f"/api/documents/{document.pk}/{path}", body, format="json")
        assert answer.status_code in (200, 201), answer.json()
    return document


@pytest.mark.parametrize(("kind", "stage"), STAGES)
def test_a_killed_worker_leaves_no_trace(owner: User, kind: JobKind, stage: StepKind) -> None:
    before, calm = stored(), begun(kind, owner, "calm")
    drain()
    expected = outcome(calm)
    assert expected["document"][0] == "success"
    for number, moment in enumerate(AROUND):
        document = begun(kind, owner, f"disturbed-{number}")
        killing.kill_worker(stage, moment)
        assert recovery.reap() == 1  # at once: the dead process was one of this host
        drain()
        assert outcome(document) == expected, moment
        attempts = Step.objects.filter(job__document=document, job__kind=kind).values_list("kind", "attempts")
        assert {name for name, count in attempts if count == 2} == {stage}, moment
    sweep_all()
    assert stored() - before <= set(known())


def test_what_a_redaction_doomed_goes_though_its_worker_dies_first(owner: User) -> None:
    calm = begun(JobKind.REDACT, owner, "calm")
    drain()
    document = begun(JobKind.REDACT, owner, "redacted")

    def work() -> None:
        doomed.carry_out_all = killing.die  # this process is the fork's own
        drain()

    killing.run(work)
    assert outcome(document) == outcome(calm)
    waiting = set(Doomed.objects.values_list("key", flat=True))
    assert waiting & stored()
    assert recovery.reap() == 0
    chores.once_a_minute()
    assert not waiting & stored() and not Doomed.objects.exists()
    assert outcome(document) == outcome(calm)


@pytest.mark.parametrize("deletion", ["not begun", "half done"])
def test_an_old_version_goes_though_the_chore_dies_first(
    owner: User, monkeypatch: pytest.MonkeyPatch, deletion: str
) -> None:
    before, document = stored(), begun(JobKind.MODIFY, owner, "modified")
    drain()
    Job.objects.update(finished_at=Now() - 2 * sweep.QUIET)
    expected, files = outcome(document), storage.backend()
    real = files.delete

    def delete(keys: list[str]) -> None:
        if Doomed.objects.exists():
            real(keys[: len(keys) // 2] if deletion == "half done" else [])
            killing.die()
        real(keys)

    monkeypatch.setattr(files, "delete", delete)
    killing.run(chores.once_a_minute)
    monkeypatch.undo()
    waiting = set(Doomed.objects.values_list("key", flat=True))
    assert waiting & stored()
    while doomed.carry_out():
        pass
    assert not waiting & stored()
    assert {**outcome(document), "steps": expected["steps"]} == expected
    assert stored() - before <= set(known())
