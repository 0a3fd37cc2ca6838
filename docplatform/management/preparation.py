"""What has to be there before the parts start: a data directory of our own, tables, an administrator."""

import fcntl
import os
import secrets
import socket
from pathlib import Path
from typing import IO

import psycopg
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from docplatform.lib import postgres, secret
from docplatform.lib.environment import text
from organizations.actions import people
from organizations.models import User

ADMIN = "admin"
NEEDED_SHM = 1024 * 1024
MIGRATION_LOCK = 0x646F6370  # any number that nobody else in this database takes


def refuse_root() -> None:
    """What touches uploaded bytes never runs as root."""
    if os.geteuid() == 0:
        raise CommandError("This must not run as root. Use `make run`: it changes to a user of its own.")


def shared_memory_suffices() -> None:
    """The workers' locks lie in shared memory, of which containers may have next to nothing."""
    free = postgres.shared_memory_bytes()
    if free < NEEDED_SHM:
        raise CommandError(
            f"Only {free // 1024} kB of shared memory (/dev/shm) are free; the workers need {NEEDED_SHM // 1024}. "
            "Enlarge it: `mount -o remount,size=64m /dev/shm`, or `docker run --shm-size=64m …`."
        )


def data_folder() -> None:
    """Make the data directory, for its owner only, or say why it cannot be used."""
    try:
        postgres.private_folder(settings.DATA_DIR)
    except postgres.Unusable as error:
        raise CommandError(str(error)) from None
    if not os.access(settings.DATA_DIR, os.W_OK | os.X_OK):
        raise CommandError(f"The data directory {settings.DATA_DIR} is read-only. Set DATA_DIR to another place.")


def only_one() -> IO[str]:
    """The lock of this data directory: a second supervisor is told where the first one is."""
    path = settings.DATA_DIR / "run.lock"
    lock: IO[str] = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        pid, _, address = lock.read().strip().partition(" ")
        raise CommandError(
            f"DocPlatform already runs with the data directory {settings.DATA_DIR}: process {pid}, at {address}. "
            f"Stop it first (`kill {pid}`), or set another DATA_DIR and PORT."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()} {settings.PUBLIC_URL}\n")
    lock.flush()
    return lock


def port_is_free() -> None:
    """Refuse an address that another program holds; the web server would silently share some of them."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"Port {settings.PORT} of {settings.HOST} cannot be used ({error.strerror}). "
                f"Choose another: PORT={8000 if settings.PORT < 1024 else min(settings.PORT + 1, 65535)} make run"
            ) from None


def database_answers() -> None:
    """For parts that run alone: say what to do when there is no database."""
    given = settings.DATABASES["default"]
    options = {name: value for name, value in given.get("OPTIONS", {}).items() if name != "pool"}
    parts = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found = {name: str(given[key]) for name, key in parts.items() if given.get(key)}
    try:
        psycopg.connect(**{"connect_timeout": 5, **found, **options}).close()
    except psycopg.OperationalError as error:
        if settings.DATABASE_IS_PRIVATE:
            hint = "Start everything with `make run`, or set DATABASE_URL to a server of yours."
        else:
            hint = "Check DATABASE_URL, and that the server runs."
        raise CommandError(f"The database does not answer ({str(error).splitlines()[0]}). {hint}") from None


def tables() -> None:
    """Bring the tables up to date; hosts that start together wait for one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def administrator() -> str:
    """Make the administrator once; what to tell people about the password."""
    path: Path = settings.DATA_DIR / "admin_password"
    user = User.objects.filter(username=ADMIN).first()
    if user is None:
        password = text("ADMIN_PASSWORD") or secret.keep(path, secrets.token_urlsafe(12))
        people.create_user(username=ADMIN, password=password, name="Administrator", is_staff=True)
        return "as set in ADMIN_PASSWORD" if text("ADMIN_PASSWORD") else f"{password}  (kept in {path})"
    if path.exists():
        password = path.read_text().strip()
        if user.check_password(password):
            return f"{password}  (kept in {path})"
    return f"chosen by you; for a new one: docplatform/setup/enter python manage.py password {ADMIN}"
