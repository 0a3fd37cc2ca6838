"""GET /healthz: whether every part is alive. Load balancers read the status, administrators the details."""

import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from docplatform.lib import client, storage
from documents.choices import Queue
from documents.models import WorkerBeat

BEAT_SECONDS = 30
KEPT_SECONDS = 2  # strangers may ask as often as they like

_kept: tuple[float, dict[str, dict[str, Any]]] = (float("-inf"), {})
_lock = threading.Lock()


class Silent(Exception):
    """A part that does not answer; the message says how."""


def database() -> None:
    """A query gets its answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def files() -> None:
    """A small file can be written where documents lie."""
    storage.backend().put(f"health/{socket.gethostname()}", b"ok")


def workers(queue: Queue) -> Callable[[], None]:
    """A cluster of the queue, on whatever host, has given a sign of life."""

    def check() -> None:
        beats = WorkerBeat.objects.filter(queue=queue).order_by("-at")
        silence = beats.values_list(Now() - F("at"), flat=True).first()  # by the database's clock, as the beats are
        if silence is None:
            raise Silent("No worker has ever reported.")
        if silence > timedelta(seconds=BEAT_SECONDS):
            raise Silent(f"The last worker was heard {silence.total_seconds():.0f} seconds ago.")

    return check


PARTS: dict[str, Callable[[], None]] = {
    "database": database,
    "storage": files,
    **{f"workers_{queue}": workers(queue) for queue in Queue},
}


def examine(check: Callable[[], None]) -> dict[str, Any]:
    """The state of one part."""
    begun = time.monotonic()
    try:
        check()
    except Exception as error:  # whatever is wrong with a part is what we are asked for
        return {"alive": False, "reason": f"{type(error).__name__}: {error}".split("\n", 1)[0][:200]}
    return {"alive": True, "ms": round((time.monotonic() - begun) * 1000, 1)}


def state() -> dict[str, dict[str, Any]]:
    """The state of all parts, at most two seconds old."""
    global _kept
    with _lock:
        if time.monotonic() - _kept[0] > KEPT_SECONDS:
            found = {"database": examine(database)}
            for name, check in PARTS.items():
                needless = name.startswith("workers") and not found["database"]["alive"]
                found[name] = {"alive": False, "reason": "Unknown."} if needless else examine(check)
            _kept = (time.monotonic(), found)
        return _kept[1]


def may_see_details(request: HttpRequest) -> bool:
    """Staff, and whoever sits on this machine."""
    if client.is_loopback(request):
        return True
    try:
        return bool(getattr(request.user, "is_staff", False))
    except DatabaseError:
        return False


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all parts are alive, else 503 with the names of those that are not."""
    parts = state()
    failing = [name for name, found in parts.items() if not found["alive"]]
    body: dict[str, Any] = {"status": "failing" if failing else "ok", "failing": failing}
    if may_see_details(request):
        body["parts"] = parts
    return JsonResponse(body, status=503 if failing else 200)
