"""`/api/messages/`: programs mail to the person for whom they work, and `/api/users/mailkey/`."""

import smtplib
import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from organizations.actions import api_keys, mailkeys, messages, rates
from organizations.models import Event, Notification, User
from tests.conftest import client_of

URL = "/api/messages/"
KEY = "/api/users/mailkey/"
BODY = {"subject": "Done\nBcc: everybody@example.org", "content": "37 pages were read.\n"}


@pytest.fixture
def posted(settings: Any, monkeypatch: Any) -> None:
    settings.MAIL_IS_SENT = True
    monkeypatch.setattr("docplatform.lib.queue.wake", lambda *args, **kwargs: None)


def test_a_message_goes_to_oneself(owner: User, posted: None) -> None:
    response = client_of(owner).post(URL, BODY)
    assert (response.status_code, response.json()) == (200, BODY)
    for _ in range(2):
        messages.mail_due()
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([owner.email], "Done Bcc: everybody@example.org", BODY["content"])
    assert "Bcc" not in sent.message()
    assert sent.message()["Message-ID"].startswith("<message.")
    assert Event.objects.get(kind="user.message_sent").data == {}


def test_where_no_mail_is_sent_the_inbox_has_it(owner: User) -> None:
    assert client_of(owner).post(URL, BODY).status_code == 200
    [row] = client_of(owner).get("/api/notifications/").json()["results"]
    assert (row["kind"], row["data"]) == ("message", BODY)
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("failure", "is_due"),
    [
        (ConnectionRefusedError(), True),
        (smtplib.SMTPServerDisconnected(), True),
        (TimeoutError(), True),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), True),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), False),
        (smtplib.SMTPDataError(451, b"later"), True),
        (ValueError(), False),
    ],
)
def test_a_mail_server_that_is_away_is_tried_again(
    owner: User, posted: None, monkeypatch: Any, failure: Exception, is_due: bool
) -> None:
    def fail(self: EmailMessage) -> None:
        raise failure

    client_of(owner).post(URL, BODY)
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", fail)
        messages.mail_due()
    assert Notification.objects.filter(mailed_at=None).exists() == is_due
    messages.mail_due()
    assert len(mail.outbox) == int(is_due)


def test_what_waits_wakes_a_worker(owner: User, settings: Any, monkeypatch: Any) -> None:
    woken: list[str] = []
    monkeypatch.setattr("docplatform.lib.queue.wake", lambda queue, task: woken.append(task))
    client_of(owner).post(URL, BODY)
    messages.tend()
    assert woken == []
    settings.MAIL_IS_SENT = True
    messages.tend()
    assert woken == [messages.TASK]


def test_there_are_not_too_many(owner: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(messages, "A_DAY", rates.Limit(2, 24 * 3600))
    statuses = [client_of(owner).post(URL, BODY).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("body", [{}, {"subject": "x" * 256, "content": "y"}, {"subject": "x"}])
def test_what_is_refused(owner: User, anonymous: Any, body: dict[str, str]) -> None:
    assert client_of(owner).post(URL, body).status_code == 400
    assert client_of(anonymous).post(URL, body).status_code == 403


def test_the_scopes_of_api_keys(owner: User, client: Any) -> None:
    for scope, statuses in (("read", (403, 403)), ("write", (200, 403)), ("admin", (403, 200))):
        _, key = api_keys.create(user=owner, name="k", scopes=[scope], expires_at=None, made_with=None)
        header = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
        asked = [client.post(url, BODY, content_type="application/json", **header) for url in (URL, KEY)]
        assert tuple(response.status_code for response in asked) == statuses


def test_a_mail_address(owner: User, anonymous: Any, settings: Any) -> None:
    settings.MAIL_DOMAIN = "in.example.org"
    client = client_of(owner)
    first, second = (client.post(KEY).json() for _ in range(2))
    assert first["address"] == f"{first['mailkey']}@in.example.org"
    assert uuid.UUID(second["mailkey"]) != uuid.UUID(first["mailkey"])
    assert (mailkeys.owner(first["address"]), mailkeys.owner(second["address"])) == (None, owner)
    assert [row["kind"] for row in client.get("/api/notifications/").json()["results"]] == ["mailkey.made"] * 2
    assert [client.delete(KEY).status_code for _ in range(2)] == [204, 204]
    assert mailkeys.owner(second["address"]) is None
    assert client_of(anonymous).post(KEY).status_code == client_of(anonymous).delete(KEY).status_code == 403
    kinds = Event.objects.filter(kind__startswith="user.mailkey").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["user.mailkey_made", "user.mailkey_made", "user.mailkey_removed"]
