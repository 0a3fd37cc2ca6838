"""`manage.py web`: the web server alone."""

from typing import Any

from django.core.management.base import BaseCommand

from docplatform import checks
from docplatform.management import preparation, server


class Command(BaseCommand):
    """Serve the site on HOST and PORT."""

    help = "Starts the web server alone. The database must be running."
    requires_system_checks = [checks.TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        preparation.refuse_root()
        preparation.data_folder()
        preparation.database_answers()
        preparation.port_is_free()
        server.serve()
