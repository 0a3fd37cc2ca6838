"""Keeps a message that somebody mailed to a person, before anything in it is looked at."""

import hashlib
from pathlib import Path

from django.db import IntegrityError, transaction

from docplatform.lib import storage
from docplatform.lib.queue import wake
from documents import paths
from documents.choices import Queue
from documents.models import Mail
from documents.pipeline.doomed import doom
from organizations import events
from organizations.models import User

TASK = "documents.tasks.open_mail"


def receive(message: Path, *, user: User) -> Mail:
    """The file first, then its row: whoever dies between them has not said yes, and gets the message again.

    A message that is here already is taken only once.
    """
    with message.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    same = Mail.objects.filter(user=user, sha256=sha256)
    if known := same.first():
        return known
    key = paths.new_mail(user.pk)
    storage.backend().put(key, message)
    try:
        return _note(user, key, sha256, message.stat().st_size)
    except IntegrityError:  # it was delivered twice at the same moment
        storage.backend().delete([key])
        return same.get()


@transaction.atomic
def remove(mail: Mail, *, actor: User) -> None:
    """Keep the message no longer. What became of its attachments stays."""
    events.record("mail.removed", target=mail, actor=actor)
    doom([mail.storage_key])
    mail.delete()


@transaction.atomic
def _note(user: User, key: str, sha256: str, size: int) -> Mail:
    mail = Mail.objects.create(user=user, storage_key=key, sha256=sha256, size=size)
    events.record("mail.received", target=mail, actor=user, data={"size": size})
    wake(Queue.FAST, task=TASK)
    return mail
