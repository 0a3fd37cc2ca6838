"""The whole platform from one command: it comes up, heals whatever is killed, and leaves no process behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from docplatform.lib import processes
from tests.docplatform.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]
FAST = r"--queue fast$"
KINDS = {
    "the database": (r"/postgres -D", 0),
    "the web server": (r"manage.py web$", 0),
    "the process that serves": (r"manage.py web$", 1),
    "a monitor": (FAST, 0),
    "a cluster": (FAST, 1),
    "a cluster's guard": (FAST, 2),
}
QUIET = {"DATABASE_URL", "TEST_FOLDER", "DOCPLATFORM_ROLE", "Q_CLUSTER_NAME"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Platform:
    """A real `manage.py up` with a data directory of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.log = folder / "up.log"
        self.process: subprocess.Popen[bytes] | None = None

    def manage(self, *args: str, **env: str) -> list[str]:
        self.env = {name: value for name, value in os.environ.items() if name not in QUIET}
        self.env |= {"DATA_DIR": str(self.folder / "data"), "PORT": str(self.port), "WORKERS": "1", **env}
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), *args]

    def start(self) -> float:
        if self.process and self.process.poll() is None:
            self.stop()
        argv = self.manage("up")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                argv,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                preexec_fn=partial(processes.die_with_parent, signal.SIGTERM),
            )
        return eventually(self.is_well, 120)

    def refused(self, *args: str, **env: str) -> str:
        """What a command says that cannot start."""
        done = subprocess.run(
            self.manage(*args, **env), env=self.env, capture_output=True, text=True, timeout=120, cwd="/"
        )
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        return done.stderr

    def health(self, **headers: str) -> tuple[int, dict[str, object]]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/healthz", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def is_well(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log.read_text()
        return self.health()[0] == 200

    def family(self) -> dict[int, str]:
        """Every process below the supervisor and its command line."""
        assert self.process is not None
        found = {}
        for pid in processes.descendants([self.process.pid]):
            try:
                found[pid] = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
            except OSError:
                continue
        return found

    def find(self, part: str, depth: int = 0) -> list[int]:
        """The process of a part, by the end of its command line, or those `depth` generations below it."""
        assert self.process is not None
        found = {pid for pid in processes.children(self.process.pid) if re.search(part, self.family().get(pid, ""))}
        for _ in range(depth):
            found = {child for pid in found for child in processes.children(pid)}
        return sorted(found)

    def is_whole(self) -> bool:
        return self.is_well() and all(self.find(*place) for place in KINDS.values())

    def stop(self) -> float:
        assert self.process is not None
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(20)
        return time.monotonic() - begun


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    made = Platform(tmp_path_factory.mktemp("platform"))
    try:
        made.start()
        yield made
    finally:
        if made.process and made.process.poll() is None:
            made.stop()


def test_one_process_of_the_suite_has_all_platforms(request: pytest.FixtureRequest) -> None:
    """Else each makes its own, and they slow each other down."""
    assert not getattr(request.config.option, "loadgroup", False) or request.node.nodeid.endswith("@up")


def test_it_prints_where_it_is_and_who_the_administrator_is(platform: Platform) -> None:
    eventually(lambda: "Stop it with" in platform.log.read_text())
    said = platform.log.read_text()
    kept = platform.folder / "data" / "admin_password"
    assert f"http://127.0.0.1:{platform.port}/" in said
    assert "admin" in said
    assert kept.read_text().strip() in said
    assert kept.stat().st_mode & 0o077 == 0
    assert (platform.folder / "data" / "secret_key").stat().st_mode & 0o077 == 0
    assert (platform.folder / "data").stat().st_mode & 0o077 == 0


def test_health_has_details_for_this_machine_but_not_for_those_behind_a_proxy(platform: Platform) -> None:
    parts = platform.health()[1]["parts"]
    assert isinstance(parts, dict)
    assert set(parts) == {"database", "storage", "workers_fast", "workers_bulk"}
    assert platform.health(**{"X-Forwarded-For": "127.0.0.1"})[1] == {"status": "ok", "failing": []}


def test_a_second_start_says_where_the_first_one_is(platform: Platform) -> None:
    assert platform.process is not None
    said = platform.refused("up")
    assert f"process {platform.process.pid}, at http://127.0.0.1:{platform.port}" in said


def test_an_occupied_port_is_named(platform: Platform, tmp_path: Path) -> None:
    assert f"Port {platform.port} of 127.0.0.1 cannot be used" in platform.refused("up", DATA_DIR=str(tmp_path))
    assert f"Port {platform.port} of 127.0.0.1 cannot be used" in platform.refused("web")


def test_parts_alone_say_that_the_database_is_missing(platform: Platform, tmp_path: Path) -> None:
    for part in (("web",), ("worker", "--queue", "fast")):
        assert "Start everything with `make run`" in platform.refused(*part, DATA_DIR=str(tmp_path), PORT="1")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_killed_comes_back(platform: Platform, kind: str) -> None:
    eventually(platform.is_whole, 30)
    before = platform.find(*KINDS[kind])[0]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: before not in platform.find(*KINDS[kind]) and platform.is_whole(), 30)


def test_a_cluster_that_hangs_because_an_idle_worker_was_killed_is_replaced(platform: Platform) -> None:
    """The killed worker may hold the lock of the queue; of all workers, one surely does."""
    eventually(platform.is_whole, 30)
    cluster = platform.find(FAST, 1)
    workers = platform.find(FAST, 3)[:2]  # they start before their helpers
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: platform.find(FAST, 1) not in ([], cluster) and platform.is_whole(), 60)
    assert "workers hang" in platform.log.read_text()


def test_a_killed_supervisor_leaves_nothing_and_can_be_started_again(platform: Platform) -> None:
    family = platform.family()
    assert platform.process is not None
    platform.process.kill()
    platform.process.wait()
    eventually(lambda: not [pid for pid in family if Path(f"/proc/{pid}/exe").exists()], 15)
    platform.start()


def test_sigterm_ends_everything_in_ten_seconds(platform: Platform) -> None:
    eventually(platform.is_whole, 30)
    family = platform.family()
    assert platform.stop() < 10
    assert [line for pid, line in family.items() if Path(f"/proc/{pid}/exe").exists()] == []
    assert "database system is shut down" in (platform.folder / "data" / "postgres" / "log").read_text()[-300:]
