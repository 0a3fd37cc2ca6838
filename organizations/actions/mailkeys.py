"""The secret address to which a person mails documents."""

import uuid

from django.conf import settings
from django.db import transaction

from organizations import events
from organizations.actions.notifications import notify
from organizations.models import User
from organizations.permissions import may_upload


def address(key: uuid.UUID) -> str:
    """Where mail with this key goes."""
    return f"{key}@{settings.MAIL_DOMAIN}"


@transaction.atomic
def make(*, actor: User) -> uuid.UUID:
    """A new key; the one before it is of no use from now on."""
    actor.mailkey = uuid.uuid4()
    actor.save(update_fields=["mailkey", "updated_at"])
    events.record("user.mailkey_made", target=actor, actor=actor)
    notify(actor, "mailkey.made", {})
    return actor.mailkey


@transaction.atomic
def remove(*, actor: User) -> None:
    """Nobody can mail documents to the person any more. Doing it again changes nothing."""
    if User.objects.filter(pk=actor.pk, mailkey__isnull=False).update(mailkey=None):
        events.record("user.mailkey_removed", target=actor, actor=actor)


def owner(recipient: str) -> User | None:
    """Who gets mail for this address; nobody, if they may not put documents here now."""
    local = recipient.strip().strip("<>").partition("@")[0]
    try:
        key = uuid.UUID(local) if len(local) == len(str(uuid.UUID(int=0))) else None
    except ValueError:
        key = None
    user = User.objects.select_related("organization").filter(mailkey=key, is_active=True).first() if key else None
    return user if user is not None and user.organization_id and may_upload(user) else None
