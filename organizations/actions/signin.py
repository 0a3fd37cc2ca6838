"""Checking a user name and a password: the one door for tokens, sessions and the administration."""

from django.contrib.auth import authenticate
from django.contrib.auth.models import update_last_login
from django.db import transaction

from organizations.actions import attempts
from organizations.models import User

PER_NAME = 10
PER_ADDRESS = 100


def verify(*, username: str, password: str, address: str) -> User | None:
    """The active person with this password, or None; TooManyAttempts after too many wrong ones.

    Attempts for the same name or from the same address wait for each other, so that parallel guesses count too.
    Unknown names take as long as known ones and are counted alike.
    """
    limits = {
        attempts.key("name", username.casefold()): PER_NAME,
        attempts.key("address", attempts.network(address)): PER_ADDRESS,
    }
    with transaction.atomic(durable=True):
        attempts.hold(limits)
        attempts.check(limits)
        user = authenticate(username=username, password=password)
        if user is None:
            attempts.record(limits)
            return None
    assert isinstance(user, User)
    update_last_login(User, user)
    return user
