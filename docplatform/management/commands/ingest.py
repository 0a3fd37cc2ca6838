"""`manage.py ingest DIR --user NAME`: takes the files of a folder on this machine."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from docplatform.management.labour import Labour
from docplatform.management.persons import active_person
from documents.actions.moving import arrivals, folder
from documents.actions.moving.folder import Folders, Plan, Tally

STRIDE = 25


class Command(BaseCommand):
    """May be interrupted and repeated at any time. Exits with 1 if a file could not be taken."""

    help = "Make documents of all files in a folder. What an earlier run has done is not done again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--user", required=True, help="the user name of the documents' owner")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--project", metavar="TITLE", help="a project to put them into; made if it is not there")
        where.add_argument("--folders-as", choices=[Folders.DATA.value, Folders.PROJECTS.value], help="keep folders")

    def handle(self, *args: Any, **options: Any) -> None:
        root = options["folder"].resolve()
        if not root.is_dir():
            raise CommandError(f"{options['folder']} is not a folder.")
        user = active_person(options["user"])
        project = arrivals.project_called(options["project"], user=user) if options["project"] else None
        plan = Plan(root, user, project, Folders(options["folders_as"] or Folders.NOTHING))
        tally = folder.take(plan, wait=Labour().wait, tell=self._tell)
        self._say(tally)
        for name, reason in tally.failed:
            self.stderr.write(f"{name}: {reason}")
        if tally.failed:
            raise SystemExit(1)

    def _tell(self, tally: Tally) -> None:
        if (tally.new + tally.known + len(tally.failed)) % STRIDE == 0:
            self._say(tally)

    def _say(self, tally: Tally) -> None:
        self.stderr.write(f"{tally.new} files are new, {tally.known} were known, {len(tally.failed)} failed.")
