"""`manage.py verify`: looks whether database, files and search index agree, and puts right what it can."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from documents.actions.verify.finding import Outcome
from documents.actions.verify.walk import walk


class Command(BaseCommand):
    """One line for each finding: document, kind, outcome and detail, with tabs between. Exits with 1 if any is left."""

    help = "Check that every file, page and index entry is there and right. Exits with 1 if anything is left to do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="put right what rows and originals allow")
        parser.add_argument("--quick", action="store_true", help="believe the content of files that are there")

    def handle(self, *args: Any, repair: bool, quick: bool, **options: Any) -> None:
        counts = dict.fromkeys(Outcome, 0)
        for finding in walk(quick=quick, repair=repair):
            counts[finding.outcome] += 1
            self.stdout.write(str(finding))
            self.stdout.flush()
        summary = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)
        self.stderr.write(summary or "Everything is there and right.")
        if counts[Outcome.LEFT] + counts[Outcome.PROCESSING]:
            raise SystemExit(1)
