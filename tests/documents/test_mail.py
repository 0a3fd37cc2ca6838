"""Documents by mail: `manage.py receive_mail`, what workers make of the messages, and `/api/mail/`."""

import io
import os
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from docplatform.lib import storage
from docplatform.lib.storage.local import LocalStorage
from documents.actions import processing, upload
from documents.actions.mail import inbox, opening
from documents.actions.verify import orphans
from documents.models import Document, Doomed, Job, Mail, Origin
from documents.pipeline import sandbox
from organizations.actions import mailkeys
from organizations.models import Notification, User
from tests.conftest import client_of
from tests.documents.uploads import born_digital, picture, plain_text

URL = "/api/mail/"


class Killed(BaseException):
    """The process ends here."""


def message(*attachments: tuple[str, bytes], subject: str = "The papers") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "source@example.com", "someone@example.org", subject
    made.set_content("See below.")
    for name, content in attachments:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


@pytest.fixture
def address(owner: User) -> str:
    return mailkeys.address(mailkeys.make(actor=owner))


@pytest.fixture
def deliver(monkeypatch: Any, address: str) -> Callable[..., int]:
    def delivered(content: bytes | EmailMessage, *, to: str | None = address) -> int:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(bytes(content))))
        try:
            call_command("receive_mail", *(["--to", to] if to else []), stderr=io.StringIO())
        except SystemExit as ended:
            return int(str(ended.code))
        return 0

    return delivered


def open_all() -> None:
    Mail.objects.update(tried_at=None)
    while opening.open_next():
        Mail.objects.filter(opened_at=None).update(tried_at=None)


def titles() -> list[str]:
    return list(Document.objects.order_by("pk").values_list("title", flat=True))


def test_every_attachment_becomes_a_private_document(deliver: Any, owner: User) -> None:
    files = (("Lease 2024.pdf", born_digital(1, 1)), ("tool.exe", b"MZ\0\0"), ("photo.png", picture(1)))
    assert deliver(message(*files, ("../../notes.TXT", plain_text(1)), ("lie.docx", b"PK\5\6" + bytes(18)))) == 0
    assert deliver(message(("Lease 2024.pdf", b"%PDF-1.4"))) == 0
    assert Document.objects.count() == 0
    assert opening.open_next()
    documents = list(Document.objects.order_by("pk"))
    assert [document.title for document in documents] == ["Lease 2024", "photo", "notes"]
    assert {(row.access, row.language, row.user_id, row.status) for row in documents} == {
        ("private", "eng", owner.pk, "pending")
    }
    assert [row.original_extension for row in documents] == ["pdf", "png", "txt"]
    assert Job.objects.filter(document__in=documents).count() == 3
    mail = Mail.objects.order_by("pk")[0]
    origins = Origin.objects.order_by("pk").values_list("site", "key", "document_id")
    assert list(origins) == [(f"mail:{mail.pk}", key, row.pk) for key, row in zip("134", documents, strict=True)]
    assert storage.backend().read(documents[0].upload_key) == files[0][1]
    told = Notification.objects.get(kind="mail.left_out")
    assert told.data == {"mail": mail.pk, "left_out": ["tool.exe", "lie.docx"]}


def test_pictures_of_the_text_are_no_attachments_and_forwarded_messages_are(deliver: Any) -> None:
    made = message()
    made.add_alternative('<p>Hello <img src="cid:logo"></p>', subtype="html")
    html = made.get_payload()[1]  # type: ignore[index]
    html.add_related(picture(1), "image", "png", cid="<logo>", filename="logo.png")  # type: ignore[union-attr]
    made.add_attachment(message(subject="inside"))
    assert deliver(made) == 0
    open_all()
    assert [(row.title, row.original_extension) for row in Document.objects.all()] == [("message", "eml")]


def test_messages_without_attachments_make_nothing(deliver: Any) -> None:
    assert deliver(message()) == 0
    open_all()
    assert Document.objects.count() == 0
    assert [row.kind for row in Notification.objects.exclude(kind="mailkey.made")] == ["mail.empty"]


def test_a_redelivery_is_taken_once(deliver: Any, owner: User) -> None:
    letter = message(("a.pdf", born_digital(1, 1)))
    assert [deliver(letter), deliver(letter)] == [0, 0]
    open_all()
    assert deliver(letter) == 0
    open_all()
    assert (Mail.objects.count(), Document.objects.count()) == (1, 1)
    assert len(set(storage.backend().keys(f"mail/{owner.pk}"))) == 1


