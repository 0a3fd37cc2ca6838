"""What happens around every request: its log line, what proxies may say, and the headers that protect browsers."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.functional import empty

from docplatform.lib import client, logs
from docplatform.lib.parsers import MAX_BYTES
from docplatform.lib.storage import signing

Answer = Callable[[HttpRequest], HttpResponseBase]
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
requests = logging.getLogger("docplatform.requests")


def user_id(request: HttpRequest) -> int | None:
    """The person's id if anything looked it up; asking now would cost a query for every static file."""
    user = getattr(request, "user", None)
    if user is None or getattr(user, "_wrapped", None) is empty:
        return None
    found: int | None = user.pk
    return found


def log_requests(get_response: Answer) -> Answer:
    """One line per request, under an id that the client may bring (X-Request-Id) and gets back."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        brought = request.headers.get("X-Request-Id", "")
        request_id = brought if SANE_ID.fullmatch(brought) else uuid.uuid4().hex
        begun = time.monotonic()
        with logs.about(request=request_id):
            response = get_response(request)
            facts = {
                "method": request.method,
                "path": logs.safe_path(request),
                "status": response.status_code,
                "ms": round((time.monotonic() - begun) * 1000),
                "user": user_id(request),
            }
            requests.info("request", extra=facts)
        response.headers["X-Request-Id"] = request_id
        return response

    return answer


def believe_only_our_proxies(get_response: Answer) -> Answer:
    """Headers about the original request are dropped unless one of TRUSTED_PROXIES sent them."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        request.META[client.LOOPBACK] = client.is_loopback(request)
        if not client.is_proxy(client.parse(request.META.get("REMOTE_ADDR", ""))):
            for name in client.FORWARDED:
                request.META.pop(name, None)
        return get_response(request)

    return answer


def refuse_floods(get_response: Answer) -> Answer:
    """Forms and files in forms would be read into memory and into temporary files before anybody asks who sends them.

    A body without a length is not read at all; uploads have limits of their own.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_upload = request.path.startswith(signing.PREFIX)
        if not is_upload and (not length.isdecimal() or int(length[:18]) > MAX_BYTES):
            return JsonResponse({"detail": f"Send at most {MAX_BYTES // 2**20} MB."}, status=413)
        return get_response(request)

    return answer


def content_policy(*, framed: bool) -> str:
    """Everything comes from this site; images and data also from where the assets are. No inline scripts or styles."""
    assets = " ".join(settings.ASSET_ORIGINS)
    return "; ".join(
        (
            "default-src 'self'",
            f"img-src 'self' data: blob: {assets}".strip(),
            f"connect-src 'self' {assets}".strip(),
            "object-src 'none'",
            "base-uri 'none'",
            # also where a form leads on to: signing in goes back to the front end
            " ".join(("form-action 'self'", *settings.ALLOWED_ORIGINS)),
            "frame-ancestors *" if framed else "frame-ancestors 'none'",
        )
    )


def protect_browsers(get_response: Answer) -> Answer:
    """A content security policy on every answer that does not bring its own."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        framed = bool(getattr(response, "xframe_options_exempt", False))
        response.headers.setdefault("Content-Security-Policy", content_policy(framed=framed))
        if settings.IS_HTTPS:  # also where the proxy does not tell us that it was asked by https
            response.headers.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")
        return response

    return answer
