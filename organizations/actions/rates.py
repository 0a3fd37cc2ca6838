"""How often somebody may do something: the one implementation of every limit, exact across all processes and hosts."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from docplatform.lib import prune
from organizations.models import RateBucket

DAY = timedelta(days=1)
# What lies in the bucket now, by the database's clock, which is the same for all hosts.
_FILLED = """least(%(most)s, bucket.tokens + %(rate)s * greatest(0,
    extract(epoch FROM clock_timestamp() - bucket.at)::float8))"""
# Whoever comes second waits for the first one's row and then sees what is left. An empty bucket is not written.
# `quick` holds for the statement's transaction: nobody waits for a disk because of a count.
_TAKE = f"""
    WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO organizations_ratebucket AS bucket (key, tokens, at)
    SELECT %(key)s, %(most)s - 1, clock_timestamp() FROM quick
    ON CONFLICT (key) DO UPDATE SET tokens = {_FILLED} - 1, at = clock_timestamp() WHERE {_FILLED} >= 1
    RETURNING 1
"""  # noqa: S608  (nothing in it comes from outside)
_WAIT = f"SELECT (1 - {_FILLED}) / %(rate)s FROM organizations_ratebucket AS bucket WHERE key = %(key)s"  # noqa: S608


@dataclass(frozen=True)
class Limit:
    """So many at once; what was used comes back evenly, all of it within so many seconds (a day at most)."""

    most: int
    seconds: float


def key(kind: str, value: str) -> str:
    """A name for what is counted, from which the value cannot be read."""
    return salted_hmac(f"organizations.attempts.{kind}", value, algorithm="sha256").hexdigest()


def take(name: str, limit: Limit) -> bool:
    """Use one; False when there is none left, and then nothing is used.

    One statement. Call it outside of transactions, or in one that writes nothing else that must outlive a crash.
    """
    return _one(_TAKE, name, limit) is not None


def wait(name: str, limit: Limit) -> int:
    """The whole seconds until one is left; 0 when there is one now."""
    seconds = _one(_WAIT, name, limit) or 0.0
    return max(0, math.ceil(seconds))


def forget_full() -> None:
    """Every bucket is full again after a day, and a full one is the same as none."""
    with transaction.atomic():
        prune.some(RateBucket.objects.filter(at__lt=Now() - DAY), most=10_000)


def _one(sql: str, name: str, limit: Limit) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"key": name, "most": limit.most, "rate": limit.most / limit.seconds})
        row = cursor.fetchone()
    return row and row[0]
