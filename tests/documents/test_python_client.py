"""Every method of the python-documentcloud client works against this server, unchanged, with fake steps where work is
done. What real steps give the client is in test_python_client_journey.py."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from documentcloud import DocumentCloud
from documentcloud.addon import SoftTimeOutAddOn
from documentcloud.documents import IMAGE_SIZES, Document
from documentcloud.exceptions import APIError, CredentialsFailedError, DoesNotExistError, DuplicateObjectError

from docplatform.lib import storage
from documents import models
from documents.models import Job, Note
from organizations.models import Membership, Organization, User
from projects.models import Access, Collaborator
from tests.conftest import person
from tests.documents import client_methods
from tests.documents.factories import make_document, make_project
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

METHODS = {
    "test_signing_in_asking_and_being_refused": """
        DocumentCloud: request raise_for_status requests_retry_session user_id""",
    "test_files_are_uploaded_and_processed": """
        DocumentCloud: request raise_for_status
        DocumentClient: upload get
        Document: process put save get_errors""",
    "test_a_folder_is_uploaded_and_files_meet_their_documents": """
        DocumentClient: upload_directory""",
    "test_every_file_of_a_document_is_read": """
        DocumentClient: asset_get get
        Document: get_errors get_full_text_url get_image_url get_image_url_list get_json_text_url
            get_page_position_json_url get_page_text_url get_pdf_url""",
    "test_documents_are_read_changed_and_deleted": """
        DocumentClient: all delete get list
        Document: contributor contributor_organization contributor_organization_slug delete mentions organization pages
            put save user""",
    "test_lists_and_hits_are_paged_and_searches_resumed": """
        DocumentClient: list search
        Document: mentions
        APIResults: __getitem__ __iter__ next previous""",
    "test_notes_and_sections_are_written_changed_and_deleted": """
        AnnotationClient: __getitem__ __iter__ all create delete get list
        Annotation: delete description location page put save
        SectionClient: __getitem__ __iter__ all create delete get list
        Section: delete page put save""",
    "test_projects_are_made_filled_and_emptied": """
        ProjectClient: all create delete get get_by_id get_by_title get_or_create_by_title list
        Project: add_documents clear_documents delete document_ids document_list documents get_document put save
        APISet: add append extend""",
    "test_people_and_organizations_are_read_and_only_ones_own_organization_changed": """
        UserClient: all delete get list
        User: delete put save
        OrganizationClient: all delete get list
        Organization: delete put save""",
}
"""Which test uses which methods: each notes what it calls, and all that the client offers stands here."""


def methods(table: str) -> set[str]:
    """`Class: name name …`, over any number of lines, as `Class.name`."""
    named: set[str] = set()
    kind = ""
    for word in table.split():
        if word.endswith(":"):
            kind = word
        else:
            named.add(f"{kind[:-1]}.{word}")
    return named


def test_every_method_has_its_row() -> None:
    assert set().union(*map(methods, METHODS.values())) == client_methods.offered()
    assert set(METHODS) <= set(globals())


@pytest.fixture(autouse=True)
def calls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test calls what its row says."""
    called = client_methods.record(monkeypatch)
    yield
    assert methods(METHODS.get(request.node.originalname, "")) - called == set()


@pytest.fixture
def ada(python_client: DocumentCloud) -> User:
    return User.objects.get(username="ada")


def is_refused(call: Callable[[], object], status: int) -> bool:
    with pytest.raises(APIError) as refusal:
        call()
    return bool(refusal.value.response.status_code == status)


def test_signing_in_asking_and_being_refused(python_client: DocumentCloud, ada: User) -> None:
    address = python_client.base_uri
    assert python_client.user_id == ada.pk
    for verb in ("get", "head", "options"):
        assert getattr(python_client, verb)("documents/").status_code == 200
    assert python_client.patch("users/me/", json={}).json()["username"] == "ada"
    session = python_client.requests_retry_session()
    assert session.get(f"{address}users/me/").status_code == 403
    python_client.session.headers["Authorization"] = "Bearer worn.out.token"
    assert python_client.users.get("me").id == ada.pk  # refused once, and signed in again
    python_client.refresh_token = python_client.access_token = "worn.out.token"
    assert python_client.users.get("me").id == ada.pk
    with pytest.raises(CredentialsFailedError):
        DocumentCloud(username="ada", password="wrong", base_uri=address, auth_uri=address)
    stranger = DocumentCloud(base_uri=address, auth_uri=address, rate_limit=False)
    assert list(stranger.documents.search("budget")) == [] and list(stranger.documents.list()) == []
    assert is_refused(lambda: stranger.documents.upload("https://example.org/a.pdf"), 403)


