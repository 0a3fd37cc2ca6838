"""`manage.py import_archive ARCHIVE --user NAME`: takes over what another installation exported."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from docplatform.lib.errors import Refused
from docplatform.management.labour import Labour
from docplatform.management.persons import active_person
from documents.actions.moving.importing import Import, Report
from documents.actions.moving.tape import Damaged

STRIDE = 25


class Command(BaseCommand):
    """May be interrupted and repeated. Tells old and new ids of documents, with a tab between; exits with 1 if a
    document could not be taken."""

    help = "Make documents, notes and projects of an archive that `manage.py export` wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", help="a file, or - for standard input")
        parser.add_argument("--user", metavar="NAME", required=True, help="the user name of the new owner")
        parser.add_argument("--keep-access", action="store_true", help="as public and as shared as it was")

    def handle(self, *args: Any, archive: str, user: str, keep_access: bool, **options: Any) -> None:
        task = Import(active_person(user), wait=Labour().wait, tell=self._tell, keep_access=keep_access)
        try:
            if archive == "-":
                report = task.run(sys.stdin.buffer)
            else:
                with Path(archive).open("rb") as stream:
                    report = task.run(stream)
        except Damaged as error:
            raise CommandError(str(error)) from error
        except Refused as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{archive} cannot be read: {error.strerror}.") from error
        for old, new in sorted({**report.new, **report.known}.items()):
            self.stdout.write(f"{old}\t{new}")
        self._say(report)
        for name, reason in report.failed:
            self.stderr.write(f"document {name}: {reason}")
        if report.failed:
            raise SystemExit(1)

    def _tell(self, report: Report) -> None:
        if (len(report.new) + len(report.failed)) % STRIDE == 0:
            self._say(report)

    def _say(self, report: Report) -> None:
        counts = f"{len(report.new)} documents are new, {len(report.known)} were known, {len(report.failed)} failed."
        self.stderr.write(counts)
