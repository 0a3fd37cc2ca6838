"""Local storage: whole or not at all, and uploads at signed addresses."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.signing import TimestampSigner
from django.test import Client

from docplatform.lib import storage
from docplatform.lib.storage import signing, transfers
from docplatform.lib.storage.local import LocalStorage


@pytest.fixture
def local(tmp_path: Path, settings: LazySettings) -> LocalStorage:
    settings.DATA_DIR = tmp_path
    settings.S3_BUCKET = ""
    storage.backend.cache_clear()
    backend = storage.backend()
    assert isinstance(backend, LocalStorage)
    return backend


@pytest.fixture(autouse=True)
def _forget_backend() -> object:
    yield
    storage.backend.cache_clear()


def address(key: str) -> str:
    return signing.PREFIX + TimestampSigner(salt="docplatform.storage.upload").sign(key)


def leftovers(local: LocalStorage) -> list[Path]:
    return list((local.root / ".parts").iterdir())


def test_what_is_put_can_be_read_copied_measured_and_removed(local: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"from a file")
    local.put_many([("x/a", b"bytes"), ("x/b", tmp_path / "b")])
    local.copy("x/b", "y/c")
    assert (local.read("x/a"), local.read("y/c"), local.size("x/a")) == (b"bytes", b"from a file", 5)
    local.fetch("x/b", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"from a file"
    local.delete(["x/a", "x/never"])
    assert not local.exists("x/a") and local.exists("x/b")
    local.delete_prefix("x")
    assert not local.exists("x/b") and local.exists("y/c")


@pytest.mark.parametrize("use", ["read", "open", "size"])
def test_a_key_that_is_not_there_is_missing(local: LocalStorage, use: str) -> None:
    with pytest.raises(storage.Missing):
        getattr(local, use)("no/such")


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "a//b", "", "a/.b", "a\0b"])
def test_a_key_never_leaves_the_root(local: LocalStorage, key: str) -> None:
    with pytest.raises(ValueError, match="storage key"):
        local.put(key, b"")


def test_a_failed_batch_leaves_nothing(local: LocalStorage, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        local.put_many([("x/a", b"1"), ("x/b", tmp_path / "absent")])
    assert not local.exists("x/a") and leftovers(local) == []


def test_what_a_killed_process_left_is_removed_after_a_while(local: LocalStorage) -> None:
    local.put("x/a", b"1")
    old, young = local.root / ".parts" / "old", local.root / ".parts" / "young"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    local.tidy(older_than=timedelta(days=1))
    assert leftovers(local) == [young] and local.exists("x/a")


def test_an_upload_arrives_whole_without_signing_in(local: LocalStorage) -> None:
    answer = Client(enforce_csrf_checks=True).put(
        address("up/1"), b"%PDF" * 1_000_000, content_type="application/pdf", HTTP_AUTHORIZATION="Bearer nonsense"
    )
    assert (answer.status_code, answer.content, local.size("up/1")) == (200, b"", 4_000_000)
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_an_upload_that_ends_early_is_refused_and_forgotten(local: LocalStorage) -> None:
    cut = {"CONTENT_LENGTH": "400", "wsgi.input": BytesIO(b"half")}
    answer = Client().generic("PUT", address("up/1"), b"half", **cut)
    assert answer.status_code == 400
    assert not local.exists("up/1") and leftovers(local) == []


def test_a_second_try_replaces_the_first(local: LocalStorage) -> None:
    for body in (b"first", b"second"):
        assert Client().put(address("up/1"), body).status_code == 200
    assert local.read("up/1") == b"second"


def test_an_upload_over_the_limit_is_refused(local: LocalStorage, settings: LazySettings) -> None:
    settings.MAX_PDF_BYTES = 10
    assert Client().put(address("up/1"), b"x" * 11).status_code == 413
    assert not local.exists("up/1")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/storage/up/1:forged:signature", "PUT", 403),
        (None, "GET", 405),
        (None, "POST", 405),
        (None, "OPTIONS", 200),
    ],
)
def test_an_upload_address_takes_one_verb_and_one_signature(
    local: LocalStorage, path: str | None, method: str, status: int
) -> None:
    assert Client().generic(method, path or address("up/1"), b"x").status_code == status
    assert not local.exists("up/1")


def test_an_upload_address_dies(local: LocalStorage, settings: LazySettings) -> None:
    url = address("up/1")
    settings.PRESIGN_SECONDS = -1
    assert Client().put(url, b"x").status_code == 403


def test_when_every_slot_is_taken_uploads_are_asked_to_come_back(local: LocalStorage) -> None:
    for _ in range(transfers.SLOTS):
        transfers.take_slot()
    try:
        answer = Client().put(address("up/1"), b"x")
    finally:
        for _ in range(transfers.SLOTS):
            transfers.free_slot()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert Client().put(address("up/1"), b"x").status_code == 200


def test_a_folder_that_vanishes_during_an_upload_is_made_again(local: LocalStorage) -> None:
    local.put("up/old", b"old")
    with local.writer("up/new") as stream:
        stream.write(b"new")
        local.delete(["up/old"])  # the last file of the folder: the folder goes with it
    assert local.read("up/new") == b"new"
