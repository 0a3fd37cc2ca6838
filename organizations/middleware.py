"""How many requests people and strangers may send to the API: refused before any work is done for them."""

import math
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from docplatform.lib import client
from organizations import tokens
from organizations.actions import attempts, rates
from organizations.actions.rates import Limit

Answer = Callable[[HttpRequest], HttpResponseBase]
DAY = 24 * 3600
INSIDE = "/api/"  # files, uploads, static assets and pages are not counted
SIGNING_IN = ("/api/token/", "/api/refresh/", "/api/token.json", "/api/refresh.json")  # counted by wrong passwords


def keep_pace(get_response: Answer) -> Answer:
    """503 for who sends more than RATE_PER_SECOND, 429 for strangers with more than ANONYMOUS_PER_DAY requests.

    Every request is counted outside of all transactions, with whatever credentials it came and whatever it asked for.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        inside = request.path.startswith(INSIDE)
        return (_refusal(request) if inside else None) or get_response(request)

    return answer


def _refusal(request: HttpRequest) -> JsonResponse | None:
    rate, burst, most = settings.RATE_PER_SECOND, settings.RATE_BURST, settings.ANONYMOUS_PER_DAY
    paced, counted = bool(rate and burst), bool(most) and request.path not in SIGNING_IN
    if not paced and not counted:
        return None
    user = tokens.caller(request)
    # the rest of an IPv6 address is the client's to choose; bad credentials make nobody known
    who = f"user {user.pk}" if user.is_authenticated else attempts.network(client.address(request))
    if paced:
        pace, limit = rates.key("pace", who), Limit(burst, burst / rate)
        if not rates.take(pace, limit):
            return _refused(503, f"Send at most {rate} requests a second.", rates.wait(pace, limit))
    if counted and user.is_anonymous:
        day, limit = rates.key("day", who), Limit(most, DAY)
        if not rates.take(day, limit):
            text = f"People who are not signed in may send {most} requests a day. Sign in to go on."
            return _refused(429, text, rates.wait(day, limit))
    return None


def _refused(status: int, text: str, wait: int) -> JsonResponse:
    seconds = max(1, wait)
    span = f"{math.ceil(seconds / 60)} minutes" if seconds > 60 else f"{seconds} seconds"
    message = f"{text} Try again in {'a second' if seconds == 1 else span}."
    # clients of old read `message`; all our other refusals say `detail`
    return JsonResponse({"message": message, "detail": message}, status=status, headers={"Retry-After": str(seconds)})
