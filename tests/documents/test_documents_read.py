"""Reading documents: lists, one document, expansions, caching, and what each of them costs."""

from typing import Any

import pytest

from organizations.models import User
from projects.models import Access, ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_document, make_project, share
from tests.documents.test_documents_create import KEYS

URL = "/api/documents/"
WITHOUT_UPLOAD = [key for key in KEYS if key != "presigned_url"]
LIST_QUERIES = 1
EXPANDED_QUERIES = 6


def ids(response: Any) -> list[int]:
    return [row["id"] for row in response.json()["results"]]


def test_a_processed_document_looks_as_the_contract_says(owner: User) -> None:
    document = make_document(owner, pages=["one", "two"], data={"_tag": ["budget"]})
    body = client_of(owner).get(f"{URL}{document.pk}/").json()
    assert list(body) == WITHOUT_UPLOAD
    facts = {"page_count": 2, "page_spec": "612.00x792.00:0-1", "status": "success", "data": {"_tag": ["budget"]}}
    assert body | facts == body
    assert len(body["file_hash"]) == 40


def test_files_of_published_documents_have_a_public_address(owner: User) -> None:
    published = make_document(owner, access="public")
    pending = make_document(owner, access="public", status="pending")
    client = client_of(owner)
    assert client.get(f"{URL}{published.pk}/").json()["asset_url"] == "http://127.0.0.1:8000/public/"
    assert client.get(f"{URL}{pending.pk}/").json()["asset_url"] == "http://127.0.0.1:8000/files/"


def test_the_url_that_takes_a_file_is_for_the_owner_alone(owner: User, colleague: User, editor: User) -> None:
    document = make_document(owner, status="nofile", access="organization")
    share(document, (editor, Access.ADMIN))
    address = f"{URL}{document.pk}/"
    assert "presigned_url" in client_of(owner).get(address).json()
    assert "presigned_url" in client_of(owner).patch(address, {"source": "A"}).json()
    for person in (colleague, editor):
        assert "presigned_url" not in client_of(person).get(address).json()
        assert "presigned_url" not in client_of(person).patch(address, {"source": "B"}).json()
    assert "presigned_url" not in client_of(owner).get(URL).json()["results"][0]
    assert "presigned_url" not in client_of(owner).patch(URL, [{"id": document.pk, "source": "C"}]).json()[0]


def test_only_projects_that_the_reader_may_see_are_named(owner: User, viewer: User, anonymous: Any) -> None:
    document = make_document(owner, access="public")
    hidden = share(document, (viewer, Access.VIEW))
    shown = make_project(owner, private=False)
    ProjectDocument.objects.create(project=shown, document=document, edit_access=False)
    address = f"{URL}{document.pk}/"
    assert client_of(viewer).get(address).json()["projects"] == [hidden.pk, shown.pk]
    assert client_of(anonymous).get(address).json()["projects"] == [shown.pk]
    expanded = client_of(anonymous).get(address, {"expand": "projects"}).json()["projects"]
    assert [project["id"] for project in expanded] == [shown.pk]


def test_lists_hold_what_the_reader_may_view_by_id(owner: User, outsider: User, anonymous: Any) -> None:
    private = make_document(owner)
    public = make_document(owner, access="public", noindex=True)
    make_document(owner, access="public", status="deleted")
    response = client_of(owner).get(URL)
    assert list(response.json()) == ["next", "previous", "results"]
    assert ids(response) == [private.pk, public.pk]
    assert ids(client_of(outsider).get(URL)) == [public.pk]
    assert ids(client_of(anonymous).get(URL)) == [public.pk]
    assert list(response.json()["results"][0]) == WITHOUT_UPLOAD


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_pages_of_lists_lead_to_each_other(owner: User, version: str) -> None:
    made = [make_document(owner).pk for _ in range(5)]
    client = client_of(owner)
    seen, url = [], f"{URL}?version={version}&per_page=2&omit=title"
    while url:
        response = client.get(url)
        assert ("count" in response.json()) == (version == "1.0")
        assert all("title" not in row for row in response.json()["results"])
        seen += ids(response)
        url = response.json()["next"]
    assert seen == made


