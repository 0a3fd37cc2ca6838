"""`manage.py password NAME`: lets the person who runs the site help somebody who cannot sign in."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from organizations.actions import passwords, people
from organizations.models import User


class Command(BaseCommand):
    """Asks for the new password, or prints a link where the person sets it."""

    help = "Set somebody's password, or print a link where they can set it themselves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--link", action="store_true", help="print a link for the person instead of asking")

    def handle(self, *args: Any, username: str, link: bool, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f'Nobody has the user name "{username}".')
        if link:
            self.stdout.write(passwords.link(user))
            return
        people.change_password(user, password=self._ask(user))
        self.stdout.write(f"The password of {username} is set; everybody who used the old one is signed out.")

    def _ask(self, user: User) -> str:
        password = getpass("New password: ")
        if password != getpass("Again: "):
            raise CommandError("The two passwords differ. Nothing was changed.")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
