"""Runs one step on uploaded bytes in a limited process of its own, and sees to it that nothing of it stays behind.

The step's program (documents.pipeline.steps) confines itself further before it touches the bytes. Nothing that
comes back is trusted: the result must have the right shape and may name files of the step's own folder only.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from documents.pipeline import wire
from documents.pipeline.steps import progress
from documents.pipeline.values import Result, StepFailed, Work
from documents.pipeline.work import STEPS, OcrWork, PagesWork

ROOT = Path(__file__).resolve().parents[2]
TAIL = 4000  # bytes of what the program last said
TICK = 1.0
R = TypeVar("R", bound=Result)


class Cancelled(Exception):
    """on_tick said stop, and everything is stopped."""


class Crashed(Exception):
    """The program died or answered nonsense. Trying again may help, after a pause that grows with every attempt."""

    pause = 1.0


class TookTooLong(Crashed):
    """The program ran out of time."""


def run(kind: str, work: Work[R], *, timeout: float, on_tick: Callable[[], bool]) -> R:
    """Do the step. Raises StepFailed (permanent), Crashed (try again) or Cancelled; on_tick is asked once a second."""
    folder = Path(work.folder).resolve()
    _forget(folder)
    (folder / "tmp").mkdir(exist_ok=True)
    wire.write(work, folder / "work.json")
    program = _start(str(kind), folder)
    try:
        said = _watch(program, deadline=time.monotonic() + timeout, on_tick=on_tick)
    finally:
        _end(program)
    if program.returncode != 0:
        raise Crashed(_reason(program.returncode, said))
    return cast("R", _read(work, str(kind), folder))


def _forget(folder: Path) -> None:
    """What an earlier try in the same folder found is not this one's result."""
    (folder / "result.json").unlink(missing_ok=True)
    (folder / "page").unlink(missing_ok=True)
    shutil.rmtree(folder / "pages", ignore_errors=True)


def _start(kind: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-s", "-m", "documents.pipeline.steps", kind, str(folder), str(os.getpid())]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _environment(folder: Path) -> dict[str, str]:
    """No secrets: neither the database's address nor keys reach a program that parses uploads."""
    temporary = str(folder / "tmp")
    found = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "HOME": temporary,
        "TMPDIR": temporary,
        "LANG": "C.UTF-8",
        # Tesseract's threads fight our worker processes: one thread each is faster.
        "OMP_THREAD_LIMIT": "1",
    }
    if prefix := os.environ.get("TESSDATA_PREFIX"):
        found["TESSDATA_PREFIX"] = prefix
    return found


def _watch(program: subprocess.Popen[bytes], *, deadline: float, on_tick: Callable[[], bool]) -> bytes:
    """Wait for the end, asking on_tick; the last words."""
    assert program.stderr is not None
    said, ticked = b"", time.monotonic()
    ended, spoken = os.pidfd_open(program.pid), program.stderr.fileno()
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    waiting.register(spoken, select.POLLIN)
    try:
        while True:
            now = time.monotonic()
            if now >= deadline:
                raise TookTooLong("The step took too long and was stopped.")
            if now - ticked >= TICK:
                ticked = now
                if not on_tick():
                    raise Cancelled
            ready = dict(waiting.poll(1000 * max(0.0, min(TICK - (now - ticked), deadline - now))))
            if spoken in ready:
                chunk = os.read(spoken, 65536)
                said = (said + chunk)[-TAIL:]
                if not chunk:
                    waiting.unregister(spoken)
            elif ready:
                return said
    finally:
        os.close(ended)


def _end(program: subprocess.Popen[bytes]) -> None:
    """Kill the whole process group. The leader is not reaped before, so its number still means this group."""
    os.killpg(program.pid, signal.SIGKILL)
    if program.stderr:
        program.stderr.close()
    program.wait()


def _reason(code: int, said: bytes) -> str:
    """One line for the log: how it ended, and the last line it said."""
    number = -code if code < 0 else code - 128
    how = f"exit {code}"
    if code < 0 or code > 128:
        known = number in {int(each) for each in signal.Signals}
        how = f"killed by {signal.Signals(number).name if known else number}"
    lines = said.decode(errors="replace").strip().splitlines()
    return f"{how}: {lines[-1][:300]}" if lines else how


def _read(work: Work[R], kind: str, folder: Path) -> Result:
    try:
        data = json.loads(_bytes(folder / "result.json"))
        if "failed" in data:
            raise StepFailed(str(data["failed"]["code"])[:50], str(data["failed"]["message"])[:1000])
        done = data["done"]
        if isinstance(work, PagesWork | OcrWork):
            done["pages"] = [json.loads(_bytes(progress.kept(folder, number))) for number in work.pages]
        result = wire.build(STEPS[kind][1], done)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Crashed(f"The step gave no usable answer: {type(error).__name__}: {error}") from error
    for path in result.files():
        _check(Path(path), folder)
    return result


def _bytes(path: Path) -> bytes:
    _check(path, path.parent.resolve())
    return path.read_bytes()


def _check(path: Path, folder: Path) -> None:
    """A step that was taken over must not make us publish some other file."""
    if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(folder):
        raise Crashed("The step named a file that is not its own.")
