"""Creating documents: one or many, with every rule for what may be said."""

from typing import Any

import pytest

from documents.models import Document
from organizations.models import Event, Plan, User
from projects.models import Access, Collaborator, ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_project

URL = "/api/documents/"
KEYS = (
    "id access admin_noindex asset_url canonical_url created_at data description edit_access file_hash noindex "
    "language organization original_extension page_count page_spec presigned_url projects publish_at published_url "
    "related_article revision_control slug source status title updated_at user"
).split()


def create(user: User, body: Any, **headers: Any) -> Any:
    return client_of(user).post(URL, body, **headers)


def test_a_new_document_has_every_field_in_the_order_of_the_contract(owner: User) -> None:
    response = create(owner, {"title": "Budget 2024"})
    assert response.status_code == 201
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert list(body) == KEYS
    assert body["presigned_url"].startswith("http")
    assert body["created_at"].endswith("Z") and "." in body["created_at"]
    expected = {
        "access": "private",
        "data": {},
        "edit_access": True,
        "language": "eng",
        "organization": owner.organization_id,
        "original_extension": "pdf",
        "page_count": 0,
        "projects": [],
        "publish_at": None,
        "slug": "budget-2024",
        "status": "nofile",
        "title": "Budget 2024",
        "user": owner.pk,
        "asset_url": "http://127.0.0.1:8000/files/",
        "canonical_url": f"http://127.0.0.1:8000/documents/{body['id']}-budget-2024/",
    }
    assert body | expected == body
    assert Event.objects.filter(kind="document.created", target_id=body["id"], actor_id=owner.pk).exists()


def test_every_writable_field_is_kept(owner: User) -> None:
    said = {
        "access": "organization",
        "data": {"_tag": ["budget", "2024"], "single": "one"},
        "description": "All of it.",
        "language": "deu",
        "noindex": True,
        "original_extension": "docx",
        "publish_at": "2031-01-02T03:04:05Z",
        "published_url": "https://example.org/a",
        "related_article": "https://example.org/b",
        "source": "Town hall",
        "title": "  Haushalt, geprüft  ",
    }
    body = create(owner, said).json()
    kept = {"data": {"_tag": ["budget", "2024"], "single": ["one"]}, "publish_at": "2031-01-02T03:04:05.000000Z"}
    assert body | said | kept == body
    assert body["slug"] == "haushalt-gepruft"


def test_what_is_read_only_or_unknown_is_ignored(owner: User, outsider: User) -> None:
    said = {"title": "A", "id": 1, "page_count": 9, "status": "success", "user": outsider.pk, "slug": "b", "x": 1}
    response = create(owner, said)
    assert response.status_code == 201
    body = response.json()
    assert (body["page_count"], body["status"], body["user"], body["slug"]) == (0, "nofile", owner.pk, "a")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "title"),
    ({"title": ""}, "title"),
    ({"title": " \t"}, "title"),
    ({"title": "x" * 1001}, "title"),
    ({"title": "a\x00b"}, "title"),
    ({"title": None}, "title"),
    ({"access": "invisible"}, "access"),
    ({"access": 1}, "access"),
    ({"access": ""}, "access"),
    ({"language": "xxx"}, "language"),
    ({"language": ""}, "language"),
    ({"original_extension": ".docx"}, "original_extension"),
    ({"original_extension": "PDF"}, "original_extension"),
    ({"description": "x" * 4001}, "description"),
    ({"source": "x" * 1001}, "source"),
    ({"publish_at": "tomorrow"}, "publish_at"),
    ({"published_url": "no address"}, "published_url"),
    ({"related_article": "https://e.org/" + "x" * 1024}, "related_article"),
    ({"noindex": "maybe"}, "noindex"),
    ({"noindex": None}, "noindex"),
    ({"revision_control": True}, "revision_control"),
    ({"data": []}, "data"),
    ({"data": "text"}, "data"),
    ({"data": None}, "data"),
    ({"data": {"a b": ["x"]}}, "data"),
    ({"data": {"": ["x"]}}, "data"),
    ({"data": {"k" * 51: ["x"]}}, "data"),
    ({"data": {"k\n": ["x"]}}, "data"),
    ({"data": {"k": ["x" * 301]}}, "data"),
    ({"data": {"k": [1]}}, "data"),
    ({"data": {"k": {"a": "b"}}}, "data"),
    ({"data": {"k": ["a\x00b"]}}, "data"),
    ({"projects": [0]}, "projects"),
    ({"projects": 5}, "projects"),
    ({"projects": ["x"]}, "projects"),
    ({"projects": [10**30]}, "projects"),
    ({"file_url": "ftp://example.org/a.pdf"}, "file_url"),
    ({"pages": [{"page_number": 0, "text": "x"}]}, "pages"),
    ({"force_ocr": True}, "non_field_errors"),
    ({"ocr_engine": "tess4"}, "non_field_errors"),
    ({"ocr_engine": "gpt"}, "ocr_engine"),
]


