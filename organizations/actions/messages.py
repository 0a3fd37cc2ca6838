"""What people's programs have mailed to them. A message lies in the inbox at once; workers mail it as soon as they can.

Its notification is both the inbox's row and the note that a mail is due, so nothing is lost with a worker or with the
mail server. Whoever dies between sending and noting it sends twice, under the same Message-ID.
"""

import logging
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from rest_framework.exceptions import Throttled

from docplatform.lib import queue
from organizations import events
from organizations.actions import rates
from organizations.actions.notifications import MESSAGE, notify
from organizations.models import Notification, User

A_DAY = rates.Limit(200, 24 * 3600)
PATIENCE = timedelta(days=1)  # older ones are read in the inbox, or were
TASK = "organizations.tasks.mail_messages"
OF_ONE = (SMTPRecipientsRefused, SMTPDataError)  # says nothing about the other messages
REFUSED = 500
logger = logging.getLogger("docplatform.mail")


def send(user: User, *, subject: str, content: str) -> None:
    """Mail the person what a program of theirs has to say. 429 when it talks too much."""
    bucket = rates.key("message", str(user.pk))
    if not rates.take(bucket, A_DAY):
        raise Throttled(rates.wait(bucket, A_DAY), "You sent yourself too many messages. Try again later.")
    with transaction.atomic():
        notify(user, MESSAGE, {"subject": subject, "content": content})
        events.record("user.message_sent", target=user, actor=user)
        if settings.MAIL_IS_SENT and user.email:
            queue.wake("fast", task=TASK)


def tend() -> None:
    """Wake a worker while mails are due: nothing is lost with the one that had them."""
    if settings.MAIL_IS_SENT and _due().exists():
        queue.wake("fast", task=TASK)


def mail_due() -> None:
    """Mail what is due, one after another; where the mail server is away, the rest is tried again in a minute."""
    put_off: list[int] = []
    while _mail_next(put_off):
        pass


@transaction.atomic
def _mail_next(put_off: list[int]) -> bool:
    """The row is held while its mail is on its way, so that no other worker sends it too."""
    held = _due().exclude(pk__in=put_off).select_related("user")
    message = held.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("pk").first()
    if message is None:
        return False
    try:
        _compose(message).send()
    except Exception as error:
        logger.warning("message not mailed", extra={"notification": message.pk, "reason": type(error).__name__})
        if isinstance(error, OSError) and not isinstance(error, OF_ONE):
            return False
        if _is_passing(error):
            put_off.append(message.pk)
            return True
    Notification.objects.filter(pk=message.pk).update(mailed_at=Now())
    return True


def _is_passing(error: Exception) -> bool:
    """The server asks to try again later. What it refuses for good is read in the inbox."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code < REFUSED for code, _ in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code < REFUSED


def _due() -> QuerySet[Notification]:
    waiting = Notification.objects.filter(kind=MESSAGE, mailed_at=None, created_at__gt=Now() - PATIENCE)
    return waiting.filter(user__is_active=True).exclude(user__email="")


def _compose(message: Notification) -> EmailMessage:
    subject = " ".join(str(message.data["subject"]).split())  # a line break would begin another header
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<message.{message.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, str(message.data["content"]), None, [message.user.email], headers=headers)
