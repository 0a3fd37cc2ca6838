"""The one authorising door to files: who gets which, and how they travel."""

from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from docplatform.lib import storage
from docplatform.lib.storage import transfers
from documents import paths
from documents.actions import images
from documents.choices import Access, Status
from documents.models import Document, VersionPage
from documents.pipeline import sandbox
from documents.pipeline.values import StepFailed
from organizations.models import User
from projects.models import Access as Role
from tests.conftest import client_of
from tests.documents import factories

PDF = b"%PDF-1.7 " + b"x" * 3_000_000
ASSETS = [
    ("b.pdf", "application/pdf", PDF),
    ("any-other-slug.pdf", "application/pdf", PDF),
    ("b.txt", "text/plain; charset=utf-8", b"all"),
    ("b.txt.json", "application/json", b"{}"),
    ("pages/b-p1.txt", "text/plain; charset=utf-8", b"one"),
    ("pages/b-p1.position.json", "application/json", b"[1]"),
    ("pages/b-p1-large.gif", "image/gif", b"GIFlarge"),
    ("pages/b-p1-normal.gif", "image/gif", b"GIFnormal"),
    ("pages/b-p1-small.gif", "image/gif", b"GIFsmall"),
    ("pages/b-p1-thumbnail.gif", "image/gif", b"GIFthumbnail"),
]


@pytest.fixture(autouse=True)
def _local(tmp_path: Path, settings: LazySettings) -> Iterator[None]:
    settings.DATA_DIR, settings.S3_BUCKET = tmp_path, ""
    storage.backend.cache_clear()
    yield
    storage.backend.cache_clear()


def stored(user: User, **fields: Any) -> Document:
    """A document of one page with every artefact in storage."""
    document = factories.make_document(user, pages=["one"], original_hash="a" * 64, **fields)
    assert document.version
    page = VersionPage.objects.get(version=document.version).page
    assert page.words
    key = document.version.pdf_key
    items = [(key, PDF), (paths.full_text(key), b"all"), (paths.json_text(key), b"{}")]
    items += [(paths.page_text(page.words), b"one"), (paths.page_boxes(page.words), b"[1]")]
    items += [(paths.page_image(page.images, size), b"GIF" + size.encode()) for size in paths.STORED_SIZES]
    storage.backend().put_many([*items, (paths.original(document.pk, "a" * 64), b"original")])
    return document


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(("path", "content_type", "content"), ASSETS)
def test_every_path_of_the_contract_serves_its_file(owner: User, path: str, content_type: str, content: bytes) -> None:
    document = stored(owner)
    answer = client_of(owner).get(f"/files/documents/{document.pk}/{path}")
    assert (answer.status_code, answer["Content-Type"], body(answer)) == (200, content_type, content)
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "b.exe",
        "pages/b-p0.txt",
        "pages/b-p2.txt",
        "pages/b-p1-huge.gif",
        "revisions/0001-b.pdf",
        "../1/b.pdf",
        "original/b.docx",
        "pages/b-p1.txt/x",
    ],
)
def test_other_paths_are_not_found(owner: User, path: str) -> None:
    document = stored(owner)
    assert client_of(owner).get(f"/files/documents/{document.pk}/{path}").status_code == 404


def test_who_gets_the_files_of_which_document(
    owner: User, colleague: User, viewer: User, editor: User, outsider: User, anonymous: AnonymousUser
) -> None:
    cast: dict[str, Any] = {
        "owner": owner,
        "colleague": colleague,
        "viewer": viewer,
        "editor": editor,
        "outsider": outsider,
        "anonymous": anonymous,
    }
    table = {
        (Access.PRIVATE, Status.SUCCESS): "owner viewer editor",
        (Access.ORGANIZATION, Status.SUCCESS): "owner colleague viewer editor",
        (Access.PUBLIC, Status.SUCCESS): "owner colleague viewer editor outsider anonymous",
        (Access.PUBLIC, Status.PENDING): "owner colleague viewer editor",
        (Access.INVISIBLE, Status.SUCCESS): "",
        (Access.PRIVATE, Status.DELETED): "",
    }
    for (access, status), allowed in table.items():
        document = stored(owner, access=access, status=status)
        factories.share(document, (viewer, Role.VIEW), (editor, Role.EDIT))
        for name, user in cast.items():
            answer = client_of(user).get(f"/files/documents/{document.pk}/pages/b-p1.txt")
            assert answer.status_code == (
                (302 if document.is_published else 200) if name in allowed.split() else 404
            ), (access, status, name)


