"""Downloads a file by GET into a local one, hop by hop, within limits of size and time."""

import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Thread

import httpcore
import httpx

from docplatform.lib.http import failures, urls
from docplatform.lib.http.failures import Failed
from docplatform.lib.http.network import Deadline, Network

REDIRECTS = 5
MOVED = {301, 302, 303, 307, 308}
TICK = 0.5
CHUNK = 1024 * 1024
HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": "DocPlatform/1",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
GoOn = Callable[[int, int | None], bool]
"""Gets the bytes that are here and the size of the file, where it is known; False stops the download."""


class Stopped(Exception):
    """The caller did not want it any more."""


def download(url: str, target: Path, *, most: int, seconds: float, go_on: GoOn) -> None:
    """Write at most `most` bytes into `target` within `seconds`. Raises Failed or Stopped.

    It runs in a thread of its own, because a name server may be silent longer than `go_on` may wait to be asked.
    """
    job = _Download(urls.parse(url), target, most, Deadline(seconds))
    thread = Thread(target=job.run, name="download", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(TICK)
        if thread.is_alive() and not go_on(job.received, job.size):
            job.deadline.stop()
            raise Stopped
        if thread.is_alive():
            job.deadline.left(TICK)
    if job.error is not None:
        raise job.error


class _Download:
    def __init__(self, url: httpx.URL, target: Path, most: int, deadline: Deadline) -> None:
        self.url = url
        self.target = target
        self.most = most
        self.deadline = deadline
        self.received = 0
        self.size: int | None = None
        self.error: Exception | None = None

    def run(self) -> None:
        """All of it; what goes wrong is kept for the other thread."""
        try:
            self._follow()
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            self.error = self._reason(error)
        except httpcore.ProtocolError:
            self.error = failures.cut_short()
        except Exception as error:
            self.error = error

    def _follow(self) -> None:
        # No connection is kept: each hop makes its own, so each is checked.
        with httpcore.ConnectionPool(network_backend=Network(self.deadline), max_keepalive_connections=0) as pool:
            for _ in range(1 + REDIRECTS):
                address = httpcore.URL(
                    scheme=self.url.raw_scheme,
                    host=self.url.raw_host,
                    port=self.url.port,
                    target=self.url.raw_path,
                )
                headers = HEADERS | {"Host": self.url.netloc.decode("ascii")}
                with pool.stream("GET", address, headers=headers) as response:
                    location = _header(response, b"location")
                    if response.status not in MOVED or not location:
                        self._keep(response)
                        return
                self.url = urls.follow(self.url, location)
        raise Failed("too_many_redirects", f"The server redirects more than {REDIRECTS} times.")

    def _keep(self, response: httpcore.Response) -> None:
        if response.status != 200:
            raise failures.answered(self.url.host, response.status)
        announced = _header(response, b"content-length")
        packing = _header(response, b"content-encoding").lower()
        pieces: Iterable[bytes] = response.iter_stream()
        if packing in {"gzip", "x-gzip"}:
            pieces = _unpacked(pieces)
        elif packing not in {"", "identity"}:
            raise Failed("bad_encoding", "The server sends the file in an encoding that was not asked for.")
        elif announced.isdecimal():
            self.size = int(announced[:18])
            self._check(self.size)
        with self.target.open("wb") as file:
            for piece in pieces:
                self._check(self.received + len(piece))
                file.write(piece)
                self.received += len(piece)

    def _check(self, size: int) -> None:
        if size > self.most:
            raise failures.too_large(self.most)

    def _reason(self, error: Exception) -> Failed:
        """Why the connection broke, or was never there."""
        if self.deadline.is_over():
            return failures.too_slow(self.deadline.seconds)
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in (error.__cause__, error.__context__)):
            return Failed("bad_certificate", f"The certificate of the server {self.url.host} is not valid.")
        return failures.unreachable(self.url.host)


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1").strip() for key, value in response.headers if key.lower() == name), "")


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unzipped bit by bit, so that a few bytes never fill the memory."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for piece in pieces:
            rest = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, CHUNK)
                rest = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise failures.cut_short() from error
    if not unpacker.eof:
        raise failures.cut_short()
