"""Idempotency-Key: a create that is repeated, because its answer was lost, is answered and not carried out again."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from docplatform.lib import prune
from docplatform.lib.errors import Refused
from organizations.models import IdempotencyKey, User

KEPT = timedelta(hours=24)
LONGEST = 255


def fingerprint(path: str, data: Any) -> str:
    """What makes two requests the same: the path, and the body as it was parsed."""
    body = dict(data.lists()) if hasattr(data, "lists") else data
    return sha256(json.dumps([path, body], sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def once(*, user: User, key: str, fingerprint: str, create: Callable[[], Sequence[int]]) -> list[int]:
    """The ids that `create` makes, or made when the person sent this key before. Without a key it simply creates.

    A second request with the key waits until the first one has committed. If `create` fails, the key stays free.
    """
    if not key:
        return list(create())
    if len(key) > LONGEST:
        raise Refused("idempotency_key_too_long", f"The Idempotency-Key may have at most {LONGEST} characters.")
    forgotten = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT)
    forgotten.filter(user=user, key=key).delete()
    row, is_new = IdempotencyKey.objects.get_or_create(user=user, key=key, defaults={"fingerprint": fingerprint})
    if is_new:
        row.ids = list(create())
        row.save(update_fields=["ids"])
        prune.some(forgotten)
    elif row.fingerprint != fingerprint:
        raise Refused(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Send a new key with a new request.",
            status=422,
        )
    return list(row.ids)
