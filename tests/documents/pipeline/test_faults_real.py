"""Real programs on real files are killed or stand still in every stage; the document ends as if they had not."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docplatform.lib import processes
from documents.choices import StepKind
from documents.models import DocumentError, Step
from documents.pipeline.stages.pages import UNREADABLE
from organizations.models import User
from tests.documents import uploads
from tests.documents.pipeline import making, readers
from tests.documents.processing import process_file

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
STAGES = {StepKind.INGEST, StepKind.PAGES, StepKind.OCR, StepKind.FINALIZE}
OTHER = b"% a comment\n"  # the same pages, but another file: what was read of it is not used again


@dataclass(frozen=True)
class Program:
    """The processes of one running step: the guard first, the one that reads the file last."""

    kind: str
    folder: Path
    family: tuple[int, ...]

    def page(self) -> str:
        """The page that it is busy with, if any."""
        with suppress(OSError):
            return (self.folder / "page").read_text()
        return ""


def running() -> Iterator[Program]:
    """The steps that this process has started and that run now."""
    for guard in processes.children(os.getpid()):
        with suppress(OSError):
            words = Path(f"/proc/{guard}/cmdline").read_text().split("\0")
            if "documents.pipeline.steps" in words:
                kind, folder = words[words.index("documents.pipeline.steps") + 1 :][:2]
                yield Program(kind, Path(folder), (guard, *sorted(processes.descendants([guard]))))


@contextmanager
def somebody_who(acts: Callable[[Program], None]) -> Iterator[None]:
    """Another thread that looks at every running program again and again."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.005):
            for program in running():
                acts(program)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("victim", ["the guard", "the one that reads"])
def test_a_program_killed_once_in_every_stage_leaves_no_trace(owner: User, victim: str) -> None:
    calm = process_file(owner, uploads.scan(3, 2) + OTHER)
    killed: set[str] = set()

    def kill_once(program: Program) -> None:
        if program.kind not in killed and len(program.family) > 2:
            processes.send(program.family[0 if victim == "the guard" else -1], signal.SIGKILL)
            killed.add(program.kind)

    with somebody_who(kill_once):
        document = process_file(owner, uploads.scan(3, 2))
    assert killed == STAGES, list(Step.objects.values_list("kind", "state", "error"))
    readers.assert_done_once(document)
    assert set(Step.objects.filter(job__document=document).values_list("attempts", flat=True)) == {2}
    assert readers.pages(document) == readers.pages(calm)


def test_a_page_that_is_always_killed_costs_itself_only(owner: User, tmp_path: Path) -> None:
    dice = random.Random(1)
    strokes = "".join(f"{dice.randrange(600)} {dice.randrange(800)} m 300 400 l S\n" for _ in range(100_000))
    contents = [making.text_at(72, 700, f"Page {number}") for number in range(4)]
    contents[2] += strokes  # so that it takes long enough to be met
    content = making.pdf_of(tmp_path / "heavy.pdf", *contents).read_bytes()
    calm = readers.pages(process_file(owner, content + OTHER))

    def kill_on_the_third(program: Program) -> None:
        if program.kind == StepKind.PAGES and program.page() == "2":
            processes.send(program.family[-1], signal.SIGKILL)

    with somebody_who(kill_on_the_third):
        document = process_file(owner, content)
    readers.assert_done_once(document)
    found = readers.pages(document)
    assert found[2][:4] == (2, "", None, UNREADABLE)
    assert found[:2] + found[3:] == calm[:2] + calm[3:]


def test_a_converter_that_hangs_is_stopped_and_people_are_told(owner: User, settings: Any) -> None:
    settings.MAX_STEP_SECONDS = 1.5
    began, stopped = time.monotonic(), set()

    def freeze(program: Program) -> None:
        processes.send(program.family[-1], signal.SIGSTOP)
        stopped.add(program.family[0])

    with somebody_who(freeze):
        document = process_file(owner, uploads.plain_text(5), "txt")
    assert document.status == "error"
    assert "could not be opened" in DocumentError.objects.get(document=document).message
    assert stopped
    assert time.monotonic() - began < 60
    assert not list(running())
