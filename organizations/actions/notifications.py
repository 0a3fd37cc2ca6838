"""Telling people what concerns them: in their inbox, and by mail if they want."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string

from docplatform.lib import queue
from docplatform.lib.urls import absolute
from organizations import events
from organizations.models import Notification, User

MESSAGE = "message"
SENTENCES = {
    "invitation.accepted": "Somebody accepted your invitation.",
    "documents.handed_over": "Documents of a colleague who left are yours now.",
    "project.shared": "A project was shared with you.",
    "mailkey.made": "A new address was made to which you can mail documents. If that was not you, remove it.",
    "mail.left_out": "Some attachments of your mail became no documents: nothing here opens files of their types.",
    "mail.empty": "Your mail came without attachments, so no documents were made of it.",
    "mail.unreadable": "Your mail could not be read. It is kept as it came; send the documents in another way.",
    "search.matched": "A saved search found new documents.",
    MESSAGE: "One of your programs sent you a message.",
}
"""What a notification says, by kind."""
UNKNOWN = "There is news for you."


@transaction.atomic
def notify(user: User, kind: str, data: dict[str, Any], key: str = "") -> None:
    """Tell the person; under the same `key` only once. `data` holds ids and codes, never titles or text of others."""
    values = {"kind": kind, "data": data}
    if key:
        told, is_new = Notification.objects.get_or_create(user=user, key=key, defaults=values)
    else:
        told, is_new = Notification.objects.create(user=user, **values), True
    is_due = is_new and kind != MESSAGE  # which has a way of its own, see organizations.actions.messages
    if is_due and settings.MAIL_IS_SENT and user.is_active and user.wants_mail and user.email:
        queue.later("organizations.tasks.mail_notification", str(told.pk))


def text(notification: Notification) -> str:
    """The notification as a sentence."""
    return SENTENCES.get(notification.kind, UNKNOWN)


def mail(notification_id: int) -> None:
    """Send the notification by mail, once, unless the person read it meanwhile."""
    due = Notification.objects.filter(pk=notification_id, mailed_at=None, read_at=None)
    if not due.update(mailed_at=Now()):
        return
    notification = Notification.objects.select_related("user").get(pk=notification_id)
    context = {"user": notification.user, "text": text(notification), "site": absolute("/")}
    body = render_to_string("organizations/notification_mail.txt", context)
    send_mail(text(notification), body, None, [notification.user.email])


@transaction.atomic
def mark(notification: Notification, *, is_read: bool, actor: User) -> Notification:
    """Mark one as read, or as unread again."""
    if is_read == (notification.read_at is None):
        Notification.objects.filter(pk=notification.pk).update(read_at=Now() if is_read else None)
        notification.refresh_from_db(fields=["read_at"])
        kind = "notification.read" if is_read else "notification.unread"
        events.record(kind, target=notification, actor=actor)
    return notification


@transaction.atomic
def mark_all(*, actor: User) -> int:
    """Mark all of the person's as read; how many there were."""
    count = Notification.objects.filter(user=actor, read_at=None).update(read_at=Now())
    if count:
        events.record("user.notifications_read", target=actor, actor=actor, data={"count": count})
    return count
