"""The people that commands name."""

from django.core.management.base import CommandError

from organizations.models import User


def active_person(username: str) -> User:
    """Somebody who may sign in, by user name."""
    user = User.objects.filter(username=username, is_active=True).select_related("organization").first()
    if user is None:
        raise CommandError(f'Nobody who may sign in has the user name "{username}".')
    return user
