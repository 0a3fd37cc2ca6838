"""Data from a table: all lines or none, with what is wrong told by line; what was downloaded comes back as it was."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from documents.actions.bulk import chunks
from documents.models import BulkJob, Document
from organizations.models import Event, User
from tests.conftest import client_of
from tests.documents.factories import make_document

URL = "/api/documents/data/import/"


def send(user: Any, *lines: str) -> Any:
    return send_bytes(user, "\r\n".join(lines).encode())


def send_bytes(user: Any, body: bytes) -> Any:
    client: Any = client_of(user)
    return client.generic("POST", URL, body, content_type="text/csv")


def data() -> list[dict[str, list[str]]]:
    return list(Document.objects.order_by("pk").values_list("data", flat=True))


def test_columns_set_keys_and_leave_others_alone(owner: User) -> None:
    first = make_document(owner, data={"tag": ["old"], "kept": ["k"]})
    second = make_document(owner, data={"tag": ["old"]})
    answer = send(owner, "title,id,tag,data_color", f"x,{second.pk},new; newer,", f"y,{first.pk},,'=red", "")
    assert (answer.status_code, answer.json()) == (200, {"rows": 2, "bulk": None})
    assert data() == [{"kept": ["k"], "color": ["=red"]}, {"tag": ["new", "newer"]}]
    assert Event.objects.filter(kind="document.updated", actor_id=owner.pk).count() == 2
    assert first.title == Document.objects.get(pk=first.pk).title


def test_a_form_takes_the_file_too(owner: User) -> None:
    document = make_document(owner)
    file = io.BytesIO(f"\ufeffid,tag\n{document.pk},süß\n".encode())
    file.name = "data.csv"
    assert client_of(owner).post(URL, {"file": file}, format="multipart").status_code == 200
    assert data() == [{"tag": ["süß"]}]
    assert client_of(owner).post(URL, {}, format="multipart").json().keys() == {"file"}


def test_everything_wrong_is_told_by_its_line(owner: User, outsider: User) -> None:
    mine, foreign, unseen = make_document(owner), make_document(outsider, access="public"), make_document(outsider)
    wrong = send(owner, "id,tag", f"{mine.pk},x", "x,y", f"{mine.pk},z", "1,2,3", f"{mine.pk + 1},{'x' * 301}")
    assert wrong.status_code == 400
    assert [line.split(":")[0] for line in wrong.json()["csv"]] == ["Line 3", "Line 4", "Line 5", "Line 6"]
    denied = send(owner, "id,tag", f"{mine.pk},x", f"{foreign.pk},x", f"{unseen.pk},x", f"{10**9},x")
    assert denied.json()["csv"] == [
        f"Line 3: You may not change document {foreign.pk}.",
        f"Line 4: There is no document {unseen.pk}, or you may not see it.",
        f"Line 5: There is no document {10**9}, or you may not see it.",
    ]
    assert data() == [{}, {}, {}]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"", "text/csv"),
        (b"tag\nx", "Line 1"),
        (b"id,tag,tag\n1,2,3", "Line 1"),
        (b"id,a b\n1,x", "Line 2"),
        (b'id,tag\n1,"x', "Line 2"),
        (b'id,tag\n1,"two\nlines"\nx,y', "Line 4"),
        (b"id,tag\n1,\x00", "Line 2"),
    ],
)
def test_what_is_no_table_is_refused(owner: User, body: bytes, line: str) -> None:
    answer = send_bytes(owner, body)
    assert answer.status_code == 400
    assert line in str(answer.json())


def test_other_bytes_are_refused(owner: User) -> None:
    assert send_bytes(owner, b"\xff\xfe").status_code == 400
    assert client_of(owner).post(URL, {"id": 1}, format="json").status_code == 415
    assert send(AnonymousUser(), "id").status_code in (401, 403)


def test_many_lines_become_a_bulk_job(owner: User) -> None:
    documents = [make_document(owner, data={"kept": ["k"]}) for _ in range(26)]
    answer = send(owner, "id,tag", *(f"{document.pk},t{document.pk}" for document in documents))
    assert (answer.status_code, answer.json()["rows"]) == (202, 26)
    while chunks.carry_on():
        pass
    assert BulkJob.objects.get(pk=answer.json()["bulk"]).state == "done"
    assert data() == [{"kept": ["k"], "tag": [f"t{document.pk}"]} for document in documents]


def test_a_download_comes_back_as_it_was(owner: User) -> None:
    before = [{"a": ["1", "x;y\\"], "-b": ["=2"]}, {"a": ["'=3"]}, {}]
    ids = ",".join(str(make_document(owner, data=values, title="=1").pk) for values in before)
    client: Any = client_of(owner)
    table = b"".join(client.get(f"/api/download/?kind=csv&ids={ids}").streaming_content)
    Document.objects.update(data={"a": ["changed"]})
    answer = send_bytes(owner, table)
    assert answer.status_code == 200, answer.json()
    assert data() == before
