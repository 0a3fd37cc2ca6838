"""The programs that steps have running now, for those who want to kill them."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docplatform.lib import processes

MODULE = "documents.pipeline.steps"


@dataclass(frozen=True)
class Program:
    """The processes of one running step: the guard first, the one that reads the file last."""

    kind: str
    folder: Path
    family: tuple[int, ...]

    @property
    def is_at_work(self) -> bool:
        """Has it come so far that somebody reads the file?"""
        return len(self.family) > 2

    def page(self) -> str:
        """The page that it is busy with, if any."""
        with suppress(OSError):
            return (self.folder / "page").read_text()
        return ""


def running(parent: int = 0) -> Iterator[Program]:
    """The steps that a process has started, this one if none is named, and that run now."""
    for guard in processes.children(parent or os.getpid()):
        words = _words(guard)
        if MODULE in words:
            kind, folder = words[words.index(MODULE) + 1 :][:2]
            yield Program(kind, Path(folder), (guard, *sorted(processes.descendants([guard]))))


def is_alive(pid: int) -> bool:
    """Is it still a program of ours?"""
    return MODULE in _words(pid)


def _words(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []
