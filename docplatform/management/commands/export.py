"""`manage.py export`: everything that a person or an organization owns, as one archive."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.actions.moving import export
from organizations.models import Organization, User


class Command(BaseCommand):
    """The file gets its name once it is whole. Its format is described in documents.actions.moving.export."""

    help = "Write documents, notes, projects and searches of a person or an organization into one archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", metavar="NAME")
        whose.add_argument("--organization", metavar="SLUG")
        parser.add_argument("--output", metavar="FILE", default="-", help="standard output where nothing is said")

    def handle(self, *args: Any, user: str | None, organization: str | None, output: str, **options: Any) -> None:
        subject = _person(user) if user else _organization(organization or "")
        chosen = export.of_person(subject) if isinstance(subject, User) else export.of_organization(subject)
        export.log(subject)
        if output == "-":
            for piece in export.stream(chosen):
                sys.stdout.buffer.write(piece)
            return
        partial = Path(f"{output}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in export.stream(chosen):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
        self.stderr.write(f"{Path(output).stat().st_size} bytes in {output}.")


def _person(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f'Nobody has the user name "{username}".')
    return user


def _organization(slug: str) -> Organization:
    found = list(Organization.objects.filter(slug=slug)[:2])
    if len(found) != 1:
        raise CommandError(f'There is no organization "{slug}".' if not found else f'Several are called "{slug}".')
    return found[0]
