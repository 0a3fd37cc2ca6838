"""Sessions in the database that know whose they are, so that people can look at theirs and end them."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from docplatform.lib import client
from docplatform.lib.sessions import SessionStore as SaneStore
from organizations.models import Session

DEVICE = "device"
NOTED = timedelta(minutes=5)


class SessionStore(SaneStore):
    """Fills the columns of a session's row from what the session holds."""

    seen_at: datetime | None = None  # as the row says that was read for this request

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs do not know it
        self.seen_at = row.seen_at if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row as it is to be stored."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        device = data.get(DEVICE, {})
        signed_in_at = device.get("at")
        row.uuid = uuid_of(row.session_key)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.agent, row.address = device.get("agent", ""), device.get("address", "")
        row.signed_in_at = datetime.fromisoformat(signed_in_at) if signed_in_at else None
        row.seen_at = timezone.now()
        return row


def uuid_of(key: str) -> uuid.UUID:
    """A name for the session that does not open it."""
    return uuid.UUID(bytes=hashlib.sha256(key.encode()).digest()[:16])


def describe(request: HttpRequest) -> None:
    """Note where the person has just signed in."""
    agent = request.headers.get("User-Agent", "").replace("\x00", "")[:300]
    address, now = client.address(request), timezone.now().isoformat()
    request.session[DEVICE] = {"agent": agent, "address": address, "at": now}


def note_use(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: sessions of signed-in people say when they were last used, to five minutes."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        session, now = request.session, timezone.now()
        if not isinstance(session, SessionStore) or session.seen_at is None or not session.session_key:
            return response  # nothing looked at the session, so nobody acted by it
        if SESSION_KEY in session and session.seen_at < now - NOTED:
            Session.objects.filter(pk=session.session_key, seen_at__lt=now - NOTED).update(seen_at=now)
        return response

    return answer
