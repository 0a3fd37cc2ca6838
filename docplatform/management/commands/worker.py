"""`manage.py worker --queue bulk`: the workers of one queue, watched."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_q.cluster import Cluster

from docplatform import checks
from docplatform.lib import processes
from docplatform.management import preparation
from docplatform.management.monitor import Monitor
from documents.choices import Queue


class Command(BaseCommand):
    """Work on one queue."""

    help = "Starts the workers of one queue alone. The database must be running."
    requires_system_checks = [checks.TAG]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", required=True, choices=Queue.values, help="which queue to work on")
        parser.add_argument("--unwatched", action="store_true", help="the bare cluster, as its monitor starts it")

    def handle(self, *args: Any, **options: Any) -> None:
        preparation.refuse_root()
        preparation.shared_memory_suffices()
        if options["unwatched"]:
            if os.environ.get("Q_CLUSTER_NAME") != options["queue"]:
                # django-q2 reads its name from there as soon as it is imported.
                raise CommandError(f"Set Q_CLUSTER_NAME={options['queue']} for this, or leave --unwatched out.")
            processes.children_die_with_me()
            Cluster().start()
            return
        preparation.data_folder()
        preparation.database_answers()
        Monitor(Queue(options["queue"])).run()
