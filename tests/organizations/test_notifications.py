"""`/api/notifications/`: the inbox, and the mails that it sends."""

from typing import Any

from django.core import mail

from organizations.actions import notifications
from organizations.models import Event, Notification, User
from tests.conftest import client_of

URL = "/api/notifications/"


def texts(user: User, query: str = "") -> list[str]:
    return [row["kind"] for row in client_of(user).get(URL + query).json()["results"]]


def test_one_sees_ones_own_newest_first(owner: User, outsider: User, anonymous: Any) -> None:
    notifications.notify(owner, "project.shared", {"project": 1})
    notifications.notify(owner, "news", {})
    notifications.notify(outsider, "documents.handed_over", {})
    assert texts(owner) == texts(owner, "?version=1.0") == ["news", "project.shared"]
    row = client_of(owner).get(URL).json()["results"][1]
    assert list(row) == ["id", "kind", "text", "data", "created_at", "read_at"]
    assert (row["text"], row["data"], row["read_at"]) == ("A project was shared with you.", {"project": 1}, None)
    assert client_of(outsider).get(f"{URL}{row['id']}/").status_code == 404
    assert client_of(outsider).patch(f"{URL}{row['id']}/", {"read": True}).status_code == 404
    assert client_of(anonymous).get(URL).status_code == 403


def test_reading(owner: User) -> None:
    for kind in ("a", "b", "c"):
        notifications.notify(owner, kind, {})
    client = client_of(owner)
    newest = client.get(URL).json()["results"][0]["id"]
    assert client.patch(f"{URL}{newest}/", {"read": True}).json()["read_at"] is not None
    assert texts(owner, "?unread=true") == ["b", "a"]
    assert texts(owner, "?unread=false") == ["c"]
    assert client.patch(f"{URL}{newest}/", {"read": False}).json()["read_at"] is None
    assert [client.post(f"{URL}read/").json() for _ in range(2)] == [{"read": 3}, {"read": 0}]
    assert texts(owner, "?unread=true") == []
    assert client.patch(f"{URL}{newest}/", {}).status_code == 400
    assert client.get(f"{URL}?unread=perhaps").status_code == 400
    assert Event.objects.filter(kind="user.notifications_read").count() == 1


def test_nobody_is_told_twice(owner: User, outsider: User) -> None:
    for user in (owner, owner, outsider):
        notifications.notify(user, "news", {}, key="news/1")
    assert Notification.objects.count() == 2


def test_mails_go_to_those_who_want_them_once(
    owner: User, outsider: User, settings: Any, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    settings.MAIL_IS_SENT = True
    asked: list[str] = []
    monkeypatch.setattr("docplatform.lib.queue.async_task", lambda task, pk, cluster: asked.append(pk))
    assert client_of(outsider).get("/api/users/me/").json()["wants_mail"] is True
    assert client_of(outsider).patch("/api/users/me/", {"wants_mail": False}).json()["wants_mail"] is False
    outsider.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        for user in (owner, outsider):
            notifications.notify(user, "project.shared", {})
    [told] = asked
    for _ in range(2):
        notifications.mail(int(told))
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([owner.email], "A project was shared with you.")
    assert "http://127.0.0.1:8000/" in sent.body
