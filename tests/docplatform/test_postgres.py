"""The private PostgreSQL: it is made whole or not at all, survives what kills it, and says why it cannot start."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from docplatform.lib import postgres
from docplatform.lib.postgres import Cluster, Unusable, cluster, place, programs
from tests.docplatform.waiting import eventually


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running database in a folder with a blank and a quote in its name."""
    made = Cluster(tmp_path_factory.mktemp('a "data" folder ä'))
    made.start()
    yield made
    made.stop()


def ask(database: Cluster, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.url, autocommit=True) as connection:
        cursor = connection.execute(sql)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def test_it_is_utf8_with_checksums_and_no_network(database: Cluster) -> None:
    shown = {name: ask(database, f"SHOW {name}")[0][0] for name in ("data_checksums", "listen_addresses")}
    assert shown == {"data_checksums": "on", "listen_addresses": ""}
    assert ask(
        database, "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'docplatform'"
    ) == [("C.UTF-8", "UTF8")]
    assert ask(database, "SELECT lower('ÄÉ')") == [("äé",)]


def test_only_the_owner_reaches_the_socket(database: Cluster) -> None:
    assert stat.S_IMODE(database.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE((database.data_dir).stat().st_mode) == 0o700


def test_the_socket_alone_opens_nothing(database: Cluster) -> None:
    """Programs of the same user that cannot read the password file, as the parsers of uploads, stay outside."""
    assert stat.S_IMODE(place.password_file(database.data_dir).stat().st_mode) == 0o600
    address = {"host": str(database.socket), "port": place.PORT, "user": place.USER, "dbname": place.DATABASE}
    for secret in ({"passfile": os.devnull}, {"password": "guessed"}):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect("", **address, **secret)


def test_rows_survive_a_kill_and_orphans_are_ended(database: Cluster) -> None:
    ask(database, "CREATE TABLE kept AS SELECT 1 AS number")
    busy = psycopg.connect(database.url)
    busy.execute("SELECT 1")
    backend = busy.info.backend_pid
    assert database.process is not None
    os.kill(backend, signal.SIGSTOP)  # an orphan that does not notice the death of its master
    os.kill(database.process.pid, signal.SIGKILL)
    database.process.wait()
    database.start()
    assert ask(database, "SELECT number FROM kept") == [(1,)]
    eventually(lambda: not Path(f"/proc/{backend}/exe").exists())


def test_a_second_start_is_refused_while_the_first_one_lives(database: Cluster) -> None:
    with pytest.raises(Unusable, match="already run by another process"):
        Cluster(database.data_dir).start()
    assert postgres.is_running(database.data_dir)


def test_a_pid_file_that_names_another_program_does_not_matter(database: Cluster) -> None:
    database.stop()
    (database.data / "postmaster.pid").write_text(f"{os.getpid()}\n{database.data}\n1\n5432\n")
    database.start()
    assert ask(database, "SELECT 1") == [(1,)]


def test_it_goes_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from docplatform.lib.postgres import Cluster\n"
        "made = Cluster(Path(sys.argv[1]), durable=False); print(made.start().pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    eventually(lambda: not Path(f"/proc/{pid}/exe").exists())
    assert "database system is shut down" in (tmp_path / "postgres" / "log").read_text()


def test_half_an_initdb_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "new-half").mkdir(parents=True)
    (tmp_path / "postgres" / "new-half" / "PG_VERSION").write_text("15\n")
    made = Cluster(tmp_path, durable=False)
    made.start()
    made.stop()
    assert [path.name for path in (tmp_path / "postgres").glob("new-*")] == []


@pytest.mark.parametrize("name", ["d" * 60 + "/" + "e" * 60, "a, b"])
def test_a_path_that_is_too_long_or_has_a_comma_gets_a_short_socket(tmp_path: Path, name: str) -> None:
    deep = tmp_path / name
    made = Cluster(deep, durable=False)
    assert made.socket.parent == place.SHORT
    assert place.django_database(deep)["OPTIONS"] == {
        "passfile": str(place.password_file(deep)),
        "requirepeer": place.user_name(os.geteuid()),
    }
    made.start()
    try:
        assert ask(made, "SELECT 1") == [(1,)]
    finally:
        made.stop()
        made.socket.rmdir()


def test_a_short_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = next(path for path in (Path("/usr"), Path("/etc")) if path.stat().st_uid != os.geteuid())
    monkeypatch.setattr(place, "socket_folder", lambda data_dir: theirs)
    with pytest.raises(Unusable, match="belongs to root"):
        Cluster(tmp_path).start()


def test_a_data_directory_of_somebody_else_is_refused() -> None:
    with pytest.raises(Unusable, match="set DATA_DIR to a folder of yours"):
        postgres.private_folder(Path("/proc/1/docplatform"))


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="not a folder"):
        postgres.private_folder(tmp_path / "file")


def test_small_shared_memory_moves_to_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "shared_memory_bytes", lambda: 64 * 1024)
    made = Cluster(tmp_path, durable=False)
    made.start()
    try:
        assert ask(made, "SHOW dynamic_shared_memory_type") == [("mmap",)]
        assert ask(made, "SHOW fsync") == [("off",)]
    finally:
        made.stop()


def test_a_lone_program_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lone = tmp_path / "bin"
    lone.mkdir()
    (lone / "initdb").write_text("#!/bin/sh\necho 'initdb (PostgreSQL) 16.1'\n")
    (lone / "initdb").chmod(0o755)
    monkeypatch.setenv("PATH", str(lone))
    assert programs.major(lone) == 0
    monkeypatch.setattr(programs, "DEBIAN", tmp_path / "none")
    with pytest.raises(Unusable, match="apt install postgresql"):
        programs.programs()


def test_programs_of_two_versions_are_no_pair(tmp_path: Path) -> None:
    for name, version in (("initdb", "16.1"), ("postgres", "15.4")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (tmp_path / name).chmod(0o755)
    assert programs.major(tmp_path) == 0


def test_the_version_that_made_the_data_is_asked_for() -> None:
    with pytest.raises(Unusable, match=r"made by PostgreSQL 9999.*apt install postgresql-9999"):
        programs.programs(9999)


def test_a_database_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    made = Cluster(tmp_path, durable=False)
    made.start()
    made.stop()
    (made.data / "global" / "pg_control").unlink()
    with pytest.raises(Unusable, match="could not find the database system"):
        made.start()
    assert made.process is None
