"""What an API key may be used for: the one rule that every view of the API is held against.

A view says what it needs in `key_scopes`, by method. Where it says nothing, looking needs `read` and changing needs
`write`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied

from organizations.models import ApiKey

if TYPE_CHECKING:  # DRF's views import the authentication, and with it this module, while they are being defined
    from rest_framework.views import APIView

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
Scope = ApiKey.Scope
Stated = Mapping[str, str]

STARTS: Stated = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), Scope.PROCESS)
"""For views that start, or stop, processing."""
MANAGES: Stated = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), Scope.ADMIN)
"""For views that change people, organizations and keys."""
GUARDS: Stated = dict.fromkeys((*SAFE_METHODS, *MANAGES), Scope.ADMIN)
"""For views that even show what only an administrator's program should see."""


def needed(view: "APIView", method: str) -> str:
    """The scope that a key needs to use the method on the view."""
    stated: Stated = getattr(view, "key_scopes", {})
    if method in stated:
        return stated[method]
    return Scope.READ if method in SAFE_METHODS else Scope.WRITE


def check(key: ApiKey, view: "APIView", method: str) -> None:
    """403 unless the key may be used for this."""
    require(key, needed(view, method))


def require(credentials: object, scope: str) -> None:
    """403 where the request came with a key without the scope; for views that learn from the body what they need."""
    if isinstance(credentials, ApiKey) and scope not in credentials.scopes:
        raise PermissionDenied(f"This API key lacks the scope “{scope}”, which this request needs.")
