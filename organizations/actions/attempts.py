"""Counting attempts, exactly, however many come at once: guesses of passwords, and requests for mails."""

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from docplatform.lib import prune
from docplatform.lib.errors import Refused, Shape
from organizations.models import SignInFailure

WINDOW = timedelta(minutes=15)


class TooManyAttempts(Refused):
    """Refused for a while; `wait` is the seconds that Retry-After names."""

    def __init__(self, wait: int) -> None:
        minutes = math.ceil(wait / 60)
        span = "a minute" if minutes == 1 else f"{minutes} minutes"
        message = f"There were too many attempts. Try again in {span}."
        super().__init__("too_many_attempts", message, status=429, shape=Shape.DETAIL)
        self.wait = wait


def key(kind: str, value: str) -> str:
    """A name for what is counted, from which the value cannot be read."""
    return salted_hmac(f"organizations.attempts.{kind}", value, algorithm="sha256").hexdigest()


def network(address: str) -> str:
    """The part of a client's address that it cannot change at will: of IPv6 the first 64 bits."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(ip if ip.version == 4 else ip_network((ip, 64), strict=False))


def hold(keys: Iterable[str]) -> None:
    """Let nobody else count these keys until the transaction ends."""
    with connection.cursor() as cursor:
        for name in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def check(limits: Mapping[str, int]) -> None:
    """Refuse when any of the keys, which must be held, has used up its number of attempts."""
    now = timezone.now()
    for name, most in limits.items():
        counted = SignInFailure.objects.filter(key=name, at__gt=now - WINDOW).order_by("-at")
        oldest = counted.values_list("at", flat=True)[most - 1 : most].first()
        if oldest:
            raise TooManyAttempts(math.ceil((oldest + WINDOW - now).total_seconds()))


def left(limits: Mapping[str, int]) -> bool:
    """None of the keys, which must be held, has gone beyond its number of attempts."""
    since = timezone.now() - WINDOW
    return all(SignInFailure.objects.filter(key=name, at__gt=since).count() <= most for name, most in limits.items())


def record(keys: Iterable[str]) -> None:
    """Count one attempt under each of the keys, and forget a few that no longer count."""
    SignInFailure.objects.bulk_create([SignInFailure(key=name) for name in keys])
    prune.some(SignInFailure.objects.filter(at__lt=timezone.now() - WINDOW))
