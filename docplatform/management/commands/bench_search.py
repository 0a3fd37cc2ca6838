"""`make bench-search`: fills an index of half a million pages, and prints the figures of search beside their floors."""

import logging
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from docplatform.lib.postgres import Cluster
from docplatform.management.bench import filling, indexing, searching
from docplatform.management.bench.report import HEADER, Line

PAGES = 500_000
GROWTH = 10


class Command(BaseCommand):
    help = "Measures search beside its floors. Needs an empty DATA_DIR: `make bench-search` makes one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pages", type=int, default=PAGES, help="How many pages the index holds in the end.")
        parser.add_argument("--explain", action="store_true", help="Print the plans of ten queries too.")

    def handle(self, *args: Any, pages: int, explain: bool, **options: Any) -> None:
        if (settings.DATA_DIR / "postgres").exists():
            raise CommandError(f"{settings.DATA_DIR} is in use. Set DATA_DIR to an empty folder: `make bench-search`.")
        logging.disable(logging.INFO)
        self.stdout.write(HEADER)
        cluster = Cluster(settings.DATA_DIR)
        cluster.start()
        try:
            call_command("migrate", verbosity=0)
            missed = [line for line in self.lines(pages, explain=explain) if not line.holds]
        finally:
            cluster.stop()
        if missed:
            raise CommandError(f"{len(missed)} figures miss their bounds.")

    def lines(self, pages: int, *, explain: bool) -> Iterator[Line]:
        """Figures at a tenth of the size, then at the whole, then what must hold between them."""
        library = filling.found()
        for line in self._all(library, pages, explain=explain):
            self.stdout.write(str(line))
            self.stdout.flush()
            yield line

    def _all(self, library: filling.Library, pages: int, *, explain: bool) -> Iterator[Line]:
        self._grow(library, pages // GROWTH)
        small = searching.measure(library)
        yield from small.lines(_short(library.pages))
        self._grow(library, pages)
        indexing.check(library)
        large = searching.measure(library)
        yield from large.lines(_short(library.pages))
        yield from searching.bars(small, large)
        if explain:
            self.stdout.writelines(searching.explain(library))
        yield from indexing.indexing(library)

    def _grow(self, library: filling.Library, pages: int) -> None:
        before, began = library.pages, time.perf_counter()
        library.grow(pages)
        seconds = time.perf_counter() - began
        rate = (library.pages - before) / seconds
        sizes = f"{library.documents:,} documents, {library.pages:,} pages"
        self.stdout.write(f"{sizes}; filled in {seconds:.0f} s, {rate:.0f} pages/s with two processes")
        self.stdout.flush()


def _short(pages: int) -> str:
    return f"{pages // 1000}k"
