"""`manage.py search reindex|check|stats`: writes the search index anew, proves that it is right, and measures it."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.search import agreement, figures, forgetting, reindex

EVERY = 5.0
"""Seconds between two lines of progress."""


class Command(BaseCommand):
    """Searching and writing go on meanwhile. `reindex` may be killed and begun again: it goes on where it was."""

    help = "Write the search index anew, check that it agrees with the data, or show its size."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        anew = actions.add_parser("reindex", help="write what is missing or was made by another analyzer")
        anew.add_argument("--all", action="store_true", help="write everything, from the beginning")
        anew.add_argument("--document", type=int, metavar="ID", help="write this document alone")
        anew.add_argument("--pause", type=float, default=0.0, metavar="SECONDS", help="rest after every batch")
        anew.add_argument("--batch", type=int, default=reindex.PAGES, metavar="PAGES", help="pages of a transaction")
        check = actions.add_parser("check", help="exits with 1 if anything in the index is not as the data say")
        check.add_argument("--sample", type=int, metavar="N", help="look at so many of each kind, chosen by chance")
        actions.add_parser("stats", help="counts and bytes")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        {"reindex": self._reindex, "check": self._check, "stats": self._stats}[action](options)

    def _reindex(self, options: dict[str, Any]) -> None:
        pages = documents = failed = 0
        said = time.monotonic()
        wanted = {"document_id": options["document"], "anew": options["all"], "pages": max(options["batch"], 1)}
        for done in reindex.everything(**wanted):
            pages, documents = pages + done.pages, documents + done.documents
            if done.failed is not None:
                failed += 1
                self.stderr.write(f"Document {done.failed} could not be written; the log says why.")
            if time.monotonic() - said > EVERY:
                said = time.monotonic()
                self.stdout.write(f"{documents} documents, {pages} pages so far")
                self.stdout.flush()
            time.sleep(options["pause"])
        if options["document"] is not None and not documents + failed:
            raise CommandError("There is no such document.")
        if options["all"]:
            forgetting.tidy(seconds=float("inf"))
        self.stdout.write(f"Wrote {documents} documents and {pages} pages.")
        if failed:
            raise SystemExit(1)

    def _check(self, options: dict[str, Any]) -> None:
        count = 0
        for difference in agreement.differences(options["sample"]):
            count += 1
            self.stdout.write(str(difference))
            self.stdout.flush()
        if count:
            self.stderr.write(f"{count} differences. `manage.py search reindex --document ID`, or --all, mends them.")
            raise SystemExit(1)
        self.stderr.write("The index agrees with the data.")

    def _stats(self, options: dict[str, Any]) -> None:
        rows = list(figures.rows())
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            self.stdout.write(f"{name:<{width}}  {value}")
