"""Benchmark of large files: how much the web server's memory grows while 200 MB travel up and down."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from django.conf import settings

from docplatform.lib import processes, storage
from docplatform.lib.storage import signing
from docplatform.management.bench.report import Line
from documents import paths
from documents.choices import Access, Status
from documents.models import Document, Version
from organizations.models import Organization, User

MEGABYTES = 200
PIECE = bytes(1024 * 1024)
BOUND = 20


def large_files(user: User, organization: Organization) -> list[Line]:
    """Megabytes by which the web server grows, beside the bound itself."""
    port = _free_port()
    env = {**os.environ, "PORT": str(port), "DATA_DIR": str(settings.DATA_DIR)}
    server = subprocess.Popen([sys.executable, settings.BASE_DIR / "manage.py", "web"], env=env)
    try:
        base = f"http://127.0.0.1:{port}"
        _await(f"{base}/healthz")
        document = _document(user, organization)
        return [
            _growth(server.pid, "upload of 200 MB, growth", lambda: _upload(base, document)),
            _growth(server.pid, "download of 200 MB, growth", lambda: _download(base, document)),
        ]
    finally:
        server.terminate()
        server.wait(15)


def _document(user: User, organization: Organization) -> Document:
    """A public document whose PDF will be the uploaded bytes."""
    document = Document.objects.create(
        user=user,
        organization=organization,
        title="Large",
        slug="large",
        access=Access.PUBLIC,
        status=Status.SUCCESS,
    )
    document.version = Version.objects.create(document=document, pdf_key=paths.new_upload(document.pk))
    document.save(update_fields=["version"])
    return document


def _upload(base: str, document: Document) -> None:
    key = document.version.pdf_key if document.version else ""
    path = signing.upload_url(key).removeprefix(settings.PUBLIC_URL)

    def pieces() -> Iterator[bytes]:
        for _ in range(MEGABYTES):
            yield PIECE

    headers = {"Content-Length": str(MEGABYTES * len(PIECE))}
    httpx.put(base + path, content=pieces(), headers=headers, timeout=120).raise_for_status()
    if storage.backend().size(key) != MEGABYTES * len(PIECE):
        raise RuntimeError("The upload did not arrive whole.")


def _download(base: str, document: Document) -> None:
    received = 0
    with httpx.stream("GET", f"{base}/public/documents/{document.pk}/large.pdf", timeout=120) as answer:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            received += len(piece)
    if received != MEGABYTES * len(PIECE):
        raise RuntimeError("The download did not arrive whole.")


def _growth(pid: int, name: str, transfer: Callable[[], None]) -> Line:
    family = [pid, *processes.descendants([pid])]
    before = {member: _megabytes(member, "VmRSS") for member in family}
    for member in family:
        Path(f"/proc/{member}/clear_refs").write_text("5")  # the peak starts here
    transfer()
    grown = max(_megabytes(member, "VmHWM") - before[member] for member in family)
    return Line(name, grown, BOUND, "MB", 1)


def _megabytes(pid: int, field: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else 0.0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _await(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{url} does not answer.")