def test_the_original_is_for_editors(owner: User, viewer: User, editor: User) -> None:
    document = stored(owner, original_extension="docx")
    factories.share(document, (viewer, Role.VIEW), (editor, Role.EDIT))
    url = f"/files/documents/{document.pk}/original/b.docx"
    assert client_of(viewer).get(url).status_code == 404
    answer = client_of(editor).get(url)
    assert (body(answer), answer["Content-Type"]) == (b"original", "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")


def test_while_the_first_version_is_made_only_editors_read_its_finished_pages(owner: User, viewer: User) -> None:
    document = stored(owner, status=Status.PENDING)
    factories.share(document, (viewer, Role.VIEW))
    factories.make_job(document, version=document.version)
    Document.objects.filter(pk=document.pk).update(version=None)
    url = f"/files/documents/{document.pk}/pages/b-p1.txt"
    assert client_of(owner).get(url).status_code == 200
    assert client_of(viewer).get(url).status_code == 404


def test_clients_that_ask_for_json_get_a_location_that_works_without_credentials(owner: User) -> None:
    document = stored(owner)
    answer = client_of(owner).get(f"/files/documents/{document.pk}/b.pdf", HTTP_ACCEPT="application/json, */*")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, max-age=300")
    location = answer.json()["location"]
    served = Client().get(location.removeprefix("http://127.0.0.1:8000"), HTTP_AUTHORIZATION="Bearer whatever")
    assert (served.status_code, body(served)) == (200, PDF)


def test_a_given_location_dies_with_the_right_and_with_time(owner: User, viewer: User, settings: LazySettings) -> None:
    document = stored(owner)
    project = factories.share(document, (viewer, Role.VIEW))
    location = (
        client_of(viewer)
        .get(f"/files/documents/{document.pk}/b.txt", HTTP_ACCEPT="application/json")
        .json()["location"]
    )
    path = "/files/" + location.split("/files/")[1]
    assert Client().get(path).status_code == 200
    project.delete()
    assert Client().get(path).status_code == 404
    settings.PRESIGN_SECONDS = -1
    assert Client().get(path).status_code == 403


def test_a_change_of_access_holds_at_once_for_every_address(owner: User, colleague: User) -> None:
    document = stored(owner, access="public")
    names = ("b.pdf", "b.txt", "pages/b-p1-large.gif", "pages/b-p1.position.json")
    issued = client_of(owner).get(f"/files/documents/{document.pk}/b.pdf", headers={"Accept": "application/json"})

    def status(client: Client, url: str) -> int:
        answer = client.get(url)
        assert body(answer) or answer.status_code == 302  # read to its end, so that its thread is free again
        return int(answer.status_code)

    def statuses() -> list[set[int]]:
        """To strangers under the public base and under ours, and to a colleague."""
        places = ((Client(), "public"), (Client(), "files"), (client_of(colleague), "files"))
        return [
            {status(client, f"/{base}/documents/{document.pk}/{name}") for name in names} for client, base in places
        ]

    assert statuses() == [{200}, {302}, {302}]
    for access, expected in (
        ("organization", [{404}, {404}, {200}]),
        ("private", [{404}, {404}, {404}]),
        ("public", [{200}, {302}, {302}]),
    ):
        client_of(owner).patch(f"/api/documents/{document.pk}/", {"access": access})
        assert statuses() == expected
        assert status(Client(), issued.json()["location"]) == max(expected[0])


def test_public_files_are_open_to_everybody_under_their_own_base(owner: User) -> None:
    document = stored(owner, access=Access.PUBLIC)
    redirect = Client().get(f"/files/documents/{document.pk}/b.txt")
    assert (redirect.status_code, redirect["Location"]) == (
        302,
        f"http://127.0.0.1:8000/public/documents/{document.pk}/b.txt",
    )
    answer = Client().get(f"/public/documents/{document.pk}/b.txt?t=123", HTTP_AUTHORIZATION="Bearer nonsense")
    assert (answer.status_code, body(answer), answer["Access-Control-Allow-Origin"]) == (200, b"all", "*")


def test_the_public_base_never_serves_what_only_the_asker_may_see(owner: User) -> None:
    document = stored(owner)
    assert client_of(owner).get(f"/public/documents/{document.pk}/b.txt").status_code == 404


