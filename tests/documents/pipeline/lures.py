"""A server that nobody must visit, for files that ask to be completed from elsewhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass(frozen=True)
class Lure:
    """Where the server is, and who came."""

    address: str
    visits: list[str] = field(default_factory=list)


@contextmanager
def laid() -> Iterator[Lure]:
    """The server, while it runs."""
    visits: list[str] = []

    class Visitors(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_PROPFIND = do_OPTIONS = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Visitors) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Lure(f"http://127.0.0.1:{server.server_port}/lure.png", visits)
        server.shutdown()