@pytest.mark.parametrize("place", [(LocalStorage, "put"), (upload, "create"), (processing, "start")])
@pytest.mark.parametrize("after", [False, True])
def test_whoever_dies_at_any_line_loses_and_doubles_nothing(
    deliver: Any, monkeypatch: Any, place: tuple[Any, str], after: bool
) -> None:
    letter = message(("a.pdf", born_digital(1, 1)), ("b.txt", plain_text(1)))
    calls: list[int] = []
    real = getattr(*place)

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) != 2 or not after:
            result = real(*args, **kwargs)
            if after or len(calls) != 2:
                return result
        raise Killed

    with monkeypatch.context() as deadly:
        deadly.setattr(*place, dies)
        try:
            deliver(letter)
            open_all()
        except Killed:
            pass
    assert len(calls) > 1
    assert deliver(letter) == 0
    open_all()
    assert (Mail.objects.count(), titles()) == (1, ["a", "b"])
    assert Job.objects.count() == 2
    assert not opening.open_next()


def test_a_message_that_nothing_reads_is_given_up(deliver: Any, monkeypatch: Any) -> None:
    def crash(*args: Any, **kwargs: Any) -> Any:
        raise sandbox.Crashed("killed by SIGSEGV")

    monkeypatch.setattr(sandbox, "run", crash)
    assert deliver(message(("a.pdf", b"%PDF-1.4"))) == 0
    open_all()
    assert Mail.objects.get().attempts == opening.ATTEMPTS
    assert Notification.objects.get(kind="mail.unreadable").data["mail"] == Mail.objects.get().pk


def test_two_workers_do_not_meet(deliver: Any, monkeypatch: Any) -> None:
    deliver(message(("a.pdf", born_digital(1, 1))))
    first = opening._claim()
    assert first is not None
    assert not opening.open_next()
    Mail.objects.update(tried_at=timezone.now() - timedelta(hours=1))
    assert opening.open_next()
    with pytest.raises(opening.Lost):
        opening._end(first, "", 0, [])
    assert Document.objects.count() == 1


def test_who_gets_no_mail(deliver: Any, owner: User, address: str) -> None:
    letter = message(("a.pdf", b"%PDF-1.4"))
    for wrong in ("nobody@example.org", f"{owner.uuid}@127.0.0.1", "@", address.replace("-", "")):
        assert deliver(letter, to=wrong) == os.EX_NOUSER
    assert deliver(letter, to=None) == os.EX_NOUSER
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert deliver(letter) == os.EX_NOUSER
    assert Mail.objects.count() == 0
    User.objects.filter(pk=owner.pk).update(is_active=True)
    assert deliver(letter, to=address.upper()) == 0


def test_the_mail_server_may_write_the_recipient_on_top(deliver: Any, address: str) -> None:
    letter = bytes(message())
    assert deliver(f"X-Original-To: <{address}>\r\n".encode() + letter, to=None) == 0
    assert deliver(letter.replace(b"\n\n", f"\n\nDelivered-To: {address}\n".encode(), 1), to=None) == os.EX_NOUSER


def test_what_cannot_be_taken(deliver: Any, settings: Any, monkeypatch: Any) -> None:
    assert deliver(b"") == os.EX_DATAERR
    settings.MAX_MAIL_BYTES = 2000
    assert deliver(message(("a.txt", b"x" * 3000))) == os.EX_DATAERR
    with monkeypatch.context() as short:
        short.setattr(storage, "is_short", lambda: True)
        assert deliver(message()) == os.EX_TEMPFAIL
    monkeypatch.setattr(inbox, "receive", lambda *args, **kwargs: 1 / 0)
    assert deliver(message()) == os.EX_TEMPFAIL


def test_people_see_and_remove_their_own_messages(deliver: Any, owner: User, colleague: User, anonymous: Any) -> None:
    letter = message(("a.pdf", born_digital(1, 1)))
    deliver(letter)
    open_all()
    client = client_of(owner)
    for query in ("", "?version=1.0"):
        [row] = client.get(URL + query).json()["results"]
        assert row["documents"] == [Document.objects.get().pk]
        assert list(row) == ["id", "size", "created_at", "opened_at", "documents", "file"]
    one, file = f"{URL}{row['id']}/", f"{URL}{row['id']}/file/"
    assert client.get(one).json() == row
    assert row["file"].endswith(file)
    response: Any = client.get(file)
    assert response.getvalue() == bytes(letter)
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"].startswith("attachment")
    for user, status in ((colleague, 404), (anonymous, 403)):
        assert {client_of(user).get(url).status_code for url in (one, file)} == {status}
        assert client_of(user).delete(one).status_code == status
    key = Mail.objects.get().storage_key
    assert client.delete(one).status_code == 204
    assert (Doomed.objects.get().key, Document.objects.count()) == (key, 1)


def test_verify_knows_the_messages(deliver: Any) -> None:
    deliver(message())
    key = Mail.objects.get().storage_key
    assert orphans.spoken_of([key, "mail/1/other.eml"]) == {key}
