"""A disk that is really full: nothing half written stays, and the work goes on when there is room again."""

import ctypes
import os
import resource
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from docplatform.lib import storage
from docplatform.lib.storage.local import LocalStorage
from documents.choices import StepKind
from documents.models import Step
from documents.pipeline import claims
from documents.pipeline.steps.jail import CLONE_NEWUSER
from organizations.models import User
from tests.documents.pipeline import readers
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.pipeline.killing import fork
from tests.documents.processing import process_file

CLONE_NEWNS = 0x00020000
SIZE = 512 * 1024  # bytes
libc = ctypes.CDLL(None, use_errno=True)


class SmallDisk:
    """A filesystem of half a megabyte at `root`, seen by this process only.

    Where the kernel gives one to nobody but root, it refuses to let any file of this process grow instead.
    """

    def __init__(self, root: Path) -> None:
        self.ballast = root / "ballast"
        root.mkdir(parents=True, exist_ok=True)
        user, group = os.getuid(), os.getgid()
        self.is_mounted = libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0
        if self.is_mounted:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
            options = f"size={SIZE}".encode()
            self.is_mounted = libc.mount(b"none", bytes(root), b"tmpfs", 0, options) == 0

    def fill(self) -> None:
        """No byte fits any more."""
        if not self.is_mounted:
            self._limit(0)
            return
        with suppress(OSError), self.ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def empty(self) -> None:
        """There is room again."""
        self._limit(resource.RLIM_INFINITY)
        self.ballast.unlink(missing_ok=True)

    def _limit(self, size: int) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size == resource.RLIM_INFINITY else size, hard))


def in_a_process_of_its_own(story: Callable[[], None]) -> None:
    """Nobody else sees the disk that the story mounts."""

    def tell() -> None:
        try:
            story()
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            os._exit(1)
        os._exit(0)

    connections.close_all()  # a fork must not share a connection
    process = fork.Process(target=tell)
    process.start()
    process.join(60)
    assert process.exitcode == 0


def test_what_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    def story() -> None:
        disk, files = SmallDisk(tmp_path / "disk"), LocalStorage(tmp_path / "disk")
        items: list[tuple[str, Any]] = [("a/small", b"s"), ("a/large", bytes(SIZE // 2)), ("b/other", b"o")]
        disk.fill()
        for attempt in (lambda: files.put_many(items), lambda: _stream(files)):
            with pytest.raises(OSError, match=r"No space left|File too large"):
                attempt()
        assert [path.name for path in files.root.rglob("*") if path.is_file() and path != disk.ballast] == []
        disk.empty()
        files.put_many(items)
        assert files.size("a/large") == SIZE // 2

    in_a_process_of_its_own(story)


def _stream(files: LocalStorage) -> None:
    with files.writer("c/slow") as stream:
        stream.write(b"slowly" * 10_000)


@pytest.mark.django_db(transaction=True)
def test_a_disk_that_is_full_in_every_stage_costs_time_only(owner: User, steps: FakeSteps) -> None:
    calm = process_file(owner, b"3 2")

    def story() -> None:
        expected = readers.pages(calm)
        disk, met, real = SmallDisk(settings.DATA_DIR / "files"), set(), claims.claim

        def full_at_first(kind: StepKind, work: object) -> None:
            if kind not in met:
                disk.fill()
                met.add(kind)

        def with_room(queue: str, worker: str) -> claims.Claim | None:
            disk.empty()
            return real(queue, worker)

        claims.claim, steps.before = with_room, full_at_first
        document = process_file(owner, b"3 2 again")
        readers.assert_done_once(document)
        assert readers.pages(document) == expected
        assert met == set(Step.objects.values_list("kind", flat=True)) and len(met) == 4
        assert set(Step.objects.filter(job__document=document).values_list("attempts", flat=True)) == {2}
        parts = storage.backend().root / ".parts"  # type: ignore[attr-defined]  # what is half written
        assert list(parts.iterdir()) == []

    in_a_process_of_its_own(story)
