"""A PostgreSQL server that is this process's child: made, healed after crashes, started and stopped."""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import psycopg

from docplatform.lib import processes, secret
from docplatform.lib.postgres import place
from docplatform.lib.postgres.place import DATABASE, PORT, USER, Unusable
from docplatform.lib.postgres.programs import programs

ROOMY_SHM = 256 * 1024 * 1024


def is_running(data_dir: Path) -> bool:
    """Whether the private database answers."""
    try:
        psycopg.connect(place.url(data_dir), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def shared_memory_bytes() -> int:
    """Free bytes in /dev/shm, which containers often make tiny."""
    try:
        usage = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return 0
    return usage.f_bavail * usage.f_frsize


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Cluster:
    """A PostgreSQL server that is a child of this process. `durable=False` trades safety for speed, in tests."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.folder = data_dir / "postgres"
        self.data = self.folder / "data"
        self.durable = durable
        self.socket = place.socket_folder(self.data_dir)
        self.url = place.url(self.data_dir)
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    def start(self, *, wait: bool = True, seconds: float = 120) -> subprocess.Popen[bytes]:
        """Make the database where there is none, heal what a crash left, start it, and wait until it answers."""
        self._take()
        try:
            self._make()
            self._clear_leftovers()
            self.process = self._spawn(small=False)
            if not wait:
                return self.process
            if not self._answers(seconds) and "shared memory" in self._log_tail():
                self.process = self._spawn(small=True)
                self._answers(seconds)
            if self.process.poll() is not None or not self._ping():
                raise Unusable(f"PostgreSQL does not start. Its log, {self.folder / 'log'}, ends:\n{self._log_tail()}")
        except BaseException:
            self.stop()
            raise
        return self.process

    def stop(self, *, seconds: float = 6) -> None:
        """End the server: a clean, fast shutdown; after `seconds` an immediate one, which the next start repairs."""
        if self.process is not None:
            for signum, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 2), (signal.SIGKILL, 2)):
                if self.process.poll() is None:
                    self.process.send_signal(signum)
                if processes.wait(self.process, patience):
                    break
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take(self) -> None:
        """One process runs the cluster; the lock goes with it, however it ends."""
        place.private_folder(self.data_dir)
        place.private_folder(self.folder)
        place.private_folder(self.socket)
        if self._lock is not None:
            return
        lock = (self.folder / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Unusable(f"The database in {self.folder} is already run by another process.") from None
        self._lock = lock

    def _make(self) -> None:
        """initdb beside the final place, then one rename: a crash leaves either no database or a whole one."""
        if self.data.exists():
            return
        for leftover in self.folder.glob("new-*"):
            shutil.rmtree(leftover)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        options = [f"--username={USER}", "--auth=scram-sha-256", "--pwfile=/dev/stdin", "--encoding=UTF8"]
        options += ["--locale=C.UTF-8", "--data-checksums"]
        here, hasty = programs(), not self.durable
        line = secret.keep(place.password_file(self.data_dir), f"*:*:*:{USER}:{secrets.token_hex(32)}")
        password = line.rpartition(":")[2]
        self._run([here / "initdb", "-D", new, *options, *(["--no-sync"] if hasty else [])], f"{password}\n")
        # Single-user mode: the database is there before anybody can connect.
        single: list[str | Path] = [here / "postgres", "--single", "-D", new, *(["-F"] if hasty else []), "postgres"]
        self._run(single, f"CREATE DATABASE {DATABASE}\n")
        new.rename(self.data)
        descriptor = os.open(self.folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _run(self, argv: Sequence[str | Path], text: str = "") -> None:
        done = subprocess.run(argv, input=text, env=self._env(), capture_output=True, text=True, check=False)
        if done.returncode or "ERROR" in done.stderr or "FATAL" in done.stderr:
            raise Unusable(f"PostgreSQL could not make its database in {self.folder}: {done.stderr.strip()}")

    def _clear_leftovers(self) -> None:
        """After a kill -9: end orphaned backends, and drop a pid file whose number now belongs to another program.

        We hold the lock, so a master that still runs has lost its supervisor and is about to go; backends without a
        master are of no use to anybody.
        """
        begun = time.monotonic()
        while running := self._running():
            masters = [pid for pid in running if self._is_master(pid)]
            waited = time.monotonic() - begun
            if waited > 15:
                raise Unusable(f"PostgreSQL processes {running} still use {self.data}: end them, then start again.")
            gentle = signal.SIGINT if masters else signal.SIGQUIT
            for pid in masters or running:
                processes.send(pid, signal.SIGKILL if waited > (8 if masters else 1) else gentle)
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_master(self, pid: int) -> bool:
        try:
            return (self.data / "postmaster.pid").read_text().split("\n", 1)[0] == str(pid)
        except OSError:
            return False

    def _running(self) -> list[int]:
        """Processes of PostgreSQL that work in our folder: each of them makes it its current directory."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                    in_folder = (entry / "cwd").readlink() == self.data
                    if in_folder and (entry / "exe").readlink().name == "postgres" and state != "Z":
                        found.append(int(entry.name))
        return found

    def _spawn(self, *, small: bool) -> subprocess.Popen[bytes]:
        here = programs(int((self.data / "PG_VERSION").read_text()))
        log_path = self.folder / "log"
        if log_path.exists() and log_path.stat().st_size > 10 * 1024 * 1024:
            log_path.rename(self.folder / "log.old")
        options = [part for name, value in self._options(small=small).items() for part in ("-c", f"{name}={value}")]
        with log_path.open("ab") as log:
            # SIGINT is the fast shutdown: should we be killed, the database still ends cleanly.
            argv: list[str | Path] = [here / "postgres", "-D", self.data, *options]
            return processes.spawn(argv, env=self._env(), stderr=log, on_parent_death=signal.SIGINT)

    def _options(self, *, small: bool) -> dict[str, str | int]:
        """Everything we set, on the command line, so that a file in the cluster never contradicts it."""
        megabytes = 16 if small else max(32, min(1024, _memory_bytes() // 8 // 1024**2))
        tight = small or shared_memory_bytes() < ROOMY_SHM
        options: dict[str, str | int] = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": _quoted(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": 100 + 8 * (os.cpu_count() or 1),
            "shared_buffers": f"{megabytes}MB",
            "dynamic_shared_memory_type": "mmap" if tight else "posix",
            "max_wal_size": "1GB",
            "jit": "off",  # it compiles for seconds what runs for milliseconds: rules take more rows than a page needs
            "log_min_messages": "log",  # errors of a query reach the program that asked; they may hold people's words
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "log_checkpoints": "off",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # A test that forgets a transaction must not stop all tests after it.
            options |= {"idle_in_transaction_session_timeout": "45s"}
        return options

    def _env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return kept | {"LANG": "C.UTF-8"}

    def _answers(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.process and self.process.poll() is None and time.monotonic() < deadline:
            if self._ping():
                return True
            time.sleep(0.03)
        return False

    def _ping(self) -> bool:
        return is_running(self.data_dir)

    def _log_tail(self) -> str:
        try:
            return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-6:])
        except OSError:
            return ""


def _quoted(path: Path) -> str:
    """A path as one element of PostgreSQL's list of folders: commas and blanks would split it."""
    return '"' + str(path).replace('"', '""') + '"'