@pytest.mark.parametrize(("said", "key"), REFUSED, ids=[f"{key}-{i}" for i, (_, key) in enumerate(REFUSED)])
def test_what_cannot_be_is_refused_by_field(owner: User, said: dict[str, Any], key: str) -> None:
    response = create(owner, {"title": "A"} | said if said else {})
    assert response.status_code == 400
    assert list(response.json()) == [key]
    assert isinstance(response.json()[key], list | dict)
    assert not Document.objects.exists()


def test_harmless_forms_of_the_write_only_keys_pass(owner: User) -> None:
    said = {"title": "A", "file_url": "", "force_ocr": False, "delayed_index": True, "projects": []}
    response = create(owner, said)
    assert response.status_code == 201
    assert not set(response.json()) & {"file_url", "force_ocr", "ocr_engine", "delayed_index", "pages"}


def test_values_of_data_are_trimmed_and_may_be_empty(owner: User) -> None:
    body = create(owner, {"title": "A", "data": {"k": [" " + "x" * 300 + " ", ""], "empty": []}}).json()
    assert body["data"] == {"k": ["x" * 300, ""], "empty": []}


def test_a_new_document_goes_into_projects_where_its_owner_may_add(owner: User, editor: User, viewer: User) -> None:
    project = make_project(viewer)
    Collaborator.objects.create(project=project, user=owner, access=Access.EDIT)
    body = create(owner, {"title": "A", "projects": [project.pk, project.pk]}).json()
    assert body["projects"] == [project.pk]
    assert ProjectDocument.objects.get(project=project).edit_access
    Collaborator.objects.create(project=project, user=editor, access=Access.VIEW)
    refused = create(editor, {"title": "A", "projects": [project.pk]})
    assert refused.json() == {"projects": [f'Invalid pk "{project.pk}" - object does not exist.']}


def test_revision_control_needs_a_professional_plan(owner: User) -> None:
    assert owner.organization is not None
    owner.organization.plan = Plan.objects.create(name="Professional", feature_level=1)
    owner.organization.save()
    assert create(owner, {"title": "A", "revision_control": True}).json()["revision_control"] is True


def test_many_are_created_in_their_order(owner: User) -> None:
    titles = [f"Paper {n}" for n in (3, 1, 2)]
    response = create(owner, [{"title": title} for title in titles])
    assert response.status_code == 201
    assert [body["title"] for body in response.json()] == titles
    urls = {body["presigned_url"] for body in response.json()}
    assert len(urls) == 3


def test_an_empty_list_creates_nothing(owner: User) -> None:
    response = create(owner, [])
    assert (response.status_code, response.json()) == (201, [])


def test_one_wrong_item_refuses_all(owner: User) -> None:
    response = create(owner, [{"title": "A"}, {"access": "no"}, 7])
    assert response.status_code == 400
    first, second, third = response.json()
    assert first == {} and set(second) == {"title", "access"} and set(third) == {"non_field_errors"}
    assert not Document.objects.exists()


@pytest.mark.parametrize("body", [[{"title": "A"}] * 26, "text", 7, True])
def test_too_many_or_no_object_is_refused_as_a_whole(owner: User, body: Any) -> None:
    response = create(owner, body)
    assert response.status_code == 400
    assert list(response.json()) == ["non_field_errors"]


def test_strangers_may_not_upload(anonymous: Any, db: None) -> None:
    response = create(anonymous, {"title": "A"})
    assert response.status_code == 403
    assert response.json() == {"detail": "Authentication credentials were not provided."}


def test_a_site_may_ask_for_a_verified_organization(settings: Any, owner: User, outsider: User) -> None:
    settings.UPLOAD_NEEDS_VERIFIED = True
    assert create(owner, {"title": "A"}).status_code == 201
    assert create(outsider, {"title": "A"}).status_code == 403


def test_only_json_and_multipart_are_read(owner: User) -> None:
    client = client_of(owner)
    assert client.post(URL, {"title": "A", "data": '{"k": "v"}'}, format="multipart").json()["data"] == {"k": ["v"]}
    form = client.post(URL, "title=A", content_type="application/x-www-form-urlencoded")
    assert form.status_code == 415
    assert client.post(URL, "{", content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "raw",
    [
        b'{"title": "\\ud800"}',
        b'{"title": "A", "access": "\\uD800"}',
        b'{"title": "\xff"}',
        b'{"title": "A", "data": NaN}',
        b"[" * 100_000,
        b'{"title": ' + b"9" * 5000 + b"}",
    ],
)
def test_json_that_cannot_be_stored_is_refused(owner: User, raw: bytes) -> None:
    response = client_of(owner).post(URL, raw, content_type="application/json")
    assert response.status_code == 400
    assert list(response.json()) == ["detail"]


def test_the_same_request_with_a_key_creates_once(owner: User) -> None:
    first = create(owner, {"title": "A"}, HTTP_IDEMPOTENCY_KEY="k1")
    again = create(owner, {"title": "A"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert first.json()["id"] == again.json()["id"]
    assert again.status_code == 201
    assert create(owner, {"title": "B"}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 422
    assert Document.objects.count() == 1
    client_of(owner).delete(f"{URL}{first.json()['id']}/")
    assert create(owner, {"title": "A"}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 404


def test_many_are_created_with_few_queries(owner: User, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(200):
        create(owner, [{"title": f"Paper {n}"} for n in range(25)])