@pytest.mark.parametrize(
    ("header", "status", "content", "span"),
    [
        ("bytes=0-8", 206, PDF[:9], f"bytes 0-8/{len(PDF)}"),
        ("bytes=-5", 206, PDF[-5:], f"bytes {len(PDF) - 5}-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=100-", 206, PDF[100:], f"bytes 100-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=5-99999999", 206, PDF[5:], f"bytes 5-{len(PDF) - 1}/{len(PDF)}"),
        (f"bytes={len(PDF)}-", 416, b"", f"bytes */{len(PDF)}"),
        ("bytes=-0", 416, b"", f"bytes */{len(PDF)}"),
        ("bytes=9-3", 200, PDF, None),
        ("bytes=0-1,5-6", 200, PDF, None),
        ("pages=1-2", 200, PDF, None),
        ("bytes=-", 200, PDF, None),
    ],
)
def test_ranges(owner: User, header: str, status: int, content: bytes, span: str | None) -> None:
    document = stored(owner)
    answer = client_of(owner).get(f"/files/documents/{document.pk}/b.pdf", HTTP_RANGE=header)
    assert (answer.status_code, body(answer), answer.get("Content-Range")) == (status, content, span)


def test_what_the_reader_has_already_is_not_sent_again(owner: User) -> None:
    document = stored(owner)
    url = f"/files/documents/{document.pk}/b.pdf"
    etag = client_of(owner).head(url)["ETag"]
    assert client_of(owner).get(url, HTTP_IF_NONE_MATCH=f'"other", {etag}').status_code == 304
    stale = client_of(owner).get(url, HTTP_RANGE="bytes=0-3", HTTP_IF_RANGE='"old"')
    assert (stale.status_code, len(body(stale))) == (200, len(PDF))


def test_head_tells_the_length_without_the_bytes(owner: User) -> None:
    document = stored(owner)
    answer = client_of(owner).head(f"/files/documents/{document.pk}/b.pdf")
    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, str(len(PDF)), b"")


def test_stalled_downloads_never_take_every_thread(owner: User) -> None:
    document = stored(owner)
    url = f"/files/documents/{document.pk}/b.pdf"
    held = [client_of(owner).get(url) for _ in range(transfers.SLOTS)]
    assert client_of(owner).get(url).status_code == 503
    assert client_of(owner).get(f"/files/documents/{document.pk}/b.txt").status_code == 200
    for answer in held:
        assert body(answer) == PDF
    assert body(client_of(owner).get(url)) == PDF


def test_a_bad_token_is_refused_not_ignored(owner: User) -> None:
    document = stored(owner)
    answer = Client().get(f"/files/documents/{document.pk}/b.pdf", HTTP_AUTHORIZATION="Bearer nonsense")
    assert (answer.status_code, answer.json()["code"]) == (403, "token_not_valid")


def test_browsers_keep_the_two_kinds_of_answer_apart(owner: User) -> None:
    url = f"/files/documents/{stored(owner).pk}/b.txt"
    for accept in ("application/json", "image/gif"):
        vary = client_of(owner).get(url, HTTP_ACCEPT=accept)["Vary"]
        assert {"Accept", "Authorization", "Cookie"} <= {name.strip() for name in vary.split(",")}


def test_the_path_of_a_location_is_quoted(owner: User) -> None:
    document = stored(owner, access=Access.PUBLIC)
    answer = client_of(owner).get(f"/files/documents/{document.pk}/a%3Fb%23.pdf")
    assert answer["Location"].endswith(f"/documents/{document.pk}/a%3Fb%23.pdf")


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(StepFailed("x", "y"), 404), (sandbox.Crashed("x"), 404), (storage.Missing("x"), 404)],
)
def test_a_page_that_cannot_be_drawn_is_no_crash(
    owner: User, monkeypatch: pytest.MonkeyPatch, trouble: Exception, status: int
) -> None:
    def draw(*_: Any) -> None:
        raise trouble

    monkeypatch.setattr(images, "_draw", draw)
    document = stored(owner, access=Access.PUBLIC)
    for folder in ("files", "public"):
        answer = client_of(owner).get(f"/{folder}/documents/{document.pk}/pages/b-p1-xlarge.gif")
        assert answer.status_code == status


def test_those_who_want_pages_drawn_never_take_every_thread(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_drawing", BoundedSemaphore(1))
    monkeypatch.setattr(images, "_waiting", BoundedSemaphore(1))
    document = stored(owner, access=Access.PUBLIC)
    images._drawing.acquire()
    images._waiting.acquire()
    for folder in ("files", "public"):
        answer = client_of(owner).get(f"/{folder}/documents/{document.pk}/pages/b-p1-xlarge.gif")
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")


def test_a_range_beyond_all_numbers_is_no_range(owner: User) -> None:
    url = f"/files/documents/{stored(owner).pk}/b.txt"
    assert client_of(owner).get(url, HTTP_RANGE=f"bytes={'1' * 5000}-").status_code == 200
