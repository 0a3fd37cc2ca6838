"""`make bench`: prints every figure beside its floor, measured in one run."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from docplatform.lib.postgres import Cluster
from docplatform.management.bench import edits, flow, lists, multitude, pace, reading, transfers, turns
from docplatform.management.bench.report import HEADER, Line
from organizations.models import Organization


class Command(BaseCommand):
    help = "Measures speed and memory beside their floors. Needs an empty DATA_DIR: `make bench` makes one."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if (settings.DATA_DIR / "postgres").exists() or (settings.DATA_DIR / "files").exists():
            raise CommandError(f"{settings.DATA_DIR} is in use. Set DATA_DIR to an empty folder, or run `make bench`.")
        logging.disable(logging.INFO)  # a line for each of a thousand requests would bury the figures
        self.stdout.write(HEADER)
        with tempfile.TemporaryDirectory() as folder:
            for line in self.lines(Path(folder)):
                self.stdout.write(str(line))
                self.stdout.flush()

    def lines(self, folder: Path) -> Iterator[Line]:
        """Every benchmark: memory first, and last the lists, which leave a crowd behind."""
        yield reading.memory(folder)
        yield reading.born_digital(folder)
        yield reading.ocr(folder)
        yield edits.redaction(folder)
        yield edits.moves(folder)
        cluster = Cluster(settings.DATA_DIR)
        cluster.start()
        try:
            call_command("migrate", verbosity=0)
            user = multitude.newcomer()
            yield pace.rate_limit(user)
            yield from transfers.large_files(user, Organization.objects.get(uuid=user.uuid))
            yield from turns.turns()
            yield from flow.whole_jobs(user, folder)
            yield from lists.lists(user)
        finally:
            cluster.stop()
