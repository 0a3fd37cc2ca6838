"""How far a step has come, page by page, in files: a new worker carries on where one that died stopped."""

import errno
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from documents.pipeline import wire

LOST = "lost"
MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE}  # not the page's fault


class Killed(BaseException):
    """A program that helps with the page was ended from outside: the whole step is worth another try."""


def check_killed(error: BaseException) -> None:
    """Killed, if that is why a program failed, however its caller tells of it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, subprocess.CalledProcessError) and cause.returncode == -signal.SIGKILL:
            raise Killed("A program was killed.") from error
        cause = cause.__cause__ or cause.__context__


def each(
    folder: Path, pages: Sequence[int], read: Callable[[int], object], give_up: Callable[[int, str], object]
) -> None:
    """Read every page that is not done yet, and keep what was found; a page that cannot be read is given up.

    `give_up` gets the page and a word on what happened.
    """
    state = folder / "pages"
    state.mkdir(exist_ok=True)
    for number in pages:
        done = kept(folder, number)
        if done.exists():
            continue
        if (state / f"{number}.{LOST}").exists():
            wire.write(give_up(number, "crashed"), done)
            continue
        (folder / "page").write_text(str(number))
        wire.write(_attempt(number, read, give_up), done)
    (folder / "page").unlink(missing_ok=True)


def _attempt(number: int, read: Callable[[int], object], give_up: Callable[[int, str], object]) -> object:
    try:
        return read(number)
    except Exception as error:  # whatever a page does, it costs that page only
        if isinstance(error, OSError) and error.errno in MACHINE:
            raise
        return give_up(number, f"{type(error).__name__}: {error}")


def kept(folder: Path, number: int) -> Path:
    """Where the finding for a page lies, as JSON."""
    return folder / "pages" / f"{number}.json"


def lose_page(folder: Path) -> bool:
    """The worker died on a page: note that. False where it died elsewhere."""
    current = folder / "page"
    with suppress(OSError, ValueError):
        number = int(current.read_text())
        lost = folder / "pages" / f"{number}.{LOST}"
        if not lost.exists():
            lost.touch()
            current.unlink()
            return True
    return False


class Stopwatch:
    """How long the worker has been busy with its page, whatever the clock on the wall does meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.page = folder / "page"
        self.seen, self.since = 0, time.monotonic()

    def seconds(self) -> float:
        """Seconds since a look at the page first found it as it is."""
        seen = 0
        with suppress(OSError):
            seen = self.page.stat().st_mtime_ns
        if seen == 0 or seen != self.seen:
            self.seen, self.since = seen, time.monotonic()
        return time.monotonic() - self.since
