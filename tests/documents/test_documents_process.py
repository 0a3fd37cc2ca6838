"""Starting, cancelling and watching processing through the API; what workers do is not told here."""

from typing import Any

import pytest
from django.test import Client

from docplatform.lib import storage
from documents.models import Document, DocumentError, Job
from organizations.models import User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, make_error, make_job, share

URL = "/api/documents/"


def uploaded(user: User, **fields: Any) -> Document:
    document = make_document(user, **{"status": "nofile"} | fields)
    storage.backend().put(document.upload_key, b"%PDF-1.4")
    return document


def process(user: Any, document: Document, body: Any = None) -> Any:
    return client_of(user).post(f"{URL}{document.pk}/process/", body)


def status(document: Document) -> str:
    return Document.objects.values_list("status", flat=True).get(pk=document.pk)


def test_a_file_is_created_put_and_processed(owner: User) -> None:
    client = client_of(owner)
    made = client.post(URL, {"title": "A"}).json()
    path = made["presigned_url"].removeprefix("http://127.0.0.1:8000")
    assert Client().put(path, b"%PDF-1.4", content_type="application/pdf").status_code == 200
    assert client.get(f"{URL}{made['id']}/").json()["presigned_url"] != ""
    assert client.post(f"{URL}{made['id']}/process/", {"force_ocr": False, "ocr_engine": "tess4"}).json() == "OK"
    after = client.get(f"{URL}{made['id']}/").json()
    assert after["status"] == "pending" and "presigned_url" not in after


@pytest.mark.parametrize(
    "body", [None, {}, {"force_ocr": True, "ocr_engine": "tess4"}, {"force_ocr": "false", "other": 1}]
)
def test_processing_begins(owner: User, body: Any) -> None:
    document = uploaded(owner)
    response = process(owner, document, body)
    assert (response.status_code, response.content) == (200, b'"OK"')
    assert status(document) == "pending"
    assert Job.objects.get(document=document).force_ocr is ((body or {}).get("force_ocr") is True)


def test_editors_start_what_viewers_may_not(owner: User, viewer: User, editor: User, anonymous: Any) -> None:
    document = uploaded(owner)
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    response = process(viewer, document)
    assert (response.status_code, list(response.json())) == (400, ["error", "code"])
    assert process(anonymous, document).status_code == 404
    assert process(anonymous, make_document(owner, access="public")).status_code == 403
    assert process(editor, document).status_code == 200


def test_what_cannot_be_processed_is_refused(owner: User, settings: Any) -> None:
    assert process(owner, make_document(owner, status="nofile")).json()["code"] == "no_file"
    document = uploaded(owner)
    for body in ({"ocr_engine": "textract"}, {"ocr_engine": "x"}):
        assert list(process(owner, document, body).json()) == ["ocr_engine"]
    assert list(process(owner, document, {"force_ocr": "perhaps"}).json()) == ["force_ocr"]
    assert process(owner, document, [1]).status_code == 400
    process(owner, document)
    again = process(owner, document)
    assert (again.status_code, list(again.json())) == (400, ["error", "code"])
    assert Job.objects.count() == 1


def test_only_verified_people_process_where_the_site_asks_for_it(outsider: User, settings: Any) -> None:
    settings.UPLOAD_NEEDS_VERIFIED = True
    assert process(outsider, uploaded(outsider)).status_code == 403


def test_many_begin_at_once(owner: User) -> None:
    first, second, third = (uploaded(owner) for _ in range(3))
    client = client_of(owner)
    response = client.post(f"{URL}process/", [{"id": first.pk, "force_ocr": True}, {"id": second.pk}])
    assert (response.status_code, response.content) == (200, b'"OK"')
    assert client.post(f"{URL}process/", {"ids": [third.pk]}).status_code == 200
    assert {status(document) for document in (first, second, third)} == {"pending"}
    assert Job.objects.get(document=first).force_ocr is True


def test_many_begin_together_or_not_at_all(owner: User, outsider: User) -> None:
    mine, empty = uploaded(owner), make_document(owner, status="nofile")
    foreign, busy = uploaded(outsider, access="public", status="success"), uploaded(owner, status="pending")
    make_job(busy)
    for other in (empty.pk, foreign.pk, busy.pk, mine.pk, 0, None):
        response = client_of(owner).post(f"{URL}process/", [{"id": mine.pk}, {"id": other}])
        assert response.status_code == 400, other
        assert [type(message) for message in response.json()] == [str]
    assert status(mine) == "nofile"
    response = client_of(owner).post(f"{URL}process/", [{"id": mine.pk, "ocr_engine": "textract"}])
    assert list(response.json()[0]) == ["ocr_engine"]


def test_lists_to_process_have_a_limit_and_must_be_lists(owner: User, anonymous: Any) -> None:
    for body in ({"id": 1}, {"ids": 5}, [{"id": n} for n in range(1, 27)]):
        response = client_of(owner).post(f"{URL}process/", body)
        assert (response.status_code, list(response.json())) == (400, ["non_field_errors"])
    assert client_of(anonymous).post(f"{URL}process/", []).status_code == 403


def test_a_cancelled_document_is_in_error_and_says_so(owner: User, editor: User) -> None:
    document = uploaded(owner)
    share(document, (editor, Access.ADMIN))
    process(owner, document)
    url = f"{URL}{document.pk}/process/"
    assert client_of(editor).delete(url).status_code == 403
    response = client_of(owner).delete(url)
    assert (response.status_code, response.content) == (200, b'"OK"')
    assert status(document) == "error"
    assert DocumentError.objects.get(document=document).code == "cancelled"
    again = client_of(owner).delete(url)
    assert (again.status_code, list(again.json())) == (400, ["error", "code"])


def test_what_is_left_to_do_is_told_to_the_owner(owner: User, colleague: User, anonymous: Any) -> None:
    unknown, known = (make_document(owner, status="pending", access="organization") for _ in range(2))
    make_job(unknown)
    make_job(known, pages_total=5, images_left=3, texts_left=4)
    make_document(owner)
    rows = [
        {"doc_id": unknown.pk, "images": None, "texts": None, "text_positions": None, "pages": None},
        {"doc_id": known.pk, "images": 3, "texts": 4, "text_positions": 4, "pages": 5},
    ]
    assert client_of(owner).get(f"{URL}pending/").json() == rows
    assert client_of(owner).get(f"{URL}{known.pk}/pending/").json() == rows[1]
    for user in (colleague, anonymous):
        assert client_of(user).get(f"{URL}pending/").json() == []
    assert client_of(colleague).get(f"{URL}{known.pk}/pending/").json() == {}
    assert client_of(anonymous).get(f"{URL}{known.pk}/pending/").status_code == 404


def test_errors_are_told_to_editors_in_their_order(owner: User, viewer: User, anonymous: Any) -> None:
    document = make_document(owner, access="public")
    share(document, (viewer, Access.VIEW))
    for message in ("First.", "Second."):
        make_error(document, message)
    url = f"{URL}{document.pk}/errors/"
    rows = client_of(owner).get(url).json()["results"]
    assert [row["message"] for row in rows] == ["First.", "Second."]
    assert list(rows[0]) == ["id", "created_at", "message", "code"]
    assert client_of(owner).get(url, {"version": "1.0"}).json()["count"] == 2
    for user in (viewer, anonymous):
        response = client_of(user).get(url)
        assert response.status_code == 403
        assert "First." not in response.content.decode()
    assert client_of(owner).post(url, {"message": "x"}).status_code == 403
