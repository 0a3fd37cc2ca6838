"""API keys: made, shown once, and revoked."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from docplatform.lib.errors import Refused, Shape
from organizations import events, keys
from organizations.models import ApiKey, User

START = 8  # characters that are kept, so that people recognise the key
MOST = 100  # keys of one person that are good at a time


@transaction.atomic
def create(
    *, user: User, name: str, scopes: Sequence[str], expires_at: datetime | None, made_with: ApiKey | None = None
) -> tuple[ApiKey, str]:
    """A new key, and its text, which is kept nowhere. A key never makes one that may do more or lives longer."""
    if made_with:
        _check_no_more(made_with, scopes, expires_at)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once must not count the same keys
    if ApiKey.objects.filter(keys.GOOD, user=user).count() >= MOST:
        raise Refused("too_many_keys", f"You have {MOST} keys. Revoke one first.", status=409, shape=Shape.DETAIL)
    text = keys.PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user, name=name, start=text[:START], digest=keys.digest(text), scopes=list(scopes), expires_at=expires_at
    )
    events.record("api_key.created", target=key, actor=user, data={"scopes": list(scopes)})
    return key, text


@transaction.atomic
def revoke(key: ApiKey, *, actor: User) -> None:
    """Of no use any more, from now on. Doing it again changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=Now()):
        events.record("api_key.revoked", target=key, actor=actor)


@transaction.atomic
def revoke_all(user: User, *, actor: User) -> None:
    """Revoke every key of the person."""
    for key in ApiKey.objects.filter(user=user, revoked_at=None).order_by("pk"):
        revoke(key, actor=actor)


def _check_no_more(key: ApiKey, scopes: Sequence[str], expires_at: datetime | None) -> None:
    if not set(scopes) <= set(key.scopes):
        raise Refused("more_rights", "A key may not make one that may do more.", status=403, shape=Shape.DETAIL)
    if key.expires_at and (expires_at is None or expires_at > key.expires_at):
        message = f"A key may not make one that outlives it: set expires_at to {key.expires_at.isoformat()} or earlier."
        raise Refused("lives_longer", message, status=403, shape=Shape.DETAIL)
