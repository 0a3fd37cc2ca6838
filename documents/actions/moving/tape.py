"""The container of an archive: a plain tar (ustar) that is written and read piece by piece, never as a whole.

Only regular files with short names are in it. What is read is untrusted: sizes are bounded by whoever takes a file, and
its name is never used as a path.
"""

import hashlib
import io
import tarfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO

CHUNK = 256 * 1024
BLOCK = 512
IN_MEMORY = 1024 * 1024
BROKEN = "The archive is damaged or was cut short: export it again."


Pieces = Generator[bytes, None, "Entry"]
"""The bytes of a file on the tape; what is said of it afterwards is returned."""


class Damaged(Exception):
    """The archive cannot be read any further; a sentence for people."""


@dataclass
class Entry:
    """A file that was put on the tape: what its manifest says about it."""

    name: str
    size: int
    sha256: str = ""


def put(name: str, source: IO[bytes], size: int) -> Pieces:
    """A file. ValueError where the source has fewer bytes than told."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    yield info.tobuf(tarfile.USTAR_FORMAT)
    digest, left = hashlib.sha256(), size
    while left:
        piece = source.read(min(CHUNK, left))
        if not piece:
            raise ValueError(f"{name} is shorter than it was")
        digest.update(piece)
        left -= len(piece)
        yield piece
    yield bytes(-size % BLOCK)
    return Entry(name, size, digest.hexdigest())


def put_bytes(name: str, content: bytes) -> Pieces:
    """A small file."""
    return put(name, io.BytesIO(content), len(content))


class Lines:
    """Lines that are collected, on disk when they are many, until their number of bytes is known."""

    def __init__(self) -> None:
        self.file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (closed by `put`)

    def add(self, line: bytes) -> None:
        """One more."""
        self.file.write(line + b"\n")

    def put(self, name: str) -> Pieces:
        """All of them as a file, once."""
        with self.file as file:
            size = file.tell()
            file.seek(0)
            return (yield from put(name, file, size))


def end() -> bytes:
    """What closes the tape."""
    return bytes(2 * BLOCK)


@dataclass
class Member:
    """A file at which the tape stands. It is read forwards, once."""

    name: str
    size: int
    left: int
    tape: BinaryIO

    def pieces(self) -> Iterator[bytes]:
        """The rest of its content."""
        while self.left:
            piece = self.tape.read(min(CHUNK, self.left))
            if not piece:
                raise Damaged(BROKEN)
            self.left -= len(piece)
            yield piece

    def keep(self, target: BinaryIO, *, most: int) -> Entry:
        """Copy it whole; Damaged when it is larger than `most`."""
        if self.size > most:
            raise Damaged(f"A file in the archive has {self.size} bytes, and at most {most} are taken.")
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
            target.write(piece)
        return Entry(self.name, self.size, digest.hexdigest())


def members(tape: BinaryIO) -> Iterator[Member]:
    """The files one after the other; what of one is not read is passed over. Damaged unless the tape has its end."""
    while True:
        header = tape.read(BLOCK)
        if header == bytes(BLOCK):
            return
        member = _member(header, tape)
        yield member
        for _ in member.pieces():
            pass
        padding = -member.size % BLOCK
        if len(tape.read(padding)) < padding:
            raise Damaged(BROKEN)


def _member(header: bytes, tape: BinaryIO) -> Member:
    try:
        info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise Damaged(BROKEN) from error
    if info.type != tarfile.REGTYPE or info.size < 0:
        raise Damaged("There is something in the archive that is no plain file, so nothing after it is taken.")
    return Member(info.name, info.size, info.size, tape)
