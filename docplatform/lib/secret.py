"""The secret key: made once and kept in the data directory, where only its owner can read it."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def keep(path: Path, make: str) -> str:
    """What the file says; `make` is written first where there is no file. Racing processes agree on one content."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"{make}\n")
        stream.flush()
        os.fsync(stream.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    Path(temporary).unlink()
    return path.read_text().strip()


def key(data_dir: Path, *, make_folder: bool = False) -> str:
    """The secret key. Without a data directory of ours: one that lives as long as this process.

    A part that runs for long makes the directory, so that all parts sign with one key from the first start on.
    """
    try:
        if make_folder and os.geteuid() != 0:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return keep(data_dir / "secret_key", secrets.token_urlsafe(50))
    except OSError:
        return secrets.token_urlsafe(50)
