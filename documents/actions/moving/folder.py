"""Takes the files of a folder and all folders below it. A file is known by its path and its content: one that was
changed since is a new document, and a second run does only what is new.

Hidden files are passed over, and so are links: what they lead to is taken where it lies, or lies elsewhere.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from docplatform.lib.errors import Refused
from documents.actions import projects
from documents.actions.moving import arrivals
from documents.models import Document
from documents.pipeline.stages.ingest import check_size
from documents.pipeline.steps import formats
from documents.pipeline.values import StepFailed
from organizations.models import User
from projects.models import Project

MOST_BUSY = 50
"""So many of the person's documents are processed at once; the next files wait."""
LONGEST_KEY = 1024
LONGEST_SITE = 255
LONGEST_VALUE = 300
LONGEST_TITLE = 255
NO_TYPE = "It has no extension that tells its type. Give it one."
UNREADABLE = "It cannot be read. Look at its permissions."
TOO_LONG = "Its path is too long. Move it, or give it a shorter name."


class Folders(StrEnum):
    """What the folder of a file becomes."""

    NOTHING = "nothing"
    DATA = "data"
    PROJECTS = "projects"


@dataclass(frozen=True)
class Plan:
    """Whose the documents are, and where they go."""

    root: Path
    user: User
    project: Project | None = None
    folders: Folders = Folders.NOTHING

    @property
    def site(self) -> str:
        """What the documents' origins have in common."""
        name = f"folder:{self.user.pk}:{_spelled(str(self.root))}"
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()
        return name if len(name) <= LONGEST_SITE else f"folder:{self.user.pk}:sha256:{digest}"


@dataclass
class Tally:
    """What came of a run."""

    new: int = 0
    known: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Files by their path below the folder, with the reason."""


def take(plan: Plan, *, wait: Callable[[], None], tell: Callable[[Tally], None]) -> Tally:
    """Hand in every file that is new, and see it through. `wait` is called again and again while too many documents are
    being processed, and until none is any more; `tell` after each file."""
    tally = Tally()
    for path in walk(plan.root):
        while arrivals.busy(plan.user) >= MOST_BUSY:
            wait()
        try:
            _take(plan, path, tally)
        except (Refused, StepFailed) as error:
            tally.failed.append((_name(plan, path), error.message))
        except OSError:
            tally.failed.append((_name(plan, path), UNREADABLE))
        tell(tally)
    while arrivals.busy(plan.user):
        wait()
    tally.failed += [(key.partition(":")[2], reason) for key, reason in arrivals.failures(plan.user, plan.site)]
    return tally


def walk(folder: Path) -> Iterator[Path]:
    """Every file, in the order of names."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def _take(plan: Plan, path: Path, tally: Tally) -> None:
    extension = path.suffix.lower().lstrip(".")
    if not extension:
        raise Refused("unsupported", NO_TYPE)
    if extension not in formats.OPENED:
        raise Refused("unsupported", formats.refusal(extension))
    check_size(path.stat().st_size, extension)
    name = _name(plan, path)
    with path.open("rb") as stream:
        key = f"{hashlib.file_digest(stream, 'sha256').hexdigest()}:{name}"
    if len(key) > LONGEST_KEY:
        raise Refused("too_long", TOO_LONG)
    item = {"title": _spelled(path.stem) or name, "original_extension": extension, "data": _data(plan, path)}
    document = arrivals.find_or_create(item, actor=plan.user, site=plan.site, key=key)
    if not arrivals.needs_file(document):
        tally.known += 1
        return
    _put(plan, path, document)
    arrivals.hand_in(document, path, actor=plan.user)
    tally.new += 1


def _data(plan: Plan, path: Path) -> dict[str, list[str]]:
    folder = _folder(plan, path)
    return {"folder": [folder[-LONGEST_VALUE:]]} if plan.folders is Folders.DATA and folder else {}


def _put(plan: Plan, path: Path, document: Document) -> None:
    """Into the project, before its processing begins: an interrupted run does it again."""
    folder = _folder(plan, path)
    project = plan.project
    if plan.folders is Folders.PROJECTS and folder:
        project = arrivals.project_called(folder[-LONGEST_TITLE:], user=plan.user)
    if project is not None:
        projects.put(project, {document.pk: True}, actor=plan.user)


def _folder(plan: Plan, path: Path) -> str:
    folder = path.parent.relative_to(plan.root)
    return "" if folder == Path() else _spelled(folder.as_posix())


def _name(plan: Plan, path: Path) -> str:
    return _spelled(path.relative_to(plan.root).as_posix())


def _spelled(name: str) -> str:
    """File names may hold bytes that are no text."""
    return os.fsencode(name).decode("utf-8", "replace").strip()
