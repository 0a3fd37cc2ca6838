"""Names this process in the rows it claims, and tells whether a process of this host is gone."""

import hashlib
import os
import socket
from pathlib import Path

from django.conf import settings


def host() -> str:
    """This machine or container with its data directory: process ids mean something only together with it.

    Two machines may have one name, and the first process namespace has the same number everywhere; what the kernel
    drew at its start differs.
    """
    kernel = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    parts = f"{kernel} {Path('/proc/self/ns/pid').stat().st_ino} {settings.DATA_DIR}"
    return f"{socket.gethostname()[:40]}.{hashlib.sha256(parts.encode()).hexdigest()[:12]}"


def me() -> str:
    """This process: host, process id, and when it started, because process ids are used again."""
    pid = os.getpid()
    return f"{host()}/{pid}/{_started(pid)}"


def is_gone(name: str) -> bool:
    """Whether the named process ran on this host and runs no longer. Other hosts' processes are never known to be."""
    where, _, process = name.rpartition("/")[0].rpartition("/")
    if where != host() or not process.isdigit():
        return False
    return _started(int(process)) != name.rpartition("/")[2]


def _started(pid: int) -> str:
    """The start time in ticks since boot; empty for a process that is no more, or is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
