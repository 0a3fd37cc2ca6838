"""`manage.py import_documentcloud`: takes documents over from a DocumentCloud server, by its public API."""

import csv
import io
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from docplatform.lib import http, urls
from docplatform.lib.errors import Refused
from docplatform.management.labour import Labour
from docplatform.management.persons import active_person
from documents.actions import table
from documents.actions.moving.importing import Import, Report
from documents.actions.moving.parcels import Archive
from documents.actions.moving.remote import Server, Wanted, parcels
from documents.models import Origin

API = "https://api.www.documentcloud.org/api/"
AUTH = "https://accounts.muckrock.com/api/"
COLUMNS = ("old_id", "old_url", "new_id", "new_url")


class Command(BaseCommand):
    """May be interrupted and repeated. Exits with 1 if a document could not be taken."""

    help = "Take over files, notes, sections, data and projects, and write a table of old and new addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", metavar="NAME", required=True, help="the user name of the new owner")
        parser.add_argument("--base-uri", default=API)
        parser.add_argument("--auth-uri", default=AUTH)
        parser.add_argument("--username", default="", help="an account there; its password is asked for")
        parser.add_argument("--token-file", type=Path, help="a file with a token of an account there")
        parser.add_argument("--keep-access", action="store_true", help="as public as it was")
        parser.add_argument("--map", metavar="FILE", help="where the table goes; standard output otherwise")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--project", type=int, metavar="ID")
        which.add_argument("--organization", type=int, metavar="ID")
        which.add_argument("--query")
        which.add_argument("--ids", type=int, nargs="+", metavar="ID")

    def handle(self, *args: Any, **options: Any) -> None:
        server = _server(options)
        archive = Archive(head={"site": server.base_uri, "installation": "documentcloud"})
        task = Import(
            active_person(options["user"]),
            wait=Labour().wait,
            tell=self._say,
            keep_access=options["keep_access"],
            archive=archive,
        )
        wanted = Wanted(options["project"], options["organization"], options["query"] or "", _ids(options["ids"]))
        try:
            task.take_all(parcels(server, wanted, archive, is_wanted=task.is_wanted))
        except (http.Failed, Refused) as error:
            raise CommandError(error.message) from error
        report = task.conclude()
        self._write(task, options["map"])
        for name, reason in report.failed:
            self.stderr.write(f"document {name}: {reason}")
        if report.failed:
            raise SystemExit(1)

    def _say(self, report: Report) -> None:
        counts = f"{len(report.new)} documents are new, {len(report.known)} were known, {len(report.failed)} failed."
        self.stderr.write(counts)

    def _write(self, task: Import, path: str | None) -> None:
        """Also what earlier runs took over from there."""
        rows = Origin.objects.filter(user=task.user, site=task.archive.site).select_related("document")
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows.order_by("pk"):
            new = urls.absolute(f"/documents/{row.document_id}-{row.document.slug}/")
            writer.writerow([row.key, table.safe(row.url), row.document_id, new])
        if path:
            Path(path).write_text(file.getvalue(), newline="")
        else:
            self.stdout.write(file.getvalue(), ending="")


def _server(options: dict[str, Any]) -> Server:
    file = options["token_file"]
    try:
        token = file.read_text().strip() if file else ""
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    password = getpass(f"Password of {options['username']}: ") if options["username"] else ""
    base, auth = (f"{options[name].rstrip('/')}/" for name in ("base_uri", "auth_uri"))
    return Server(base, auth, options["username"], password, token)


def _ids(found: list[int] | None) -> tuple[int, ...]:
    return tuple(found or ())