def test_files_are_uploaded_and_processed(
    python_client: DocumentCloud, ada: User, steps: FakeSteps, tmp_path: Path
) -> None:
    project, upload = make_project(ada), python_client.documents.upload
    (tmp_path / "Budget 2024.pdf").write_bytes(b"3 1")
    uploaded = upload(str(tmp_path / "Budget 2024.pdf"), source="Town hall", data={"_tag": ["x"]}, project=project.pk)
    assert (uploaded.title, uploaded.source, uploaded.projects) == ("Budget 2024", "Town hall", [project.pk])
    assert models.Document.objects.get(pk=uploaded.id).status == "pending"
    assert storage.backend().read(Job.objects.get(document=uploaded.id).upload_key) == b"3 1"
    assert is_refused(uploaded.put, 400)  # it is being processed, and a PUT always speaks of access
    held = io.BytesIO(b"1 0")
    held.name = "Held.pdf"
    with (tmp_path / "Budget 2024.pdf").open("rb") as opened:
        ids = [upload(held, force_ocr=True).id, upload(opened, title="Opened", ocr_engine="tess4").id]
    drain()
    for pk, pages in ((uploaded.id, 3), (ids[0], 1), (ids[1], 3)):
        document = python_client.documents.get(pk)
        assert (document.status, document.page_count, document.get_errors()) == ("success", pages, [])
    document.process(force_ocr=True)
    assert is_refused(document.process, 400)
    drain()
    fetched = upload("https://example.org/reports/Annual.pdf", access="private")
    assert (fetched.title, fetched.status) == ("Annual", "nofile")
    assert Job.objects.get(document=fetched.id).state == "active"


