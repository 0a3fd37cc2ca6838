"""`manage.py ingest`: a folder becomes documents, and a second run does only what is new."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from docplatform.lib import storage
from docplatform.management import labour
from documents.actions.moving import arrivals
from documents.choices import StepKind
from documents.models import Document
from documents.pipeline.values import StepFailed
from organizations.models import User
from projects.models import Project
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain


@pytest.fixture(autouse=True)
def workers(steps: FakeSteps, own_storage: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labour.Labour, "wait", lambda self: drain())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    files = {"a.txt": "1 0", "2023/May/b.PDF": "2 1", "2023/c.pdf": "1 0", ".hidden.pdf": "1 0", ".git/d.pdf": "1 0"}
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.pdf").write_text("1 0")
    (root / "link.pdf").symlink_to(outside / "secret.pdf")
    (root / "linked").symlink_to(outside)
    return root


def ingest(folder: Path, **options: Any) -> tuple[str, int]:
    """What it tells, and its exit code."""
    told = io.StringIO()
    try:
        call_command("ingest", str(folder), user="owner", stderr=told, **options)
    except SystemExit as end:
        return told.getvalue(), int(str(end.code))
    return told.getvalue(), 0


def titles() -> list[str]:
    return sorted(Document.objects.values_list("title", flat=True))


def test_files_become_documents_once(folder: Path, owner: User) -> None:
    assert ingest(folder) == ("3 files are new, 0 were known, 0 failed.\n", 0)
    assert titles() == ["a", "b", "c"]
    assert set(Document.objects.values_list("status", "access", "user")) == {("success", "private", owner.pk)}
    (folder / "2023/new.txt").write_text("1 0")
    (folder / "a.txt").write_text("3 0")
    assert ingest(folder) == ("2 files are new, 2 were known, 0 failed.\n", 0)
    assert titles() == ["a", "a", "b", "c", "new"]


def refuse_broken(kind: StepKind, work: Any) -> None:
    if kind == StepKind.INGEST and Path(work.source).read_text() == "broken":
        raise StepFailed("damaged", "The file has no pages.")


def test_files_that_cannot_be_read_are_listed(folder: Path, owner: User, steps: FakeSteps) -> None:
    steps.before = refuse_broken
    (folder / "program.exe").write_text("MZ")
    (folder / "README").write_text("?")
    (folder / "empty.pdf").write_text("")
    (folder / "broken.pdf").write_text("broken")
    told, code = ingest(folder)
    lines = {name: reason for name, _, reason in (line.partition(": ") for line in told.splitlines()[1:])}
    assert code == 1
    assert lines.keys() == {"program.exe", "README", "empty.pdf", "broken.pdf"}
    assert "no pages" in lines["broken.pdf"]
    assert Document.objects.count() == 4
    assert ingest(folder)[1] == 1
    assert Document.objects.count() == 4


def test_folders_are_kept_as_data(folder: Path, owner: User) -> None:
    ingest(folder, folders_as="data")
    kept = dict(Document.objects.values_list("title", "data"))
    assert kept == {"a": {}, "b": {"folder": ["2023/May"]}, "c": {"folder": ["2023"]}}


def test_folders_are_kept_as_projects(folder: Path, owner: User) -> None:
    ingest(folder, folders_as="projects")
    ingest(folder, folders_as="projects")
    places = Project.objects.values_list("title", "private", "memberships__document__title")
    assert set(places) == {("2023", True, "c"), ("2023/May", True, "b")}


def test_all_go_into_one_project(folder: Path, owner: User) -> None:
    ingest(folder, project="Leak")
    assert Project.objects.get(title="Leak").memberships.filter(edit_access=True).count() == 3


def test_an_interrupted_run_is_taken_up(folder: Path, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(storage.backend(), "put", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ingest(folder)
    assert Document.objects.get().status == "nofile"
    assert ingest(folder) == ("3 files are new, 0 were known, 0 failed.\n", 0)
    assert titles() == ["a", "b", "c"]


def test_no_more_than_so_many_are_processed_at_once(folder: Path, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def wait(self: labour.Labour) -> None:
        seen.append(arrivals.busy(owner))
        drain()

    monkeypatch.setattr(labour.Labour, "wait", wait)
    monkeypatch.setattr("documents.actions.moving.folder.MOST_BUSY", 2)
    ingest(folder)
    assert seen == [2, 1]


def test_it_needs_a_folder_and_somebody(folder: Path, owner: User) -> None:
    with pytest.raises(CommandError, match="not a folder"):
        call_command("ingest", str(folder / "a.txt"), user="owner")
    with pytest.raises(CommandError, match="Nobody"):
        call_command("ingest", str(folder), user="stranger")
