"""Streams an upload into the local storage, piece by piece."""

from typing import BinaryIO, Protocol

from django.conf import settings
from django.http import HttpRequest

from docplatform.lib import storage
from docplatform.lib.storage.local import LocalStorage
from docplatform.lib.storage.transfers import CHUNK, Pace, slot


class Readable(Protocol):
    """A request, or the stream beneath it."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class Cut(Exception):
    """The upload did not arrive whole; status and sentence for the client."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def receive(request: HttpRequest, local: LocalStorage, key: str) -> None:
    """Stream the body into the storage. Raises Cut or Busy, and then nothing is kept."""
    if storage.is_short():
        raise Cut(507, storage.NO_ROOM)
    announced = request.headers.get("Content-Length", "")
    expected = int(announced[:18]) if announced.isdecimal() else None
    limit = settings.MAX_PDF_BYTES
    if expected is not None and expected > limit:
        raise Cut(413, f"The file is larger than {limit // 1024**2} MB.")
    # Without a length Django reads nothing; a chunked body ends where the server says so.
    source = request if expected is not None else request.META["wsgi.input"]
    with slot(), local.writer(key) as target:
        received = _copy(source, target, limit)
        if expected is not None and received != expected:
            raise Cut(400, "The upload was cut short. Try again.")


def _copy(source: Readable, target: BinaryIO, limit: int) -> int:
    """The number of bytes that arrived."""
    pace, received = Pace(), 0
    while piece := source.read(CHUNK):
        received += len(piece)
        if received > limit:
            raise Cut(413, f"The file is larger than {limit // 1024**2} MB.")
        if pace.is_stalled(received):
            raise Cut(408, "The upload was too slow. Try again.")
        target.write(piece)
    return received
