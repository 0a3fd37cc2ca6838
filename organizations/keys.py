"""API keys as they come with requests: looked up by their hash, and their use noted."""

import hashlib
import logging
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from organizations.models import ApiKey

PREFIX = "dp_"
MINUTE = timedelta(minutes=1)
GOOD = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=Now()))
logger = logging.getLogger("docplatform.keys")


def digest(text: str) -> str:
    """What is kept of a key. It is random and long, so that a plain hash cannot be turned back."""
    return hashlib.sha256(text.encode()).hexdigest()


def find(text: str) -> ApiKey | None:
    """The key with its person, if both are good; says with the person which key they came with."""
    key = ApiKey.objects.filter(GOOD, digest=digest(text), user__is_active=True).select_related("user").first()
    if key is None:
        return None
    key.user.api_key_id = key.pk
    return key


def note_use(key: ApiKey) -> None:
    """Remember that the key was used, at most once a minute; a failure or somebody else's lock changes no answer."""
    if key.last_used_at and timezone.now() - key.last_used_at < MINUTE:
        return
    stale = ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=Now() - MINUTE), pk=key.pk)
    try:
        with transaction.atomic():
            if stale.select_for_update(no_key=True, skip_locked=True).values_list("pk").first():
                stale.update(last_used_at=Now())
    except DatabaseError:
        logger.warning("use of a key was not noted", extra={"key": key.pk}, exc_info=True)
