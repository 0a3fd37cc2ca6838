"""A zip of many files that is made while it is sent: no more than a piece of one file is in memory."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from docplatform.lib import storage
from documents import paths
from documents.actions.download import batches
from documents.models import Document
from organizations.models import User

CHUNK = 256 * 1024
ERRORS = "errors.txt"
MISSING = "its file is missing in the storage"
NO_PDF = "it has no pages yet"
NO_ORIGINAL = "there is no original file, or it was removed by a redaction"
NOT_EDITOR = "only those who may edit the document get the file as it was uploaded"
NOT_THERE = "it does not exist any more, or you may not see it"
UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class Left(Exception):
    """A document has no such file for this person."""


class Pipe:
    """Takes what ZipFile writes, until somebody fetches it. It cannot seek: ZipFile writes sizes behind the files."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """A piece."""
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """All that was written since."""
        taken, self.parts = b"".join(self.parts), []
        return taken


def _pdf(document: Document) -> tuple[str, str]:
    if document.version is None or not document.version.pdf_key:
        raise Left(NO_PDF)
    return document.version.pdf_key, "pdf"


def _text(document: Document) -> tuple[str, str]:
    return paths.full_text(_pdf(document)[0]), "txt"


def _original(document: Document) -> tuple[str, str]:
    if not document.may_edit:  # type: ignore[attr-defined]  # batches
        raise Left(NOT_EDITOR)
    if not document.original_hash:
        raise Left(NO_ORIGINAL)
    return paths.original(document.pk, document.original_hash), document.original_extension


FILES: dict[str, Callable[[Document], tuple[str, str]]] = {"pdf": _pdf, "text": _text, "original": _original}


def stream(user: User, ids: Sequence[int], kind: str) -> Iterator[bytes]:
    """The zip, piece by piece. What could not be put into it is told by `errors.txt` in it."""
    pipe, errors = Pipe(), list[str]()
    with ZipFile(pipe, "w", allowZip64=True) as archive:  # type: ignore[call-overload]  # a pipe is enough
        for part, documents in batches.read(user, ids):
            for pk in part:
                try:
                    yield from _entry(archive, pipe, pk, documents.get(pk), kind)
                except Left as reason:
                    errors.append(f"Document {pk} is not in this archive: {reason}.\n")
        if errors:
            archive.writestr(ERRORS, "".join(errors))
    yield pipe.take()


def _entry(archive: ZipFile, pipe: Pipe, pk: int, document: Document | None, kind: str) -> Iterator[bytes]:
    if document is None:
        raise Left(NOT_THERE)
    key, extension = FILES[kind](document)
    try:
        source: IO[bytes] = storage.backend().open(key)
    except storage.Missing as missing:
        raise Left(MISSING) from missing
    with source, archive.open(_info(document, extension), "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            target.write(piece)
            yield pipe.take()


def _info(document: Document, extension: str) -> ZipInfo:
    name = UNSAFE.sub("-", document.slug[:100]).strip("-") or "untitled"
    when: Any = document.created_at.timetuple()[:6]
    info = ZipInfo(f"{name}-{document.pk}.{extension}", date_time=when)
    info.compress_type = ZIP_DEFLATED if extension == "txt" else ZIP_STORED
    info.external_attr = 0o600 << 16
    return info
