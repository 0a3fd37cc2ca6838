"""Streams files out of the local storage, whole or in ranges, without holding them in memory or every thread."""

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK = 1024 * 1024
SLOTS = 12  # of the web server's 16 threads: stalled transfers leave some for everybody else
GRACE_SECONDS = 60
SLOWEST = 8 * 1024  # bytes a second on average, after the grace
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")

_slots = threading.BoundedSemaphore(SLOTS)


class Files(Protocol):
    """The part of a storage that is read here."""

    def size(self, key: str) -> int:
        """Bytes."""

    def open(self, key: str) -> BinaryIO:
        """A stream."""


class Busy(Exception):
    """Every slot for transfers is taken."""


def take_slot() -> None:
    """Take a slot for a transfer; raises Busy at once when none is free. Give it back with free_slot()."""
    if not _slots.acquire(blocking=False):
        raise Busy


def free_slot() -> None:
    """Give a slot back."""
    _slots.release()


@contextmanager
def slot() -> Iterator[None]:
    """A slot for as long as the block runs; raises Busy."""
    take_slot()
    try:
        yield
    finally:
        free_slot()


def busy_response() -> HttpResponse:
    """Tells the client to come back."""
    return HttpResponse(
        "Too many transfers at once. Try again in a few seconds.", status=503, headers={"Retry-After": "5"}
    )


class Pace:
    """Notices a transfer that is too slow to be worth its thread."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def is_stalled(self, done: int) -> bool:
        """Whether `done` bytes are too few for the time that went by."""
        return done < (time.monotonic() - self.started - GRACE_SECONDS) * SLOWEST


class Body:
    """Bytes `first` to `first + length` of an open file, in pieces. Closing it frees the slot and the file."""

    def __init__(self, stream: BinaryIO, *, first: int, length: int) -> None:
        self.stream = stream
        self.length = length
        self.stream.seek(first)
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        pace, sent = Pace(), 0
        while sent < self.length and not pace.is_stalled(sent):
            piece = self.stream.read(min(CHUNK, self.length - sent))
            if not piece:
                return
            sent += len(piece)
            yield piece

    def close(self) -> None:
        """Called by the server when the response is over, however it ended."""
        if not self.closed:
            self.closed = True
            self.stream.close()
            free_slot()


class Made:
    """Bytes that are made while they are sent, in a slot that closing frees. Raises Busy. Too slow: they break off."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        take_slot()
        self.pieces = pieces
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        pace, sent = Pace(), 0
        for piece in self.pieces:
            if pace.is_stalled(sent):
                return
            sent += len(piece)
            yield piece

    def close(self) -> None:
        """Called by the server when the response is over, however it ended."""
        if not self.closed:
            self.closed = True
            free_slot()


def _span(request: HttpRequest, *, size: int, etag: str) -> tuple[int, int] | None:
    """First byte and length that the request asks for; None when the range cannot be satisfied (RFC 9110 §14)."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or asked.group(0) == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return 0, size
    first, last = asked.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size:
        return None
    return (start, end - start + 1) if end >= start else (0, size)


def send(
    request: HttpRequest, files: Files, key: str, *, content_type: str, disposition: str, cache: str
) -> HttpResponseBase:
    """Answer with what lies under a key, which never gets other bytes: its hash is the entity tag. Raises Missing."""
    size, stream = files.size(key), files.open(key)
    etag = hashlib.sha256(key.encode()).hexdigest()[:32]
    response = respond(request, stream, size=size, etag=f'"{etag}"')
    if response.status_code < 300:
        response["Content-Type"] = content_type
        response["Content-Disposition"] = disposition
    if response.status_code < 400:
        response["Cache-Control"] = cache
        response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        response["X-Content-Type-Options"] = "nosniff"
    return response


def respond(request: HttpRequest, stream: BinaryIO, *, size: int, etag: str) -> HttpResponseBase:
    """Answer with the file or the range of it that was asked for, or with 304, 416 or 503. Takes over `stream`."""
    headers = {"ETag": etag, "Accept-Ranges": "bytes"}
    if etag in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
        stream.close()
        return HttpResponse(status=304, headers=headers)
    span = _span(request, size=size, etag=etag)
    if span is None:
        stream.close()
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    first, length = span
    headers["Content-Length"] = str(length)
    status = 200 if length == size else 206
    if status == 206:
        headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{size}"
    if request.method == "HEAD" or length <= CHUNK:
        stream.seek(first)
        body = b"" if request.method == "HEAD" else stream.read(length)
        stream.close()
        return HttpResponse(body, status=status, headers=headers)
    try:
        take_slot()
    except Busy:
        stream.close()
        return busy_response()
    return StreamingHttpResponse(Body(stream, first=first, length=length), status=status, headers=headers)
