"""Processes that never outlive the one that started them: for the supervisor, the workers and the database."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when the thread that started it ends, however it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)


def children_die_with_me() -> None:
    """Every process that this one or its descendants fork (not exec) dies with its own parent.

    django-q2 and granian fork their workers themselves; a hook after the fork is the only way in.
    """
    os.register_at_fork(after_in_child=die_with_parent)


def adopt_orphans() -> None:
    """Descendants whose parent dies become children of this process instead of init's, so that they can be ended."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _bound_to(parent: int, signum: int) -> Callable[[], None]:
    def bind() -> None:
        die_with_parent(signum)
        if os.getppid() != parent:  # it died between our fork and our prctl: the signal will never come
            os._exit(1)

    return bind


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stderr: IO[bytes] | None = None,
    on_parent_death: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in its own session (a Ctrl-C in the terminal does not reach it), bound to this process."""
    return subprocess.Popen(
        [str(arg) for arg in argv],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=_bound_to(os.getpid(), on_parent_death),
    )


def _parents() -> dict[int, int]:
    """The parent of every process that is alive, zombies left out."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    return parents


def children(parent: int) -> set[int]:
    """The processes that a process has started or adopted."""
    return {pid for pid, above in _parents().items() if above == parent}


def descendants(roots: Iterable[int]) -> set[int]:
    """The processes below the given ones."""
    parents = _parents()
    family = set(roots)
    found: set[int] = set()
    grown = True
    while grown:
        new = {pid for pid, parent in parents.items() if parent in family and pid not in family}
        family |= new
        found |= new
        grown = bool(new)
    return found


def send(pid: int, signum: int) -> None:
    """Signal a process that may be gone already."""
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return


def reap(pid: int) -> None:
    """Collect the exit of an adopted process; nothing when it is not ours or still alive."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def kill_below(pid: int, *, spare: Iterable[int] = (), seconds: float = 2) -> None:
    """SIGKILL everything below a process, except the spared ones and what is below them, until nothing is left."""
    spared = set(spare)
    deadline = time.monotonic() + seconds
    while doomed := descendants([pid]) - spared - descendants(spared):
        for victim in doomed:
            send(victim, signal.SIGKILL)
        time.sleep(0.02)
        for victim in doomed:
            reap(victim)
        if time.monotonic() > deadline:
            return


def wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process ended within the time."""
    try:
        process.wait(max(seconds, 0))
    except subprocess.TimeoutExpired:
        return False
    return True
