"""A step that is stopped, dies or lies leaves no process behind and takes nothing with it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.pipeline import sandbox, wire
from documents.pipeline.steps import jail
from documents.pipeline.values import StepFailed
from documents.pipeline.work import FinalizeWork, IngestWork, OcrWork, PagesWork
from tests.documents.pipeline import making

PATIENCE = 30.0

pytestmark = pytest.mark.usefixtures("jailed")


def processes(folder: Path) -> dict[int, str]:
    """The living processes that were started for a folder, by id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if str(folder) in command and state != "Z" and int(entry.name) != os.getpid():
                found[int(entry.name)] = command
    return found


def wait_for(condition: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def reading(tmp_path: Path) -> OcrWork:
    """Work that keeps Tesseract busy for a while."""
    text = "\n".join("The quick brown fox jumps over the lazy dog again and again." for _ in range(40))
    pdf = making.scanned_pdf(tmp_path / "scan.pdf", *[making.scan(text, size=24)] * 8)
    folder = tmp_path / "work"
    folder.mkdir()
    return OcrWork(str(pdf), list(range(8)), "eng", False, str(folder))


def tesseracts(folder: Path) -> list[int]:
    return [pid for pid, command in processes(folder).items() if command.startswith("tesseract")]


@pytest.mark.slow
def test_a_cancelled_step_stops_with_everything_it_started(tmp_path: Path) -> None:
    work = reading(tmp_path)
    with pytest.raises(sandbox.Cancelled):
        sandbox.run("ocr", work, timeout=PATIENCE, on_tick=lambda: not tesseracts(tmp_path))
    assert wait_for(lambda: not processes(tmp_path))


@pytest.mark.slow
def test_a_step_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(sandbox.Crashed, match="too long"):
        sandbox.run("ocr", reading(tmp_path), timeout=1.5, on_tick=lambda: True)
    assert wait_for(lambda: not processes(tmp_path))


@pytest.mark.slow
def test_a_failing_tick_stops_the_step_too(tmp_path: Path) -> None:
    def fail() -> bool:
        raise ConnectionError("the database is gone")

    with pytest.raises(ConnectionError):
        sandbox.run("ocr", reading(tmp_path), timeout=PATIENCE, on_tick=fail)
    assert wait_for(lambda: not processes(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("which", ["tesseract", "first", "last"])
def test_whatever_is_killed_the_step_is_worth_another_try(tmp_path: Path, which: str) -> None:
    killed = []

    def kill() -> bool:
        found = tesseracts(tmp_path)
        if found and not killed:
            ours = sorted(pid for pid in processes(tmp_path) if pid not in found)
            killed.append({"tesseract": found[0], "first": ours[0], "last": ours[-1]}[which])
            os.kill(killed[0], signal.SIGKILL)
        return True

    with pytest.raises(sandbox.Crashed):
        sandbox.run("ocr", reading(tmp_path), timeout=240, on_tick=kill)
    assert killed
    assert wait_for(lambda: not processes(tmp_path))


@pytest.mark.slow
def test_a_step_ends_with_the_worker_that_started_it(tmp_path: Path) -> None:
    work = reading(tmp_path)
    program = (
        "import sys; from documents.pipeline import sandbox; from documents.pipeline.work import OcrWork; "
        "sandbox.run('ocr', OcrWork(sys.argv[1], list(range(8)), 'eng', False, sys.argv[2]), timeout=99, "
        "on_tick=lambda: True)"
    )
    environment = {**os.environ, "PYTHONPATH": str(sandbox.ROOT)}
    worker = subprocess.Popen([sys.executable, "-c", program, work.pdf, work.folder], env=environment)
    assert wait_for(lambda: tesseracts(tmp_path))
    worker.kill()
    worker.wait()
    assert wait_for(lambda: not processes(tmp_path))


CRASHING = """
import ctypes, os, sys
from pathlib import Path
from documents.pipeline.steps import guard, words
folder, sound = Path(sys.argv[1]), words.read
def read(page):
    if (folder / "page").read_text() in ("1", "3"):
        ctypes.string_at(0)
    return sound(page)
words.read = read
sys.exit(guard.main("pages", folder, parent=os.getppid()))
"""


def test_a_page_that_crashes_the_library_costs_that_page_only(tmp_path: Path) -> None:
    pdf = making.pdf_of(tmp_path / "in.pdf", *[making.text_at(50, 700, "hello")] * 5)
    work = PagesWork(str(pdf), list(range(5)), False, str(tmp_path))
    wire.write(work, tmp_path / "work.json")
    environment = {"PYTHONPATH": str(sandbox.ROOT), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", CRASHING, str(tmp_path)], env=environment, check=True)
    pages = sandbox._read(work, "pages", tmp_path).pages
    assert [page.text for page in pages] == ["hello", "", "hello", "", "hello"]
    assert [bool(page.error) for page in pages] == [False, True, False, True, False]
    assert all(len(page.images) == 4 for page in pages)


def test_a_sentence_for_people_comes_back_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, b"", "pdf")
    assert failed.value.code == "empty"
    assert failed.value.message.startswith("The file is empty.")


def test_a_missing_input_is_worth_another_try(tmp_path: Path) -> None:
    with pytest.raises(sandbox.Crashed, match="FileNotFoundError"):
        making.read(tmp_path, tmp_path / "gone.pdf")


def test_the_program_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert "secret" not in str(sandbox._environment(tmp_path))


LIES = {
    "no answer": None,
    "no JSON": "{",
    "another shape": json.dumps({"done": {"pdf": 5, "file_hash": "x"}}),
    "a file of somebody else": json.dumps({"done": {"pdf": "/etc/passwd", "file_hash": "x"}}),
    "a file that is not there": json.dumps({"done": {"pdf": "{folder}/nothing.pdf", "file_hash": "x"}}),
    "a link to somebody else's file": json.dumps({"done": {"pdf": "{folder}/link.pdf", "file_hash": "x"}}),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_is_not_trusted(tmp_path: Path, lie: str) -> None:
    (tmp_path / "link.pdf").symlink_to("/etc/passwd")
    answer = LIES[lie]
    if answer is not None:
        (tmp_path / "result.json").write_text(answer.replace("{folder}", str(tmp_path)))
    with pytest.raises(sandbox.Crashed):
        sandbox._read(FinalizeWork("in.pdf", [], str(tmp_path)), "finalize", tmp_path)


def test_a_prisoner_sees_its_own_files_only(tmp_path: Path) -> None:
    """As far as this kernel can: see documents.pipeline.steps.jail."""
    if jail.libc.syscall(jail.SYS_LANDLOCK_CREATE, None, 0, 1) < 1:
        pytest.skip("This kernel has no Landlock.")
    cell, secret = tmp_path / "cell", tmp_path / "secret"
    cell.mkdir()
    secret.write_text("secret")
    program = (
        "import sys, socket; from pathlib import Path; from documents.pipeline.steps import jail\n"
        "cell, secret = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "jail.isolate(); jail.confine('pages', cell, [])\n"
        "(cell / 'mine').write_text('mine')\n"
        "for act in (secret.read_text, lambda: secret.write_text(''), secret.unlink, secret.parent.iterdir,\n"
        "            lambda: socket.create_connection(('127.0.0.1', int(sys.argv[3])), 2)):\n"
        "    try: list(act() or ''); print('done')\n"
        "    except OSError as error: print(type(error).__name__)\n"
    )
    environment = {"PYTHONPATH": str(sandbox.ROOT), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", program, str(cell), str(secret), "9"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert said[:4] == ["PermissionError"] * 4
    assert said[4] in ("OSError", "ConnectionRefusedError")


def test_memory_and_file_sizes_are_limited(tmp_path: Path) -> None:
    program = (
        "import resource; from documents.pipeline.steps import jail; jail.limit('pages')\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[1], resource.getrlimit(resource.RLIMIT_FSIZE)[1],\n"
        "      resource.getrlimit(resource.RLIMIT_CORE)[1])\n"
        "try: bytearray(3 * jail.GIB)\n"
        "except MemoryError: print('limited')\n"
    )
    environment = {"PYTHONPATH": str(sandbox.ROOT), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert said == [str(jail.MEMORY_ELSE), str(jail.FILE_SIZE), "0", "limited"]


def test_the_work_of_a_step_may_lie_anywhere(tmp_path: Path) -> None:
    """The source may be outside the folder; it is read there and not changed."""
    source = making.pdf_of(tmp_path / "upload", making.text_at(10, 10, "x"))
    before, folder = source.read_bytes(), tmp_path / "work"
    folder.mkdir()
    work = IngestWork(str(source), "pdf", "eng", str(folder))
    assert making.run("ingest", work).sizes == [(600.0, 800.0)]
    assert source.read_bytes() == before
