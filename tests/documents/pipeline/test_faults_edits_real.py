"""Real programs change real files while the worker and the programs are killed in every stage that a person's change
goes through; the document ends as if nobody had been killed, and nothing is left lying about.

One document in a normal run, killed in every such stage; SOAK=1 takes many and kills at random, SOAK_SEED repeats it.
"""

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from docplatform.lib import processes, storage
from documents.choices import JobState, Queue, StepKind, StepState
from documents.models import Document, Job, Step
from documents.pipeline import claims, folders, recovery
from documents.pipeline.worker import work
from organizations.models import User
from tests.conftest import client_of
from tests.documents import modifying, uploads
from tests.documents.pipeline import killing, programs
from tests.documents.pipeline.traces import known, outcome, stored, sweep_all
from tests.documents.processing import drain
from tests.web import Request, Web, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_storage"),
]
FULL = os.environ.get("SOAK", "") not in ("", "0")
SEED = int(os.environ.get("SOAK_SEED") or 7)
RUNS = 15 if FULL else 1
PATIENCE = 300
CHANGING = {StepKind.FETCH, StepKind.TEXT, StepKind.MODIFY, StepKind.TURN, StepKind.REDACT, StepKind.PROVE}
WORKER, GUARD, READER = "the worker", "the guard", "the one that reads"
NOBODY = ("nobody", 0.0)
BOX = {"page_number": 1, "x1": 0.1, "x2": 0.5, "y1": 0.05, "y2": 0.3}
WORD = {"text": "Harbour", "x1": 0.1, "x2": 0.3, "y1": 0.1, "y2": 0.13}
TEXTS = [{"page_number": 0, "text": "Harbour", "positions": [WORD]}]
MOVED = [{"page": "1"}, {"page": "0", "modifications": modifying.TURNS["cc"]}]
CHANGES: list[tuple[str, str, Any]] = [
    ("patch", "", {"pages": TEXTS}),
    ("post", "modifications/", MOVED),
    ("post", "redactions/", [BOX]),
]
Decide = Callable[[Step], tuple[str, float]]
"""Who is killed in this attempt, and how many seconds after it began."""


@pytest.fixture
def web(settings: Settings) -> Iterator[Web]:
    with serving() as server:
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        yield server


def in_every_stage(step: Step) -> tuple[str, float]:
    """First the worker, then the program, where there is one."""
    victims = (WORKER, READER) if step.kind in CHANGING else ()
    return (victims[step.attempts - 1], 0.0) if step.attempts <= len(victims) else NOBODY


def at_random(dice: random.Random) -> Decide:
    """Any process at any moment. After four attempts a page is given up: nobody is killed in the last two."""

    def decide(step: Step) -> tuple[str, float]:
        victim = dice.choice((WORKER, GUARD, READER, "nobody"))
        return (victim, dice.uniform(0, 1.5)) if step.attempts <= claims.MAX_ATTEMPTS - 2 else NOBODY

    return decide


def change(owner: User, web: Web, name: str, carry_out: Callable[[], None]) -> Document:
    """A document that comes from another server, gets a text, has its pages moved and turned, and is redacted."""
    client = client_of(owner)
    content = uploads.born_digital(6, 2) + f"% {name}\n".encode()

    def answer(request: Request) -> None:
        time.sleep(0.3)  # a server that is far enough away to be met on the way
        request.send(200, content)

    web.answers[f"/{name}"] = answer
    body = {"title": "Budget", "file_url": web.url(f"/{name}")}
    document = Document.objects.get(pk=client.post("/api/documents/", body, format="json").json()["id"])
    carry_out()
    for page in (0, 1):
        modifying.note(document, page, owner, f"Note {page}", "public", **modifying.BOX)
        modifying.section(document, page, f"Part {page}")
    for method, path, body in CHANGES:
        sent = getattr(client, method)(f"/api/documents/{document.pk}/{path}", body, format="json")
        assert sent.status_code in (200, 201), sent.json()
        carry_out()
    return document


