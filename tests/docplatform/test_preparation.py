"""What `manage.py up` makes before anything runs, and the sentences of what it refuses."""

import os
import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from docplatform.lib import postgres, secret
from docplatform.management import preparation
from organizations.models import User


@pytest.fixture
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


def test_root_is_sent_to_make_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(CommandError, match="Use `make run`"):
        preparation.refuse_root()


def test_next_to_no_shared_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    preparation.shared_memory_suffices()
    monkeypatch.setattr(postgres, "shared_memory_bytes", lambda: 64 * 1024)
    with pytest.raises(CommandError, match=r"Only 64 kB of shared memory .* --shm-size"):
        preparation.shared_memory_suffices()


def test_the_data_directory_is_for_its_owner_only(data_dir: Path) -> None:
    preparation.data_folder()
    assert data_dir.stat().st_mode & 0o777 == 0o700
    data_dir.chmod(0o755)
    preparation.data_folder()
    assert data_dir.stat().st_mode & 0o777 == 0o700


def test_a_data_directory_that_cannot_be_made_is_refused(settings: Settings) -> None:
    settings.DATA_DIR = Path("/proc/docplatform")
    with pytest.raises(CommandError, match="set DATA_DIR to a folder of yours"):
        preparation.data_folder()


def test_a_read_only_data_directory_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CommandError, match="read-only"):
        preparation.data_folder()


def test_only_one_runs_with_a_data_directory(data_dir: Path) -> None:
    preparation.data_folder()
    first = preparation.only_one()
    with pytest.raises(CommandError, match=rf"already runs .* process {os.getpid()}, at http://127.0.0.1:8000"):
        preparation.only_one()
    first.close()
    preparation.only_one().close()


def test_a_port_in_use_is_refused(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.PORT = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {settings.PORT} .* PORT={settings.PORT + 1} make run"):
            preparation.port_is_free()
    preparation.port_is_free()


@pytest.mark.django_db
def test_a_database_that_answers_is_fine_and_one_that_does_not_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparation.database_answers()
    monkeypatch.setitem(settings.DATABASES, "default", postgres.django_database(tmp_path))
    settings.DATABASE_IS_PRIVATE = True
    with pytest.raises(CommandError, match="Start everything with `make run`"):
        preparation.database_answers()
    settings.DATABASE_IS_PRIVATE = False
    with pytest.raises(CommandError, match="Check DATABASE_URL"):
        preparation.database_answers()


@pytest.mark.django_db
def test_tables_that_are_up_to_date_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(preparation, "call_command", lambda name, **options: calls.append(name))
    preparation.tables()
    assert calls == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'documents'")
    preparation.tables()
    assert calls == ["migrate"]


@pytest.mark.django_db
def test_the_administrator_is_made_once(data_dir: Path) -> None:
    preparation.data_folder()
    said = preparation.administrator()
    password = (data_dir / "admin_password").read_text().strip()
    admin = User.objects.get(username="admin")
    assert said.startswith(password)
    assert len(password) >= 16
    assert admin.check_password(password)
    assert admin.is_staff
    assert (data_dir / "admin_password").stat().st_mode & 0o777 == 0o600
    assert preparation.administrator() == said
    admin.set_password("another")
    admin.save()
    assert preparation.administrator().endswith("manage.py password admin")


@pytest.mark.django_db
def test_the_administrators_password_may_be_given(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "correct horse battery")
    preparation.data_folder()
    assert preparation.administrator() == "as set in ADMIN_PASSWORD"
    assert User.objects.get(username="admin").check_password("correct horse battery")
    assert not (data_dir / "admin_password").exists()


def test_racing_processes_agree_on_a_secret(tmp_path: Path) -> None:
    assert secret.keep(tmp_path / "secret", "first") == "first"
    assert secret.keep(tmp_path / "secret", "second") == "first"


@pytest.mark.parametrize("command", [("up",), ("web",), ("worker", "--queue", "bulk")])
def test_every_command_refuses_root(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(CommandError, match="must not run as root"):
        call_command(*command)


def test_the_bare_cluster_wants_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("Q_CLUSTER_NAME", raising=False)
    with pytest.raises(CommandError, match="Set Q_CLUSTER_NAME=bulk"):
        call_command("worker", "--queue", "bulk", "--unwatched")
