"""`manage.py demo`: fills an empty platform with a newsroom whose documents are processed for real."""

import secrets
import time
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from docplatform.lib import postgres, secret
from docplatform.management import labour, preparation
from docplatform.management.demo import newsroom, stories
from documents.choices import PROCESSING, Status
from documents.models import Document

PATIENCE_SECONDS = 15 * 60


class Command(BaseCommand):
    """Make the newsroom once, and wait until its documents can be read."""

    help = "Makes two organizations, six people, three projects and a dozen documents to look at."

    def handle(self, *args: Any, **options: Any) -> None:
        preparation.refuse_root()
        preparation.data_folder()
        with ExitStack() as stack:
            if settings.DATABASE_IS_PRIVATE and not postgres.is_running(settings.DATA_DIR):
                cluster = postgres.Cluster(settings.DATA_DIR)
                try:
                    cluster.start()
                except postgres.Unusable as error:
                    raise CommandError(str(error)) from None
                stack.callback(cluster.stop)
            self._fill()

    def _fill(self) -> None:
        preparation.database_answers()
        preparation.tables()
        if newsroom.is_there():
            raise CommandError("The newsroom is there already: sign in as mira, or see the other people in the admin.")
        path = settings.DATA_DIR / "demo_password"
        password = secret.keep(path, secrets.token_urlsafe(9))
        cast, folders = newsroom.people_and_projects(password)
        self.stdout.write(f"{len(cast)} people, {len(folders)} projects. Making {len(stories.PAPERS)} documents.")
        self._wait([document.pk for document in newsroom.documents(cast, folders)])
        self.stdout.write(f"Sign in at {settings.PUBLIC_URL}/ as one of: {', '.join(cast)}")
        self.stdout.write(f"Password: {password}  (kept in {path})")

    def _wait(self, wanted: list[int]) -> None:
        """Until nothing is being processed any more: by the running workers, or by ourselves where none run."""
        mine = Document.objects.filter(pk__in=wanted)
        deadline, told, hands = time.monotonic() + PATIENCE_SECONDS, -1, labour.Labour()
        while mine.filter(status__in=PROCESSING).exists() and time.monotonic() < deadline:
            ready = mine.filter(status=Status.SUCCESS).count()
            if ready != told:
                self.stdout.write(f"{ready} of {len(wanted)} can be read.")
                told = ready
            hands.wait()
        failed = mine.exclude(status=Status.SUCCESS).values_list("title", flat=True)
        if failed:
            raise CommandError(f"Not ready: {', '.join(failed)}. The errors of each document say why.")
