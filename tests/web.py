"""Another server on this machine: what it answers is told by the test, path by path."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request, as the test's answer gets it."""

    server: "Web"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        with suppress(OSError):  # whoever asked is gone
            self.server.answers[self.path.split("?")[0]](self)

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer; `_` in the names of headers is `-`."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Web(ThreadingHTTPServer):
    """The server. `answers` maps paths to what they do; `seen` lists the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.answers: dict[str, Answer] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"

    def says(self, path: str, *answers: tuple[int, bytes]) -> str:
        """One answer after the other at this path, the last one forever; returns the path's URL."""
        rest = list(answers)

        def answer(request: Request) -> None:
            status, body = rest.pop(0) if len(rest) > 1 else rest[0]
            request.send(status, body)

        self.answers[path] = answer
        return self.url(path)


@contextmanager
def serving() -> Iterator[Web]:
    """A running server."""
    server = Web()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
