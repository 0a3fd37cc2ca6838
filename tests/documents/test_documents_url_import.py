"""A document whose file is on another server: fetched, checked and processed like an upload."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from documentcloud import DocumentCloud
from pytest_django import Settings
from rest_framework.response import Response

from docplatform.lib import storage
from documents import paths, tasks
from documents.actions import upload
from documents.choices import Queue
from documents.models import Document, Job, Step
from documents.pipeline import sweep
from organizations.models import User
from tests.conftest import client_of
from tests.documents import uploads
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain
from tests.web import Request, Web, serving

URL = "/api/documents/"
FAKE = b"3 1"  # what the fake steps take for a file of three pages, one of them a scan


@pytest.fixture
def web(settings: Settings) -> Iterator[Web]:
    with serving() as server:
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        yield server


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    fake = FakeSteps()
    monkeypatch.setattr("documents.pipeline.sandbox.run", fake)
    return fake


def create(user: User, file_url: str, **fields: Any) -> Response:
    return client_of(user).post(URL, {"title": "Budget", "file_url": file_url, **fields})


def detail(user: User, pk: int) -> dict[str, Any]:
    body: dict[str, Any] = client_of(user).get(f"{URL}{pk}/").json()
    return body


def errors(user: User, pk: int) -> list[tuple[str, str]]:
    rows = client_of(user).get(f"{URL}{pk}/errors/").json()["results"]
    return [(row["code"], row["message"]) for row in rows]


def outcome(user: User, pk: int) -> str:
    """The code of the one error that the document ends with."""
    drain()
    assert detail(user, pk)["status"] == "error"
    [(code, message)] = errors(user, pk)
    assert message.endswith(".")
    return code


def test_a_file_is_fetched_and_processed(owner: User, web: Web, steps: FakeSteps) -> None:
    response = create(owner, web.says("/budget.pdf", (200, FAKE)), force_ocr=True, ocr_engine="tess4")
    made = response.json()
    assert (response.status_code, made["status"]) == (201, "nofile")
    assert not {"presigned_url", "file_url", "force_ocr", "ocr_engine"} & set(made)
    assert "presigned_url" not in detail(owner, made["id"])
    assert [path for path, _ in web.seen] == []
    tasks.look(Queue.BULK)
    assert detail(owner, made["id"])["status"] == "pending"
    drain()
    done = detail(owner, made["id"])
    assert (done["status"], done["page_count"]) == ("success", 3)
    assert steps.kinds().count("ocr") == 1
    assert Job.objects.get().force_ocr
    document = Document.objects.get()
    assert storage.backend().read(paths.original(document.pk, document.original_hash)) == FAKE


def test_a_real_pdf_comes_through_real_steps(owner: User, web: Web) -> None:
    pk = create(owner, web.says("/a", (200, uploads.born_digital(7, 2)))).json()["id"]
    drain()
    done = detail(owner, pk)
    assert (done["status"], done["page_count"], len(done["file_hash"])) == ("success", 2, 40)


def test_several_are_created_at_once_some_by_url(owner: User, web: Web, steps: FakeSteps) -> None:
    items = [{"title": "a", "file_url": web.says("/a", (200, FAKE))}, {"title": "b"}, {"title": "c", "file_url": ""}]
    response = client_of(owner).post(URL, items)
    assert response.status_code == 201
    assert ["presigned_url" in body for body in response.json()] == [False, True, True]
    drain()
    assert [detail(owner, body["id"])["status"] for body in response.json()] == ["success", "nofile", "nofile"]


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"file_url": "ftp://example.org/a.pdf"}, "file_url"),
        ({"file_url": "budget.pdf"}, "file_url"),
        ({"file_url": "https://ada:secret@example.org/a.pdf"}, "file_url"),
        ({"file_url": "https://example.org/a.pdf", "ocr_engine": "textract"}, "ocr_engine"),
        ({"force_ocr": True}, "non_field_errors"),
        ({"ocr_engine": "tess4"}, "non_field_errors"),
        ({"file_url": None, "force_ocr": True}, "non_field_errors"),
    ],
)
def test_what_cannot_be_fetched_is_refused_at_once(owner: User, fields: dict[str, Any], key: str) -> None:
    response = client_of(owner).post(URL, {"title": "x", **fields})
    assert (response.status_code, list(response.json())) == (400, [key])
    several = client_of(owner).post(URL, [{"title": "fine"}, {"title": "x", **fields}])
    assert (several.status_code, [list(each) for each in several.json()]) == (400, [[], [key]])
    assert not Document.objects.exists()


def test_a_page_that_is_not_there_is_an_error_at_once(owner: User, web: Web) -> None:
    pk = create(owner, web.says("/a", (404, b""))).json()["id"]
    assert outcome(owner, pk) == "http_404"
    assert "answered HTTP 404 Not Found." in errors(owner, pk)[0][1]
    assert len(web.seen) == 1


def test_a_server_that_is_ill_is_asked_again(owner: User, web: Web, steps: FakeSteps) -> None:
    pk = create(owner, web.says("/a", (500, b""), (429, b""), (200, FAKE))).json()["id"]
    tasks.look(Queue.BULK)
    step = Step.objects.get()
    assert (step.state, step.attempts) == ("ready", 1)
    assert "answered HTTP 500 Internal Server Error" in step.error
    assert detail(owner, pk)["status"] == "nofile"
    drain()
    assert detail(owner, pk)["status"] == "success"
    assert len(web.seen) == 3


def test_a_server_that_stays_ill_is_given_up_with_its_reason(owner: User, web: Web, steps: FakeSteps) -> None:
    pk = create(owner, web.says("/a", (503, b""))).json()["id"]
    assert outcome(owner, pk) == "http_503"
    assert "answered HTTP 503 Service Unavailable." in errors(owner, pk)[0][1]
    assert len(web.seen) == 4
    web.says("/a", (200, FAKE))
    assert client_of(owner).post(f"{URL}{pk}/process/").status_code == 200
    drain()
    assert detail(owner, pk)["status"] == "success"


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/", "http://169.254.169.254/", "http://nobody.invalid/"])
def test_no_private_network_is_explored(owner: User, web: Web, location: str) -> None:
    """The first address and where it redirects to get the same sentence, whatever is there."""
    web.answers["/a"] = lambda request: request.send(302, Location=location)
    sentences = set()
    for url in (location, web.url("/a")):
        pk = create(owner, url).json()["id"]
        assert outcome(owner, pk) == "not_public"
        sentences |= set(errors(owner, pk))
    assert len(sentences) == 1


def test_a_file_over_the_limit_of_its_type_is_refused(owner: User, web: Web, settings: Settings) -> None:
    settings.MAX_OTHER_BYTES = 10
    pk = create(owner, web.says("/a", (200, b"x" * 11)), original_extension="txt").json()["id"]
    assert outcome(owner, pk) == "too_large"


def test_what_comes_is_checked_like_an_upload(owner: User, web: Web) -> None:
    pk = create(owner, web.says("/a", (200, b"<html><body>Please sign in</body></html>"))).json()["id"]
    outcome(owner, pk)
    assert "presigned_url" not in detail(owner, pk)


def dripping(request: Request) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"x" * 10)
        time.sleep(0.1)


def test_people_see_how_far_it_is_and_may_cancel(owner: User, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.answers["/a"] = dripping
    pk = create(owner, web.url("/a")).json()["id"]
    client = client_of(owner)
    unknown = dict.fromkeys(("images", "texts", "text_positions", "pages"))
    assert client.get(f"{URL}pending/").json() == [{"doc_id": pk, **unknown, "fetched": 0, "size": None}]
    assert client.post(f"{URL}{pk}/process/").status_code == 400
    seen: list[dict[str, Any]] = []

    def tick(pulse: object) -> bool:
        seen.append(client.get(f"{URL}{pk}/pending/").json())
        if len(seen) == 3:
            assert client.delete(f"{URL}{pk}/process/").json() == "OK"
            return False
        return True

    monkeypatch.setattr("documents.pipeline.runner.Pulse.tick", tick)
    tasks.look(Queue.BULK)
    assert [each["size"] for each in seen] == [1000] * 3
    assert 0 < seen[0]["fetched"] < seen[1]["fetched"] < seen[2]["fetched"]
    assert [code for code, _ in errors(owner, pk)] == ["cancelled"]
    assert client.get(f"{URL}{pk}/pending/").json() == {}
    assert Step.objects.get().state == "failed"


def test_a_document_deleted_while_its_file_is_on_the_way_stays_deleted(owner: User, web: Web) -> None:
    pk = create(owner, web.says("/a", (200, FAKE))).json()["id"]
    assert client_of(owner).delete(f"{URL}{pk}/").status_code == 204
    assert Job.objects.get().state == "cancelled"
    tasks.look(Queue.BULK)
    assert (Document.objects.get().status, web.seen) == ("deleted", [])


def test_a_file_on_its_way_is_not_given_up_after_a_day(owner: User, web: Web) -> None:
    create(owner, web.says("/a", (200, FAKE)))
    Document.objects.update(created_at="2020-01-01T00:00:00Z")
    assert upload.expire_never_uploaded() == 0


def test_what_a_lost_claim_fetched_is_swept(owner: User, web: Web) -> None:
    create(owner, web.says("/a", (404, b"")))
    drain()
    step = Step.objects.get()
    [lost] = step.lost
    assert list(sweep.lost_keys(step.job)) == [f"uploads/{step.job.document_id}/{lost['token']}"]


def test_the_python_client_uploads_by_url(python_client: DocumentCloud, web: Web, steps: FakeSteps) -> None:
    made = python_client.documents.upload(web.says("/budget.pdf", (200, FAKE)), force_ocr=True, access="private")
    assert made.status == "nofile"
    drain()
    done = python_client.documents.get(made.id)
    assert (done.title, done.status, done.page_count) == ("budget", "success", 3)
