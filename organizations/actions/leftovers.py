"""What nobody looks at any more: once a day it goes, see documents.tasks."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from docplatform.lib import prune
from organizations.actions import invitations
from organizations.models import Notification, Session

KEPT = timedelta(days=90)
AT_ONCE = 10_000


@transaction.atomic
def forget() -> None:
    """Sessions that are over; and what has been so for a while: invitations that expired, notifications that were
    read."""
    long_ago = Now() - KEPT
    prune.some(Session.objects.filter(expire_date__lt=Now()), most=AT_ONCE)
    prune.some(invitations.waiting().filter(expires_at__lt=long_ago), most=AT_ONCE)
    prune.some(Notification.objects.filter(read_at__lt=long_ago), most=AT_ONCE)
