"""The web server: granian, one process with sixteen threads, so that one database pool serves everybody."""

from django.conf import settings
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels

from docplatform.lib import processes

THREADS = 16


def serve() -> None:
    """Serve until a signal ends it."""
    processes.children_die_with_me()
    server = Granian(
        "docplatform.wsgi:application",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=1,
        runtime_mode=RuntimeModes.st,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        blocking_threads=THREADS,
        backpressure=4 * THREADS,  # requests beyond it wait in the kernel's queue, not in our memory
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        log_dictconfig={**settings.LOGGING, "loggers": dict(settings.LOGGING["loggers"])},
        log_level=LogLevels.error,
    )
    server.serve()
