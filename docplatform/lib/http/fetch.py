"""Speaks JSON with the API of another server, by the same rules as downloads: public addresses only, limited in size
and time. It follows no redirect, because what is sent may be a secret of the address that was asked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from docplatform.lib.http import failures, urls
from docplatform.lib.http.download import HEADERS
from docplatform.lib.http.failures import Failed
from docplatform.lib.http.network import Deadline, Network

MOST = 32 * 1024 * 1024
SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What the server said; `body` is None where it was no JSON. `retry_after`: seconds that it asks to wait."""

    status: int
    body: Any
    retry_after: float | None = None


def fetch_json(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
    most: int = MOST,
    seconds: float = SECONDS,
) -> Answer:
    """GET, or POST where there is `data`. Any status is an answer; Failed where there is none."""
    address, deadline = urls.parse(url), Deadline(seconds)
    body = None if data is None else json.dumps(data).encode()
    sent = HEADERS | {"Host": address.netloc.decode("ascii"), "Accept": "application/json", **(headers or {})}
    if body is not None:
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    target = httpcore.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path)
    try:
        with (
            httpcore.ConnectionPool(network_backend=Network(deadline), max_keepalive_connections=0) as pool,
            pool.stream("GET" if body is None else "POST", target, headers=sent, content=body) as response,
        ):
            return _answer(response, most)
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise (failures.too_slow(seconds) if deadline.is_over() else failures.unreachable(address.host)) from error
    except httpcore.ProtocolError as error:
        raise failures.cut_short() from error


def _answer(response: httpcore.Response, most: int) -> Answer:
    content = bytearray()
    for piece in response.iter_stream():
        content += piece
        if len(content) > most:
            raise Failed("too_large", "The server sends more than it was asked for.")
    told = dict(response.headers).get(b"Retry-After", dict(response.headers).get(b"retry-after", b"")).strip()
    wait = float(told[:6]) if told.isdigit() else None
    try:
        return Answer(response.status, json.loads(bytes(content)), wait)
    except (ValueError, RecursionError):
        return Answer(response.status, None, wait)
