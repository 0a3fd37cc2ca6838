"""Unpacks an archive: one document after the other into a folder, with names of our own and sizes bounded."""

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from documents.actions.moving import checks, tape
from documents.actions.moving.checks import Row
from documents.actions.moving.tape import Damaged, Entry, Member
from documents.pipeline.archived import LONGEST_LINE

FORMAT = 1
MIB = 1024 * 1024
MEMBER = re.compile(r"documents/(?P<id>[1-9][0-9]{0,17})/(?P<file>[a-z]+(?:\.[a-z]+)?)")
NO_FORMAT = "This is no archive that was exported here, or it was made by a later version. Update this installation."
CHANGED = "The checksum of a file is wrong: the archive was changed or damaged. Export it again."
TOO_LARGE = "A file of it has {} bytes, and at most {} are taken."
UNFINISHED = "The archive was cut short. What it holds was imported; export it again for the rest."


@dataclass
class Parcel:
    """One document: its files on this machine, and the lines of its manifest."""

    id: int
    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    refused: str = ""

    def file(self, name: str) -> Path | None:
        """Where the file lies, if the archive has it."""
        return self.folder / name if name in self.entries else None

    def row(self) -> Row:
        """What is said of the document itself."""
        found = self.rows.get("document", [])
        if len(found) != 1 or found[0].get("id") != self.id:
            raise Damaged(tape.BROKEN)
        return found[0]

    def check(self) -> None:
        """Damaged unless every file is as its manifest says."""
        if self.refused:
            raise Damaged(self.refused)
        said = {row.get("file"): (row.get("size"), row.get("sha256")) for row in self.rows.get("file", [])}
        for name, entry in self.entries.items():
            if said.get(name) != (entry.size, entry.sha256):
                raise Damaged(CHANGED)


@dataclass
class Archive:
    """What was read so far of an archive."""

    head: Row = field(default_factory=dict)
    projects: list[Row] = field(default_factory=list)
    searches: list[Row] = field(default_factory=list)
    is_whole: bool = False

    @property
    def site(self) -> str:
        """Where it was exported: the address, and a name that only one installation has."""
        return f"{checks.text(self.head.get('site'), 200)} {checks.text(self.head.get('installation'), 32)}"


def limits() -> dict[str, int]:
    """The files of a document that are taken, and how large each may be."""
    largest = max(settings.MAX_PDF_BYTES, settings.MAX_OTHER_BYTES)
    return {
        "document.pdf": settings.MAX_PDF_BYTES,
        "original": largest,
        "text.jsonl": 4 * largest,
        "manifest.jsonl": 256 * MIB,
    }


def unpack(stream: BinaryIO, archive: Archive, *, wanted: Callable[[int], bool]) -> Iterator[Parcel]:
    """The documents that are wanted, each until the next is asked for. `archive` knows the rest by then."""
    members = tape.members(stream)
    _read_head(next(members, None), archive)
    with tempfile.TemporaryDirectory(prefix="docplatform-import-") as root:
        parcel = Parcel(0, Path(root))
        for member in members:
            found = MEMBER.fullmatch(member.name)
            if found is None:
                _read_list(member, archive)
                continue
            if int(found["id"]) != parcel.id:
                parcel = _next(parcel, int(found["id"]))
            name = found["file"]
            if name not in limits() or not wanted(parcel.id):
                continue
            if name != "manifest.jsonl" and member.size > limits()[name]:
                parcel.refused = TOO_LARGE.format(member.size, limits()[name])
                continue
            if name != "manifest.jsonl":
                with (parcel.folder / name).open("wb") as target:
                    parcel.entries[name] = member.keep(target, most=limits()[name])
                continue
            parcel.rows = _manifest(member, parcel.folder)
            yield parcel


def lines(path: Path) -> Iterator[Row]:
    """The rows of a file of lines."""
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
            yield checks.row(line)


def _next(parcel: Parcel, pk: int) -> Parcel:
    for name in limits():
        (parcel.folder / name).unlink(missing_ok=True)
    return Parcel(pk, parcel.folder)


def _manifest(member: Member, folder: Path) -> dict[str, list[Row]]:
    """Its rows by kind; what nobody asks for is not kept."""
    path = folder / "manifest.jsonl"
    with path.open("wb") as target:
        member.keep(target, most=limits()["manifest.jsonl"])
    rows: dict[str, list[Row]] = {kind: [] for kind in ("document", "file", "place", "note", "section")}
    for row in lines(path):
        if row.get("kind") in rows:
            rows[row["kind"]].append(row)
    return rows


def _read_head(member: Member | None, archive: Archive) -> None:
    if member is None or member.name != "format.json" or member.size > MIB:
        raise Damaged(NO_FORMAT)
    archive.head = checks.row(b"".join(member.pieces()))
    if archive.head.get("format") != FORMAT or not checks.text(archive.head.get("installation"), 32):
        raise Damaged(NO_FORMAT)


def _read_list(member: Member, archive: Archive) -> None:
    if member.name not in ("projects.jsonl", "searches.jsonl", "end.json"):
        return
    if member.size > 64 * MIB:
        raise Damaged(tape.BROKEN)
    rows = [checks.row(line) for line in b"".join(member.pieces()).splitlines() if line]
    if member.name == "end.json":
        archive.is_whole = True
    elif member.name == "projects.jsonl":
        archive.projects = rows
    else:
        archive.searches = rows