def work_on() -> None:
    """A worker process."""
    while True:
        for queue in Queue:
            work(queue)
        time.sleep(0.02)


class Killer:
    """Keeps one worker process running, and kills it or its program as was decided; counts whom, by stage."""

    def __init__(self, decide: Decide) -> None:
        self.decide = decide
        self.killed: Counter[tuple[str, str]] = Counter()
        self.families: set[int] = set()
        self.due: dict[tuple[int, int], tuple[str, float]] = {}

    def carry_out(self) -> None:
        """Until no job is active."""
        began, self.worker = time.monotonic(), killing.started(work_on)
        try:
            while Job.objects.filter(state=JobState.ACTIVE).exists():
                assert time.monotonic() - began < PATIENCE, list(Step.objects.exclude(state=StepState.DONE).values())
                if not self.worker.is_alive():
                    assert recovery.reap() <= 1
                    self.worker = killing.started(work_on)
                Step.objects.filter(state=StepState.READY).update(run_after=Now())
                for step in Step.objects.filter(state=StepState.RUNNING):
                    self._meet(step)
                time.sleep(0.01)
        finally:
            self.worker.kill()
            self.worker.join()

    def _meet(self, step: Step) -> None:
        attempt = (step.pk, step.attempts)
        if attempt not in self.due:
            victim, seconds = self.decide(step)
            self.due[attempt] = victim, time.monotonic() + seconds
        victim, at = self.due[attempt]
        if victim != NOBODY[0] and time.monotonic() >= at and self._kill(victim, step):
            self.killed[step.kind, victim] += 1
            self.due[attempt] = NOBODY

    def _kill(self, victim: str, step: Step) -> bool:
        assert self.worker.pid
        mine = (one for one in programs.running(self.worker.pid) if str(step.token) in one.folder.name)
        program = next((one for one in mine if one.is_at_work), None)
        if program:
            self.families |= set(program.family)
        if victim == WORKER and (program or FULL or step.kind == StepKind.FETCH):
            self.worker.kill()
            self.worker.join()
            return True
        if victim == WORKER or not program:
            return False
        processes.send(program.family[0 if victim == GUARD else -1], signal.SIGKILL)
        return True


def result(document: Document) -> dict[str, Any]:
    """What must be the same: steps may be split, and a PDF has a number of its own each time it is made."""
    found = outcome(document)
    found["document"].pop(3)
    found.pop("steps")
    version = Document.objects.get(pk=document.pk).version
    assert version
    with pypdfium2.PdfDocument(storage.backend().read(version.pdf_key)) as pdf:
        found["pdf"] = [(page.get_size(), page.get_textpage().get_text_bounded()) for page in pdf]
    return found


def test_whoever_is_killed_during_a_change_leaves_no_trace(owner: User, web: Web) -> None:
    dice = random.Random(SEED)
    calm = change(owner, web, "calm", drain)
    expected, killed = result(calm), Counter[tuple[str, str]]()
    assert expected["document"][0] == "success" and expected["events"].count("document.redacted") == 1
    for number in range(RUNS):
        killer = Killer(at_random(dice) if FULL else in_every_stage)
        document = change(owner, web, f"disturbed-{number}", killer.carry_out)
        assert result(document) == expected, f"seed {SEED}, killed {killer.killed}"
        assert not [pid for pid in killer.families if programs.is_alive(pid)]
        killed += killer.killed
    story = "\n".join(f"{stage}, {victim}: {count}" for (stage, victim), count in sorted(killed.items()))
    sys.stdout.write(f"\nseed {SEED}\n{story}\n")
    if not FULL:
        wanted = {(stage, victim) for stage in CHANGING for victim in (WORKER, READER)} - {(StepKind.FETCH, READER)}
        assert set(killed) == wanted
    sweep_all()
    assert stored() <= set(known())
    folders.sweep()
    assert not list((folders.root() / "steps").iterdir())
    assert not Step.objects.exclude(state=StepState.DONE).exists()
