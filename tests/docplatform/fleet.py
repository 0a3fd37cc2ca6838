"""Several hosts on this machine, for tests: one database and one bucket for all, a data directory for each."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import boto3
import httpx
import psycopg
from django.conf import settings
from django.utils.crypto import get_random_string

from docplatform.lib import processes
from docplatform.lib.postgres import Cluster
from tests.docplatform.test_up import free_port
from tests.s3 import BUCKET

KEPT = {"PATH", "HOME", "LANG", "PYTHONDONTWRITEBYTECODE"}  # without coverage, which other tests of the same code have


class Fleet:
    """What all hosts share, and the hosts."""

    def __init__(self, folder: Path, s3: str) -> None:
        self.folder, self.port = folder, free_port()
        self.database = Cluster(folder / "database", durable=False)
        self.hosts: list[Host] = []
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
        boto3.client("s3", endpoint_url=s3, region_name="us-east-1", **keys).create_bucket(Bucket=BUCKET)
        self.env = {name: value for name, value in os.environ.items() if name in KEPT} | {
            "ENV_FILE": os.devnull,
            "DATABASE_URL": self.database.url,
            "SECRET_KEY": get_random_string(50),
            "ADMIN_PASSWORD": "only for the tests",
            "PORT": str(self.port),
            "WORKERS": "1",
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": s3,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": "key",
            "S3_SECRET_KEY": "secret",
        }

    def start(self) -> None:
        """The database, with its tables and the administrator."""
        self.database.start()
        self.host("setup").run("prepare")

    def host(self, name: str, **env: str) -> "Host":
        """A new host."""
        self.hosts.append(Host(self.folder / name, {**self.env, **env}))
        return self.hosts[-1]

    def end(self) -> None:
        for host in self.hosts:
            host.lose()
        self.database.stop()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.url, connect_timeout=10) as connection:
            return connection.execute(sql, values).fetchall()

    def status(self, document: int) -> str:
        return str(self.rows("SELECT status FROM documents_document WHERE id = %s", document)[0][0])

    def wait_for_leases_of(self, lost: Iterable[int]) -> None:
        """What half a minute would do: the claims of these processes run out, as nobody renews them any more."""
        ended = """UPDATE documents_step SET lease_until = now()
                   WHERE state = 'running' AND split_part(worker, '/', 2)::int = ANY(%s) RETURNING id"""
        assert self.rows(ended, [*lost])

    def texts(self, document: int) -> list[tuple[Any, ...]]:
        """What readers get: the number, the text and the error of every page."""
        return self.rows(
            """SELECT entry.number, text.body, page.error FROM documents_document document
               JOIN documents_versionpage entry ON entry.version_id = document.version_id
               JOIN documents_page page ON page.id = entry.page_id
               JOIN documents_pagetext text ON text.page_id = page.id
               WHERE document.id = %s ORDER BY entry.number""",
            document,
        )

    def is_served(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def submit(self, content: bytes) -> int:
        """Upload a PDF as people's programs do, and have it processed."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/", timeout=60) as api:
            names = {"username": "admin", "password": self.env["ADMIN_PASSWORD"]}
            token = api.post("token/", json=names).raise_for_status().json()["access"]
            api.headers["Authorization"] = f"Bearer {token}"
            made = api.post("documents/", json={"title": "Ledger"}).raise_for_status().json()
            httpx.put(made["presigned_url"], content=content).raise_for_status()
            api.post(f"documents/{made['id']}/process/", json={}).raise_for_status()
            return int(made["id"])


class Host:
    """The processes that share one data directory."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        folder.mkdir()
        self.log = folder / "log"
        self.env = env | {"DATA_DIR": str(folder / "data")}
        self.parts: list[subprocess.Popen[bytes]] = []

    def run(self, *args: str) -> None:
        """One command, to its end."""
        self.start(*args)
        assert self.parts.pop().wait(120) == 0, self.log.read_text()

    def start(self, *args: str) -> None:
        """One part, for as long as the host lives."""
        argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), *args]
        with self.log.open("ab") as log:
            part = subprocess.Popen(
                argv,
                env=self.env,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=processes.die_with_parent,
            )
        self.parts.append(part)

    def work(self) -> None:
        """Workers of both queues."""
        for queue in ("fast", "bulk"):
            self.start("worker", "--queue", queue)

    def lose(self) -> list[int]:
        """What a power cut does: every process of the host ends at once, without a word. The ids that they had."""
        roots = [part.pid for part in self.parts]
        below = processes.descendants(roots)
        lost = [*roots, *below, *processes.descendants(below)]
        for pid in lost:
            processes.send(pid, signal.SIGKILL)
        for part in self.parts:
            part.wait(30)
        self.parts.clear()
        return lost

    def steps(self, **wanted: object) -> list[dict[str, Any]]:
        """The steps of this host, as its log tells them."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("kind") and wanted.items() <= line.items()]

    def is_reading(self) -> bool:
        """Whether a program of this host reads a chunk right now."""
        for pid in processes.descendants([part.pid for part in self.parts]):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if re.search(r"documents\.pipeline\.steps ocr ", command):
                return True
        return False