@pytest.mark.parametrize(
    "spelling", ["expand=user,organization", "expand=user&expand=organization", "expand[]=user&expand[]=organization"]
)
def test_expansions_are_read_in_every_spelling(owner: User, spelling: str) -> None:
    document = make_document(owner)
    body = client_of(owner).get(f"{URL}{document.pk}/?{spelling}").json()
    assert list(body) == WITHOUT_UPLOAD
    assert body["user"]["username"] == "owner"
    assert body["organization"]["slug"] == "newsroom"
    assert "email" not in body["user"]


@pytest.mark.parametrize("wildcard", ["~all", "*"])
def test_wildcards_expand_the_top_level(owner: User, wildcard: str) -> None:
    document = make_document(owner)
    project = share(document)
    body = client_of(owner).get(URL, {"expand": wildcard}).json()["results"][0]
    assert body["user"]["organization"] == owner.organization_id
    assert body["organization"]["id"] == owner.organization_id
    assert [(p["id"], p["edit_access"]) for p in body["projects"]] == [(project.pk, True)]


def test_nested_expansions_and_sparse_fields_meet(owner: User) -> None:
    document = make_document(owner)
    client = client_of(owner)
    nested = client.get(f"{URL}{document.pk}/?expand=user.organization&fields=id,user.organization.name").json()
    assert nested == {"id": document.pk, "user": {"organization": {"name": "Newsroom"}}}
    body = client.get(f"{URL}{document.pk}/?expand=nonsense,user&omit=title,user.username").json()
    assert "title" not in body and "username" not in body["user"] and "name" in body["user"]


def test_every_method_expands(owner: User) -> None:
    client = client_of(owner)
    made = client.post(f"{URL}?expand=user&fields=id,user", {"title": "A"}).json()
    assert made["user"]["id"] == owner.pk
    changed = client.patch(f"{URL}{made['id']}/?expand=user&fields=user", {"title": "B"}).json()
    assert list(changed) == ["user"] and changed["user"]["id"] == owner.pk
    bulk = client.patch(f"{URL}?expand=organization&fields=organization", [{"id": made["id"], "title": "C"}]).json()
    assert bulk[0]["organization"]["name"] == "Newsroom"


def test_what_strangers_read_may_be_kept_and_nothing_else(owner: User, anonymous: Any) -> None:
    document = make_document(owner, access="public")
    address = f"{URL}{document.pk}/"
    stranger, known = client_of(anonymous).get(address), client_of(owner).get(address)
    assert stranger["Cache-Control"] == "public, max-age=300"
    assert known["Cache-Control"] == "private, no-cache"
    for response in (stranger, known):
        assert {"Accept", "Cookie", "Authorization"} <= {name.strip() for name in response["Vary"].split(",")}
    assert client_of(anonymous).get(URL)["Cache-Control"] == "no-cache"
    assert client_of(anonymous).get(f"{URL}0/")["Cache-Control"] == "no-cache"
    assert client_of(owner).patch(address, {"title": "B"})["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["documents.json", "documents/?format=json", "documents/{pk}.json", "documents/{pk}/errors.json"]
)
def test_the_format_may_be_named(owner: User, path: str) -> None:
    document = make_document(owner)
    assert client_of(owner).get(f"/api/{path.format(pk=document.pk)}").status_code == 200


def test_what_is_not_there_is_said_in_one_form(owner: User) -> None:
    for pk in ("0", "1" + "0" * 30):
        response = client_of(owner).get(f"{URL}{pk}/")
        assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def test_methods_that_do_not_exist_are_405(owner: User) -> None:
    document = make_document(owner)
    response = client_of(owner).get(f"{URL}{document.pk}/process/")
    assert (response.status_code, response["Allow"]) == (405, "POST, DELETE, OPTIONS")
    assert client_of(owner).head(f"{URL}{document.pk}/").status_code == 200


def test_lists_cost_the_same_however_long(owner: User, viewer: User, django_assert_num_queries: Any) -> None:
    for _ in range(10):
        share(make_document(owner, access="public"), (viewer, Access.VIEW))
    client = client_of(viewer)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(ids(client.get(URL))) == 10
    with django_assert_num_queries(EXPANDED_QUERIES):
        client.get(URL, {"expand": "~all,user.organization"})
