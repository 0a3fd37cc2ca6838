"""The folders on this host that steps work in, and the PDFs that steps of one job share.

`DATA_DIR/work/<host>/steps/<process>.<token>/` belongs to one claim, `…/shared/` holds PDFs by storage key. Keys
of the pipeline are written once, so a shared file is right for as long as the stored one is there.
"""

import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote

from django.conf import settings

from docplatform.lib import storage
from documents.pipeline import hosts
from documents.pipeline.claims import Claim

UNCHECKED_SECONDS = 60  # a redaction has to be over on every host soon, and each look may be a request
UNUSED_SECONDS = 1800  # longer than any step runs, so that no shared file goes while a step reads it
PARTIAL = ".partial"  # not yet fetched to its end
ABANDONED_SECONDS = 24 * 3600  # a container that starts again has a new name; its old folder is nobody's


def root() -> Path:
    """This host's part of the work folder."""
    return Path(settings.DATA_DIR) / "work" / hosts.host()


@contextmanager
def of(claim: Claim) -> Iterator[Path]:
    """A private folder for one claim, gone afterwards."""
    _, pid, started = hosts.me().rsplit("/", 2)
    folder = root() / "steps" / f"{pid}.{started}.{claim.token}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shared(key: str) -> Path:
    """A local copy of a stored file that other steps may want too."""
    path = _shared(key)
    with suppress(FileNotFoundError):
        os.utime(path)
        return path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{uuid.uuid4()}{PARTIAL}")
    try:
        storage.backend().fetch(key, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def forget(key: str) -> None:
    """Drop the local copy of a file that no step wants any more."""
    _shared(key).unlink(missing_ok=True)


def forget_deleted() -> None:
    """Once a minute, drop the local copies of files that are stored no more: another host may have redacted them."""
    last = root() / "checked"
    if last.exists() and abs(_age(last)) < UNCHECKED_SECONDS:
        return
    root().mkdir(parents=True, exist_ok=True, mode=0o700)
    last.touch()
    for path in _entries("shared"):
        if path.suffix != PARTIAL and not storage.backend().exists(unquote(path.name)):
            path.unlink(missing_ok=True)


def _shared(key: str) -> Path:
    return root() / "shared" / quote(key, safe="")


def sweep() -> None:
    """Remove what killed processes of this host left behind, and shared files that nobody used for a while."""
    for folder in _entries("steps"):
        pid, started, _ = folder.name.split(".", 2)
        if hosts.is_gone(f"{hosts.host()}/{pid}/{started}"):
            shutil.rmtree(folder, ignore_errors=True)
    for path in _entries("shared"):
        with suppress(FileNotFoundError):
            if _age(path) > UNUSED_SECONDS:
                path.unlink()
    for other in _list(root().parent):
        if other != root() and min(map(_age, [other, *_list(other)])) > ABANDONED_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


def _entries(name: str) -> list[Path]:
    return _list(root() / name)


def _list(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _age(path: Path) -> float:
    """Seconds since something changed in it; a file that is just gone is brand new."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
