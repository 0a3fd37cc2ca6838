"""Downloading a selection: a zip of its files or a table, by the rights of the moment it is sent."""

import csv
import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from docplatform.lib import storage
from documents import paths
from documents.actions import table
from documents.actions.download import archive, batches
from documents.models import Document
from documents.search import index
from organizations.models import User
from tests.conftest import client_of
from tests.documents.factories import make_document

URL = "/api/download/"


def filed(user: User, **fields: Any) -> Document:
    """A document whose PDF, text and original lie in storage."""
    document = make_document(user, pages=["one"], original_hash=f"{Document.objects.count():064}", **fields)
    assert document.version
    pdf = document.version.pdf_key
    contents = {pdf: "PDF", paths.full_text(pdf): "text", paths.original(document.pk, document.original_hash): "file"}
    storage.backend().put_many([(key, f"{text} {document.pk}".encode()) for key, text in contents.items()])
    index.write(document)
    return document


def get(user: Any, query: str) -> Any:
    return client_of(user).get(f"{URL}?{query}")


def zipped(answer: Any) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archived:
        assert archived.testzip() is None
        return {name: archived.read(name).decode() for name in archived.namelist()}


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))


def test_a_zip_holds_what_was_found_by_its_kind(owner: User, outsider: User) -> None:
    mine = filed(owner, slug="harbour", title="Harbour", original_extension="docx")
    public, unseen = filed(outsider, access="public"), filed(outsider)
    ids = f"ids={mine.pk},{public.pk},{unseen.pk}"
    names = {"pdf": "PDF", "text": "text"}
    for kind, extension in (("pdf", "pdf"), ("text", "txt")):
        answer = get(owner, f"{ids}&kind={kind}")
        assert answer["Content-Disposition"] == f'attachment; filename="documents-{kind}.zip"'
        assert zipped(answer) == {
            f"harbour-{mine.pk}.{extension}": f"{names[kind]} {mine.pk}",
            f"budget-2024-{public.pk}.{extension}": f"{names[kind]} {public.pk}",
        }
    assert zipped(get(owner, f"{ids}&kind=original")) == {
        f"harbour-{mine.pk}.docx": f"file {mine.pk}",
        "errors.txt": f"Document {public.pk} is not in this archive: {archive.NOT_EDITOR}.\n",
    }
    for query in ("query=title:harbour", "q=harbour", f"user={owner.pk}", "query=&title=harbour"):
        assert list(zipped(get(owner, query))) == [f"harbour-{mine.pk}.pdf"]


def test_what_is_missing_is_named(owner: User) -> None:
    whole, lost, empty = filed(owner), filed(owner), make_document(owner)
    assert lost.version
    storage.backend().delete([lost.version.pdf_key])
    files = zipped(get(owner, f"ids={whole.pk},{lost.pk},{empty.pk}"))
    assert files == {
        f"budget-2024-{whole.pk}.pdf": f"PDF {whole.pk}",
        "errors.txt": f"Document {lost.pk} is not in this archive: {archive.MISSING}.\n"
        f"Document {empty.pk} is not in this archive: {archive.NO_PDF}.\n",
    }


@pytest.mark.parametrize("kind", ["pdf", "csv"])
def test_rights_count_while_it_is_sent(
    owner: User, colleague: User, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    first, second = (filed(owner, access="organization") for _ in range(2))
    answer = get(colleague, f"ids={first.pk},{second.pk}&kind={kind}")
    Document.objects.filter(pk=second.pk).update(access="private")
    if kind == "csv":
        assert [row["id"] for row in rows(answer)] == [str(first.pk)]
        return
    told = f"Document {second.pk} is not in this archive: {archive.NOT_THERE}.\n"
    assert zipped(answer) == {f"budget-2024-{first.pk}.pdf": f"PDF {first.pk}", "errors.txt": told}


def test_names_are_safe(owner: User) -> None:
    document = filed(owner)
    Document.objects.filter(pk=document.pk).update(slug="../../etc/passwd", original_extension="pdf")
    assert list(zipped(get(owner, f"ids={document.pk}"))) == [f"etc-passwd-{document.pk}.pdf"]


def test_a_table_runs_nothing_in_a_spreadsheet(owner: User) -> None:
    data = {"tag": ["=1+1", "a;b", "c\\d"], "-x": ["+1"]}
    document = filed(owner, title='=HYPERLINK("x")', source="@me", description='\'=x, "quoted"\nline', data=data)
    [row] = rows(get(owner, f"ids={document.pk}&kind=csv"))
    assert (row["id"], row["title"], row["access"]) == (str(document.pk), '\'=HYPERLINK("x")', "private")
    assert (row["source"], row["description"]) == ("'@me", "''=x, \"quoted\"\nline")
    assert (row["data_tag"], row["data_-x"]) == ("'=1+1; a\\;b; c\\\\d", "'+1")


@pytest.mark.parametrize("cell", ["", "plain", "=1", "'=1", "''=1", "'plain", "'", "-", "\t1", "+\r\n", "@a"])
def test_every_cell_comes_back(cell: str) -> None:
    assert table.plain(table.safe(cell)) == cell
    assert not table.safe(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("values", [[], ["a"], ["a", "b"], ["a;b", "c"], ["\\", ";"], ["a\\;b\\"], ["C:\\docs\nx"]])
def test_every_list_of_values_comes_back(values: list[str]) -> None:
    assert table.split(table.joined(values)) == values


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "query"),
        ("per_page=3", "query"),
        ("kind=exe&query=x", "kind"),
        ("ids=1,x", "ids"),
        ('query=title:"x', "query"),
    ],
)
def test_what_is_not_meant_so_is_refused(owner: User, query: str, code: str) -> None:
    answer = get(owner, query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_limits(owner: User, settings: Any) -> None:
    settings.MAX_DOWNLOAD_DOCUMENTS = 1
    ids = f"ids={filed(owner).pk},{filed(owner).pk}"
    assert get(owner, ids).json()["code"] == "too_many"
    assert get(owner, f"{ids}&kind=csv").status_code == 200
    assert get(AnonymousUser(), ids).status_code in (401, 403)


def test_the_database_is_asked_once_for_many(owner: User, django_assert_num_queries: Any) -> None:
    ids = ",".join(str(filed(owner).pk) for _ in range(5))
    client: Any = client_of(owner)
    with django_assert_num_queries(3):
        list(client.get(f"{URL}?ids={ids}&kind=csv").streaming_content)
    with django_assert_num_queries(2):
        list(client.get(f"{URL}?ids={ids}").streaming_content)
