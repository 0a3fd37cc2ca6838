"""`manage.py up`: everything from one command, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from docplatform.lib import processes
from docplatform.lib.postgres import Cluster, Unusable
from docplatform.management import preparation
from docplatform.management.supervisor import Part, Stop, Supervisor, stop_on_signals
from documents.choices import Queue

GIVE_UP_AFTER = 5


class Command(BaseCommand):
    """Prepare, start the parts, say where they are, and watch them."""

    help = "Starts the database, the workers and the web server, and keeps them running."

    def handle(self, *args: Any, **options: Any) -> None:
        preparation.refuse_root()
        preparation.shared_memory_suffices()
        preparation.data_folder()
        lock = preparation.only_one()
        preparation.port_is_free()
        processes.adopt_orphans()
        stop_on_signals()
        database = Cluster(settings.DATA_DIR) if settings.DATABASE_IS_PRIVATE else None
        supervisor = Supervisor([*map(_workers, Queue), _web()], database=database)
        try:
            supervisor.start_database()
            self._run(supervisor)
        except Unusable as error:
            raise CommandError(str(error)) from None
        except Stop:
            self.stdout.write("Stopping.")
        finally:
            supervisor.end()
            lock.close()

    def _run(self, supervisor: Supervisor) -> None:
        """Prepare the database, run the parts, and print the address as soon as it answers."""
        if not settings.DATABASE_IS_PRIVATE:
            preparation.database_answers()
        preparation.tables()
        password = preparation.administrator()
        connection.close()
        lines = [
            "",
            f"DocPlatform runs at  {settings.PUBLIC_URL}/",
            f"Administrator:       {preparation.ADMIN}",
            f"Password:            {password}",
            f"Stop it with         Ctrl-C, or: kill {os.getpid()}",
            "",
        ]
        web = supervisor.parts[-1]

        def tick() -> None:
            if lines and _is_open():
                self.stdout.write("\n".join(lines))
                self.stdout.flush()
                lines.clear()
            if lines and web.deaths >= GIVE_UP_AFTER:
                raise CommandError("The web server does not start; the reason stands above.")

        supervisor.run(tick=tick)


def _manage(*args: str) -> subprocess.Popen[bytes]:
    argv: list[str | Path] = [sys.executable, settings.BASE_DIR / "manage.py", *args]
    return processes.spawn(argv, on_parent_death=signal.SIGTERM)


def _workers(queue: Queue) -> Part:
    return Part(f"workers_{queue}", lambda: _manage("worker", "--queue", queue))


def _web() -> Part:
    return Part("web", lambda: _manage("web"))


def _is_open() -> bool:
    """Whether the web server takes connections."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104
    try:
        socket.create_connection((host, settings.PORT), timeout=1).close()
    except OSError:
        return False
    return True