def test_a_folder_is_uploaded_and_files_meet_their_documents(python_client: DocumentCloud, tmp_path: Path) -> None:
    contents = {"b.pdf": b"%PDF-1.4 b", "a.pdf": b"%PDF-1.4 a", "B a.pdf": b"%PDF-1.4 Ba"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    made = python_client.documents.upload_directory(str(tmp_path))
    found = {f"{d.title}.pdf": storage.backend().read(d.upload_key) for d in models.Document.objects.all()}
    assert found == contents
    assert sorted(document.title for document in made) == ["B a", "a", "b"]


@pytest.mark.parametrize("access", ["private", "public"])
def test_every_file_of_a_document_is_read(
    python_client: DocumentCloud, ada: User, steps: FakeSteps, settings: Any, access: str
) -> None:
    settings.PUBLIC_ASSET_URL = settings.PUBLIC_ASSET_URL.replace("localhost", "127.0.0.1")  # a host of its own
    document = python_client.documents.get(process_file(ada, b"2 0", access=access).pk)
    assert ("127.0.0.1" in document.asset_url) == (access == "public")
    plain = set(dir(type(document))) | set(document.__dict__)
    made = [name for name in Document.__dir__(document) if name not in plain]
    assert len(made) > 6 * len(IMAGE_SIZES)
    for name in made:
        got = getattr(document, name)
        value = got() if callable(got) else got
        if name.endswith("url_list"):
            assert len(value) == 2 and value[1].startswith(f"{document.asset_url}documents/{document.id}/pages/")
        elif name.endswith("url"):
            assert value.startswith(f"{document.asset_url}documents/{document.id}/")
        elif name == "errors":
            assert value == []
        else:
            assert value == content(name.removeprefix("get_"), value), name
    assert document.get_page_text(2) == "text 1"
    assert document.get_large_image(2).endswith(b"1 large")
    if access == "private":
        assert python_client.documents.asset_get(document.get_pdf_url()).status_code == 404  # whoever asks is nobody


def content(name: str, value: Any) -> Any:
    """What the fake steps put into a file."""
    if name == "json_text":
        assert [page["contents"] for page in value["pages"]] == ["text 0", "text 1"]
    elif name == "page_position_json":
        assert [word["text"] for word in value] == ["text 0"]
    elif name == "pdf":
        assert b"2 0" in value
    elif name in ("full_text", "page_text"):
        return "text 0\n\ntext 1" if name == "full_text" else "text 0"
    else:
        size = name.removesuffix("image").removesuffix("_") or "normal"
        assert value.startswith(b"GIF") and value.endswith(b"0 2000" if size == "xlarge" else f"0 {size}".encode())
    return value


def test_documents_are_read_changed_and_deleted(python_client: DocumentCloud, ada: User) -> None:
    made = make_document(ada, description="Old", data={"_tag": ["budget"]}, pages=["one"])
    document = python_client.documents.get(f"{made.pk}-budget-2024")
    assert (document.title, document.page_count, document.pages, document.mentions) == ("Budget 2024", 1, 1, [])
    assert (document.user.username, document.contributor) == ("ada", ada.name)
    own = ada.organization
    assert (document.contributor_organization, document.contributor_organization_slug) == (own.name, own.slug)
    assert document.organization.id == own.pk
    document.title, document.data = "Haushalt", {"_tag": ["geld"]}
    document.put()
    again = python_client.documents.get(made.pk, expand=["user", "organization"])
    assert (again.title, again.description, again.data) == ("Haushalt", "Old", {"_tag": ["geld"]})
    assert (again.user.username, again.organization.id) == ("ada", own.pk)
    other = make_document(ada)
    assert [listed.id for listed in python_client.documents.list(id__in=[other.pk, made.pk])] == [made.pk, other.pk]
    assert [listed.id for listed in python_client.documents.all(user=ada.pk, page_count=1)] == [made.pk]
    document.delete()
    python_client.documents.delete(other.pk)
    for pk in (made.pk, other.pk):
        with pytest.raises(DoesNotExistError):
            python_client.documents.get(pk)


def test_lists_and_hits_are_paged_and_searches_resumed(
    python_client: DocumentCloud, ada: User, steps: FakeSteps
) -> None:
    ids = [process_file(ada, b"2 0", title=f"Minutes {number}").pk for number in range(5)]
    for version in ("1.0", "2.0"):
        listed = python_client.documents.list(per_page=2, version=version)
        assert ([row.id for row in listed], listed[4].id) == (ids, ids[4])
        assert [row.id for row in listed.next.previous.results] == ids[:2]
        with pytest.raises(IndexError):
            listed[5]
        hits = python_client.documents.search("text", mentions=True, per_page=2, version=version, sort="id")
        assert ([int(hit.id) for hit in hits], hits.count) == (ids, 5)
        assert [(row.page, row.text) for row in hits[3].mentions] == [
            ("1", "<em>text</em> 0"),
            ("2", "<em>text</em> 1"),
        ]
    unmarked = python_client.documents.search("minutes")
    assert all(hit.mentions == [] for hit in unmarked)
    resumed = SoftTimeOutAddOn.__new__(SoftTimeOutAddOn)  # it reads its command line, which is not ours
    resumed.client, resumed.documents, resumed._start = python_client, None, time.time()
    resumed.query, resumed.data = "minutes", {"_id_start": ids[2]}
    assert [int(hit.id) for hit in resumed.get_documents()] == ids[2:]


def test_notes_and_sections_are_written_changed_and_deleted(python_client: DocumentCloud, ada: User) -> None:
    document = python_client.documents.get(make_document(ada, pages=["one", "two"]).pk)
    notes, sections, box = document.annotations, document.sections, {"x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4}
    placed, whole = notes.create("Look", 1, "<b>here</b>", **box), notes.create("Page", 0)
    assert (placed.location.top, placed.description, placed.page, whole.x1) == (181, "<b>here</b>", 1, None)
    for note in (placed, whole):
        note.title = "Again"
        note.put()
    assert [note.title for note in notes.list()] == [note.title for note in notes.all()] == ["Again", "Again"]
    assert [note.id for note in notes] == [notes[0].id, notes[1].id] == [placed.id, whole.id]
    assert notes.get(placed.id).content == "<b>here</b>"
    begun, later = sections.create("Intro", 1), sections.create("Start", 0)
    assert is_refused(lambda: sections.create("Other", 1), 400)
    begun.title = "Introduction"
    begun.put()
    assert ([str(row) for row in sections], sections[1].page) == (["Introduction - p1", "Start - p0"], 0)
    assert [row.id for row in sections.list()] == [row.id for row in sections.all()] == [begun.id, later.id]
    assert sections.get(begun.id).title == "Introduction"
    expanded = python_client.documents.get(document.id, expand=["notes", "sections"])
    assert [note.title for note in expanded.notes] == ["Again", "Again"]
    assert [section.title for section in expanded.sections] == ["Introduction", "Start"]
    whole.delete()
    notes.delete(placed.id)
    begun.delete()
    sections.delete(later.id)
    assert list(sections.list()) == list(notes.list()) == [] and not Note.objects.exists()


def test_projects_are_made_filled_and_emptied(python_client: DocumentCloud, ada: User) -> None:
    documents = [make_document(ada, title=f"Page {number}") for number in range(30)]
    projects, first, second = python_client.projects, documents[0].pk, documents[1].pk
    made = projects.create("Town hall", document_ids=[first, second])
    assert (made.title, made.slug, made.private, made.pinned) == ("Town hall", "town-hall", True, True)
    assert Collaborator.objects.get(project=made.id).access == Access.ADMIN
    project = projects.get(title="Town hall")
    assert (project.id, sorted(project.document_ids)) == (made.id, [first, second])
    project.documents = [python_client.documents.get(second)]
    project.documents.append(python_client.documents.get(documents[2].pk))
    project.documents.add(python_client.documents.get(second))
    project.documents.extend(list(python_client.documents.list(id__in=[row.pk for row in documents[3:]], per_page=50)))
    with pytest.raises(DuplicateObjectError):
        project.documents.append(python_client.documents.get(second))
    project.description = "All that is said"
    project.put()
    again = projects.get(id=made.id)
    assert (again.description, sorted(again.document_ids)) == ("All that is said", [d.pk for d in documents[1:]])
    assert again.get_document(second).title == "Page 1"  # by an address that is moved to one with a slash
    for missing in (lambda: again.get_document(first), lambda: projects.get(title="Nothing")):
        with pytest.raises(DoesNotExistError):
            missing()
    again.add_documents([python_client.documents.get(first)])
    assert len(projects.get_by_id(made.id).document_list) == 30
    assert [projects.get_or_create_by_title(title)[1] for title in ("Town hall", "Schools")] == [False, True]
    other = projects.get_by_title("Schools")
    assert [listed.id for listed in projects.all()] == [row.id for row in projects.list()] == [made.id, other.id]
    again.clear_documents()
    assert not projects.get(id=made.id).document_list
    again.delete()
    projects.delete(other.id)
    assert not list(projects.all()) and models.Document.objects.count() == 30


def test_people_and_organizations_are_read_and_only_ones_own_organization_changed(
    python_client: DocumentCloud, ada: User
) -> None:
    newsroom = Organization.objects.create(name="Newsroom", slug="newsroom", verified=True)
    Membership.objects.create(user=ada, organization=newsroom)
    bob = person("bob", newsroom)
    users, organizations = python_client.users, python_client.organizations
    assert {str(row) for row in users.list()} == {str(row) for row in users.all()} == {"ada", "bob"}
    assert str(organizations.get(newsroom.pk)) == "Newsroom"
    for rows in (organizations.list(slug="newsroom"), organizations.all(id__in=str(newsroom.pk))):
        assert [row.id for row in rows] == [newsroom.pk]
    me, him = users.get(ada.pk), users.get(bob.pk, expand=["organization"])
    assert him.organization["name"] == "Newsroom"
    me.organization = newsroom.pk
    me.put()
    ada.refresh_from_db()
    assert ada.organization == newsroom
    him.organization = newsroom.pk
    assert is_refused(him.put, 403)
    for call in (him.delete, lambda: users.delete(bob.pk), organizations.get(newsroom.pk).put):
        assert is_refused(call, 405)
    for call in (organizations.get(newsroom.pk).delete, lambda: organizations.delete(newsroom.pk)):
        assert is_refused(call, 405)
