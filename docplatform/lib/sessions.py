"""Sessions in the database, as Django keeps them; what cannot be the key of one is not looked up."""

import re

from django.contrib.sessions.backends import db

KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    """Cookies may hold anything, also what PostgreSQL refuses to compare with."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and KEY.fullmatch(key))
