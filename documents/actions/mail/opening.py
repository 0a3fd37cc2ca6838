"""Makes private documents of the attachments of mailed messages. A worker may die at any line: each attachment becomes
a document in one transaction, which also writes down that it did.
"""

import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from docplatform.lib.queue import wake
from documents.actions import processing, upload
from documents.actions.mail.inbox import TASK
from documents.actions.processing import Options
from documents.choices import Access, Queue
from documents.models import Mail, Origin
from documents.pipeline import sandbox
from documents.pipeline.letters import LetterWork, Part
from documents.pipeline.steps import formats
from documents.pipeline.values import StepFailed
from organizations import events
from organizations.actions.notifications import notify

SECONDS = 300  # to take one message apart
LEASE = timedelta(minutes=15)  # longer than that, and than any one attachment takes
ATTEMPTS = 3
NAMES = 20  # that a notification names
logger = logging.getLogger("docplatform.mail")


class Lost(Exception):
    """Another worker has the message now, or it was removed."""


def tend() -> None:
    """Wake a worker while messages wait: nothing is lost with the one that had them."""
    if _free().exists():
        wake(Queue.FAST, task=TASK)


def open_next() -> bool:
    """Deal with one message; False when none waits."""
    mail = _claim()
    if mail is None:
        return False
    try:
        _open(mail)
    except Lost:
        pass
    except (Refused, sandbox.Crashed) as error:  # no room, or the program died: later
        logger.warning("mail waits", extra={"mail": mail.pk, "reason": type(error).__name__})
        if isinstance(error, sandbox.Crashed) and mail.attempts >= ATTEMPTS:
            _end(mail, "mail.unreadable", 0, [])
    return True


def site(mail: Mail) -> str:
    """Where the documents of a message come from."""
    return f"mail:{mail.pk}"


def _free() -> QuerySet[Mail]:
    """Messages that wait. Those of people whose accounts are closed wait until they are opened again."""
    idle = Q(tried_at=None) | Q(tried_at__lt=Now() - LEASE)
    return Mail.objects.filter(idle, opened_at=None, user__is_active=True)


def _claim() -> Mail | None:
    waiting = _free().select_related("user__organization").order_by("pk").first()
    if waiting is None:
        return None
    mine = Mail.objects.filter(pk=waiting.pk, attempts=waiting.attempts, opened_at=None)
    if not mine.update(attempts=F("attempts") + 1, tried_at=Now()):
        return _claim()  # somebody else was faster
    waiting.attempts += 1
    return waiting


def _open(mail: Mail) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "message.eml"
        try:
            storage.backend().fetch(mail.storage_key, source)
            work = LetterWork(source=str(source), folder=folder)
            parts = sandbox.run("letter", work, timeout=SECONDS, on_tick=lambda: True).parts
        except (storage.Missing, StepFailed):
            _end(mail, "mail.unreadable", 0, [])
            return
        taken = [part for part in parts if part.file and part.extension in formats.OPENED]
        for part in taken:
            _take(mail, part)
    left_out = [_clean(part.name) for part in parts if part not in taken]
    _end(mail, "mail.left_out" if left_out else "" if taken else "mail.empty", len(taken), left_out)


@transaction.atomic
def _take(mail: Mail, part: Part) -> None:
    """One attachment; nothing where it is a document already."""
    _hold(mail)
    origin = Origin(user=mail.user, site=site(mail), key=str(part.number))
    if Origin.objects.filter(user=mail.user, site=origin.site, key=origin.key).exists():
        return
    title = Path(_clean(part.name)).stem or "Untitled"
    item = {"title": title, "access": Access.PRIVATE, "language": "eng", "original_extension": part.extension}
    [origin.document] = upload.create([item], actor=mail.user)
    storage.backend().put(origin.document.upload_key, Path(part.file))
    origin.save()
    processing.start([(origin.document, Options())], actor=mail.user)


@transaction.atomic
def _end(mail: Mail, notice: str, count: int, left_out: list[str]) -> None:
    _hold(mail)
    Mail.objects.filter(pk=mail.pk).update(opened_at=Now())
    events.record("mail.opened", target=mail, data={"documents": count, "left_out": len(left_out)})
    if notice:
        notify(mail.user, notice, {"mail": mail.pk, "left_out": left_out[:NAMES]}, key=site(mail))


def _hold(mail: Mail) -> None:
    """Go on only while the message is this worker's; its row is held until the end of the transaction."""
    mine = Mail.objects.filter(pk=mail.pk, attempts=mail.attempts, opened_at=None)
    if not mine.update(tried_at=Now()):
        raise Lost


def _clean(name: str) -> str:
    """A file name as it came from a stranger: no control characters, nothing that is no text."""
    text = name.encode(errors="replace").decode()
    return "".join(letter for letter in text if letter.isprintable()).strip()[:255]
