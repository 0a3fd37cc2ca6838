"""The only door to bytes. Keys are spelled by documents.paths; where they lie is configuration."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from docplatform.lib.storage.base import Content, Listed, Missing
from docplatform.lib.storage.local import LocalStorage
from docplatform.lib.storage.s3 import S3Storage

__all__ = ["NO_ROOM", "Content", "Listed", "Missing", "Storage", "backend", "is_short"]

NO_ROOM = "The disk of this server is nearly full, so it takes no new files. Ask the administrator to make room."


class Storage(Protocol):
    """What a place for bytes can do. Every method raises Missing(key) for a key that is not there."""

    def put(self, key: str, content: Content) -> None:
        """Store bytes or the file at a path; whole or not at all, and durable on return."""

    def put_many(self, items: Iterable[tuple[str, Content]]) -> None:
        """Store many; durable on return. Cheaper than one by one."""

    def read(self, key: str) -> bytes:
        """The whole content."""

    def open(self, key: str) -> BinaryIO:
        """A stream; seekable on the local disk."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy the content into a local file."""

    def exists(self, key: str) -> bool:
        """Whether the key is there."""

    def size(self, key: str) -> int:
        """Bytes."""

    def copy(self, source: str, target: str) -> None:
        """Copy inside the storage."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove keys; those that are not there are no error."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below a folder."""

    def listing(self, prefix: str) -> Iterator[Listed]:
        """Every key below a folder with its size and age; what comes or goes meanwhile may be among them or not."""

    def delete_prefix(self, prefix: str) -> None:
        """Remove every key below a folder."""

    def upload_url(self, key: str) -> str:
        """A URL that takes one PUT of raw bytes for settings.PRESIGN_SECONDS."""

    def download_url(self, key: str, *, disposition: str, content_type: str) -> str | None:
        """A URL that serves the bytes for settings.PRESIGN_SECONDS; None where the caller must stream them itself.

        `disposition` is the Content-Disposition that it answers with.
        """

    def tidy(self, *, older_than: timedelta) -> None:
        """Remove what interrupted writes left behind so long ago."""


def is_short() -> bool:
    """Whether the disk has too little room to take anything new; what lies in S3 needs none here."""
    if settings.S3_BUCKET:
        return False
    return shutil.disk_usage(settings.DATA_DIR).free < settings.MIN_FREE_DISK_BYTES


@cache
def backend() -> Storage:
    """The configured storage."""
    return S3Storage() if settings.S3_BUCKET else LocalStorage(settings.DATA_DIR / "files")
