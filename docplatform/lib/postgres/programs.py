"""Which of the installed PostgreSQL programs are used: all from one folder, never a mixture."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from docplatform.lib.postgres.place import Unusable

OLDEST = 15
PROGRAMS = ("initdb", "postgres")
DEBIAN = Path("/usr/lib/postgresql")


def major(folder: Path) -> int:
    """The major version of the programs in a folder; 0 when there are none that belong together."""
    if not all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", _output(folder / "postgres"))
    same = found is not None and found[0] in _output(folder / "initdb")
    return int(found[1]) if found and same else 0


def _output(program: Path) -> str:
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _places() -> list[Path]:
    """Folders that may hold PostgreSQL: the distribution's, newest first, then those on the PATH."""
    debian = sorted(
        (path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()),
        key=lambda path: int(path.parent.name),
        reverse=True,
    )
    # A program on the PATH may be a lone link into a folder that has them all.
    linked = [Path(found).resolve().parent for found in map(shutil.which, PROGRAMS) if found]
    return [*debian, *linked]


def programs(wanted: int | None = None) -> Path:
    """The one folder whose programs are used: of the wanted major version, or the newest that is new enough."""
    for place in _places():
        version = major(place)
        if version >= OLDEST and wanted in (None, version):
            return place
    name = f"postgresql-{wanted}" if wanted else "postgresql"
    made = f"The database was made by PostgreSQL {wanted}, which is not installed."
    reason = made if wanted else f"PostgreSQL {OLDEST} or later is not installed."
    raise Unusable(f"{reason} Install it (`apt install {name}`), or set DATABASE_URL to a server of yours.")
