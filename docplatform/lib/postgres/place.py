"""Where the private database lies and how it is reached; nothing here starts anything, so settings may ask."""

import hashlib
import os
import pwd
import stat
from pathlib import Path
from urllib.parse import quote, urlencode

DATABASE = USER = "docplatform"
PORT = 5432
MAX_SOCKET_BYTES = 107  # sun_path holds 108 with the closing zero
SHORT = Path("/tmp")  # noqa: S108  (the folder in it is refused unless it is ours alone)


class Unusable(Exception):
    """The database cannot be started; the message is a sentence that says what to do."""


def owner_of(folder: Path) -> int:
    """The user whose database it is: the owner of the nearest folder that exists, else this process's user."""
    try:
        return folder.stat().st_uid
    except OSError:
        return os.geteuid()


def user_name(uid: int) -> str:
    """The name of a user, or the number where the system knows no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def socket_folder(data_dir: Path) -> Path:
    """Where the socket lies: beside the data, or in /tmp where a socket's name may not be so long.

    Clients take a comma for the end of a host, and know no way to write one.
    """
    folder = data_dir / "postgres"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= MAX_SOCKET_BYTES and "," not in str(folder):
        return folder
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return SHORT / f"docplatform-{owner_of(data_dir)}-{digest}"


def password_file(data_dir: Path) -> Path:
    """Where clients read the password when they connect (libpq's passfile).

    The sandbox in which uploads are parsed runs as the same user; the file is what it cannot read.
    """
    return data_dir / "postgres" / "pgpass"


def url(data_dir: Path) -> str:
    """The address of the private database as a DATABASE_URL."""
    parts = {"host": socket_folder(data_dir), "port": PORT, "passfile": password_file(data_dir)}
    return f"postgresql://{USER}@/{DATABASE}?{urlencode(parts, quote_via=quote)}"


def django_database(data_dir: Path) -> dict[str, object]:
    """The private database as an entry of settings.DATABASES."""
    folder = socket_folder(data_dir)
    # Anybody may put a folder into /tmp: there the client checks whose server it talks to.
    peer = {"requirepeer": user_name(owner_of(data_dir))} if folder.parent == SHORT else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": USER,
        "PASSWORD": "",
        "HOST": str(folder),
        "PORT": str(PORT),
        "OPTIONS": {"passfile": str(password_file(data_dir)), **peer},
    }


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, or refuse one that is not ours."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except FileExistsError:
        raise Unusable(f"{folder} is not a folder. Move it away, or set DATA_DIR to another place.") from None
    except OSError as error:
        raise Unusable(
            f"{user_name(os.geteuid())} may not use {folder} ({error.strerror}). "
            "Start as the user who owns it, or set DATA_DIR to a folder of yours."
        ) from None
    if facts.st_uid != os.geteuid():
        raise Unusable(
            f"{folder} belongs to {user_name(facts.st_uid)}, but you are {user_name(os.geteuid())}. "
            f"Start as {user_name(facts.st_uid)}, or set DATA_DIR to a folder of yours."
        )
    if stat.S_IMODE(facts.st_mode) & 0o077:
        folder.chmod(0o700)
