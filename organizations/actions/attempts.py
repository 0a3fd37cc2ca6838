"""Counting attempts, exactly, however many come at once: guesses of passwords, and requests for mails."""

import math
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

from django.db import connection

from docplatform.lib.errors import Refused, Shape
from organizations.actions import rates
from organizations.actions.rates import Limit, key

__all__ = ["TooManyAttempts", "check", "hold", "key", "network", "record"]

WINDOW = 15 * 60  # seconds in which a number of attempts that was used up comes back


class TooManyAttempts(Refused):
    """Refused for a while; `wait` is the seconds that Retry-After names."""

    def __init__(self, wait: int) -> None:
        minutes = math.ceil(wait / 60)
        span = "a minute" if minutes == 1 else f"{minutes} minutes"
        message = f"There were too many attempts. Try again in {span}."
        super().__init__("too_many_attempts", message, status=429, shape=Shape.DETAIL)
        self.wait = wait


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
    waits = [rates.wait(name, Limit(most, WINDOW)) for name, most in limits.items()]
    if any(waits):
        raise TooManyAttempts(max(waits))


def record(limits: Mapping[str, int]) -> bool:
    """Count one attempt under each of the keys; False when that was one too many."""
    return all([rates.take(name, Limit(limits[name], WINDOW)) for name in sorted(limits)])
