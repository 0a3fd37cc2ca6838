"""Connections that go to checked addresses only and end by a deadline, however slowly the other side trickles."""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from docplatform.lib.http import addresses
from docplatform.lib.http.failures import too_slow

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0
LEAST = 0.001  # to sockets, nothing at all means something else


class Deadline:
    """When everything must be over."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.at = time.monotonic() + seconds

    def left(self, most: float) -> float:
        """At most so many seconds; raises Failed when there are none."""
        if self.is_over():
            raise too_slow(self.seconds)
        return min(max(self.at - time.monotonic(), LEAST), most)

    def is_over(self) -> bool:
        return time.monotonic() >= self.at

    def stop(self) -> None:
        """It is over now."""
        self.at = float("-inf")


class Stream(httpcore.NetworkStream):
    """A connection."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.inner = inner
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, timeout=self.deadline.left(SILENCE_SECONDS))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, timeout=self.deadline.left(SILENCE_SECONDS))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = self.deadline.left(CONNECT_SECONDS)
        return Stream(self.inner.start_tls(ssl_context, server_hostname, timeout=limit), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


class Network(httpcore.NetworkBackend):
    """Opens connections."""

    def __init__(self, deadline: Deadline) -> None:
        self.inner = httpcore.SyncBackend()
        self.deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(host)
        for address in addresses.usable(host, port):
            limit = self.deadline.left(CONNECT_SECONDS)
            try:
                stream = self.inner.connect_tcp(address, port, timeout=limit, socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Stream(stream, self.deadline)
        raise failure
