"""Real programs on real files are killed or stand still in every stage; the document ends as if they had not."""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from tests.documents.pipeline.programs import Program, running
from tests.documents.processing import process_file

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
STAGES = {StepKind.INGEST, StepKind.PAGES, StepKind.OCR, StepKind.FINALIZE}
OTHER = b"% a comment\n"  # the same pages, but another file: what was read of it is not used again


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


def test_a_program_killed_in_every_stage_leaves_no_trace(owner: User) -> None:
    calm = process_file(owner, uploads.scan(3, 1) + OTHER)
    killed: dict[str, list[Path]] = {kind: [] for kind in STAGES}

    def kill_twice(program: Program) -> None:
        """In the first attempt the guard, in the second the one that reads."""
        folders = killed[program.kind]
        if program.is_at_work and program.folder not in folders and len(folders) < 2:
            processes.send(program.family[-len(folders)], signal.SIGKILL)
            folders.append(program.folder)

    with somebody_who(kill_twice):
        document = process_file(owner, uploads.scan(3, 1))
    assert {len(folders) for folders in killed.values()} == {2}, list(
        Step.objects.values_list("kind", "state", "error")
    )
    readers.assert_done_once(document)
    assert set(Step.objects.filter(job__document=document).values_list("attempts", flat=True)) == {3}
    assert readers.pages(document) == readers.pages(calm)


def test_a_page_that_is_always_killed_costs_itself_only(owner: User, tmp_path: Path) -> None:
    dice = random.Random(1)
    strokes = "".join(f"{dice.randrange(600)} {dice.randrange(800)} m 300 400 l S\n" for _ in range(40_000))
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
