"""Bytes on the local disk: whole or not at all, durable before anyone is told."""

import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from docplatform.lib.storage import signing
from docplatform.lib.storage.base import Content, Listed, Missing


class LocalStorage:
    """Keys are relative paths below `root`. Writes go to a temporary name, are synced, and are then renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Where a key lies. Keys come from documents.paths; one that leaves the root is a bug, not a request."""
        parts = key.split("/")
        if not all(parts) or any(part.startswith(".") for part in parts) or "\0" in key:
            raise ValueError(f"Not a storage key: {key!r}")
        return self.root.joinpath(*parts)

    def put(self, key: str, content: Content) -> None:
        self.put_many([(key, content)])

    def put_many(self, items: Iterable[tuple[str, Content]]) -> None:
        written: list[tuple[Path, Path]] = []
        try:
            for key, content in items:
                target = self.path(key)
                temporary = self._temporary(target)
                written.append((temporary, target))
                self._fill(temporary, content)
            # All files are written before the first is synced, so that the disk sees one batch.
            for temporary, _ in written:
                _sync(temporary)
            for temporary, target in written:
                _move(temporary, target)
        except BaseException:
            for temporary, _ in written:
                temporary.unlink(missing_ok=True)
            raise
        for folder in {target.parent for _, target in written}:
            _sync(folder)

    @contextmanager
    def writer(self, key: str) -> Iterator[BinaryIO]:
        """A stream into a key, for bytes that arrive slowly; nothing is kept when the block raises."""
        target = self.path(key)
        temporary = self._temporary(target)
        try:
            with temporary.open("xb") as stream:
                yield stream
            _sync(temporary)
            _move(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync(target.parent)

    def read(self, key: str) -> bytes:
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str) -> BinaryIO:
        try:
            return self.path(key).open("rb")
        except FileNotFoundError as error:
            raise Missing(key) from error

    def fetch(self, key: str, path: Path) -> None:
        with self.open(key) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)

    def exists(self, key: str) -> bool:
        return self.path(key).is_file()

    def size(self, key: str) -> int:
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError as error:
            raise Missing(key) from error

    def copy(self, source: str, target: str) -> None:
        if not self.exists(source):
            raise Missing(source)
        self.put(target, self.path(source))

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = self.path(key)
            path.unlink(missing_ok=True)
            with suppress(OSError):  # the folder is still in use, or somebody else removed it
                path.parent.rmdir()

    def keys(self, prefix: str) -> Iterator[str]:
        return (item.key for item in self.listing(prefix))

    def listing(self, prefix: str) -> Iterator[Listed]:
        name = prefix.rstrip("/")
        try:
            entries = sorted(os.scandir(self.path(name)), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from self.listing(f"{name}/{entry.name}")
                continue
            with suppress(FileNotFoundError):
                facts = entry.stat()
                yield Listed(f"{name}/{entry.name}", facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))

    def delete_prefix(self, prefix: str) -> None:
        shutil.rmtree(self.path(prefix.rstrip("/")), ignore_errors=True)

    def upload_url(self, key: str) -> str:
        return signing.upload_url(key)

    def download_url(self, key: str, *, disposition: str, content_type: str) -> str | None:
        return None

    def tidy(self, *, older_than: timedelta) -> None:
        limit = time.time() - older_than.total_seconds()
        for part in self._parts().iterdir():
            with suppress(FileNotFoundError):
                if part.stat().st_mtime < limit:
                    part.unlink()

    def _parts(self) -> Path:
        """All temporary files lie in one folder, so that those of killed processes are found again."""
        folder = self.root / ".parts"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _temporary(self, target: Path) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        return self._parts() / str(uuid.uuid4())

    def _fill(self, temporary: Path, content: Content) -> None:
        if isinstance(content, Path):
            shutil.copyfile(content, temporary)
        else:
            temporary.write_bytes(content)


def _move(temporary: Path, target: Path) -> None:
    """Give the file its name. Its folder may be gone again: whoever deletes the last file in it removes it too."""
    while True:
        try:
            temporary.replace(target)
        except FileNotFoundError:
            if not temporary.exists():
                raise
            target.parent.mkdir(parents=True, exist_ok=True)
        else:
            return


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
