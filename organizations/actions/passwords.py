"""Setting a forgotten password by mail."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from docplatform.lib import queue
from docplatform.lib.urls import absolute
from organizations.actions import attempts
from organizations.models import User

PER_PERSON = 3
PER_ADDRESS = 20


def ask(*, email: str, address: str) -> None:
    """Have a link mailed to the person with this e-mail address, if there is one.

    Whether there is one is found out by a worker: neither the answer nor the time it takes tells. More than a few
    mails to one person are left out silently; many requests from one address are TooManyAttempts.
    """
    person = {attempts.key("reset", email.casefold()): PER_PERSON}
    asker = {attempts.key("reset-address", attempts.network(address)): PER_ADDRESS}
    with transaction.atomic(durable=True):
        attempts.hold(person | asker)
        attempts.check(asker)
        attempts.record(asker)
        if attempts.record(person):
            queue.later("organizations.tasks.mail_password_link", email)


def link(user: User) -> str:
    """The address where the person may set a password, once; it dies with the next sign-in or change of password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return absolute(reverse("password-reset-confirm", args=[uid, default_token_generator.make_token(user)]))


def mail_link(email: str) -> None:
    """Mail the link to the active person with this e-mail address, if there is one."""
    user = User.objects.filter(email__iexact=email, is_active=True).exclude(email="").first()
    if user is None:
        return
    context = {"user": user, "link": link(user), "site": settings.PUBLIC_URL}
    body = render_to_string("organizations/password_reset_mail.txt", context)
    # to the address that we know, not to the one that was typed: they may differ in letters that only look alike
    send_mail("Set your password", body, None, [user.email])
