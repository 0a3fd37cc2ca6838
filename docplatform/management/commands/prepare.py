"""`manage.py prepare`: tables and administrator, before the parts of several hosts start and after every update."""

from typing import Any

from django.core.management.base import BaseCommand

from docplatform import checks
from docplatform.management import preparation


class Command(BaseCommand):
    """What `manage.py up` does first; harmless to do again, and by several hosts at once."""

    help = "Brings the tables up to date and makes the administrator. For hosts whose parts run alone."
    requires_system_checks = [checks.TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        preparation.refuse_root()
        preparation.data_folder()
        preparation.database_answers()
        preparation.tables()
        self.stdout.write(f"Administrator: {preparation.ADMIN}, password {preparation.administrator()}")
