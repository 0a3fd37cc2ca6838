"""The python-documentcloud client signs in, uploads, lists, changes and deletes against this server, unchanged."""

from pathlib import Path

import pytest
from documentcloud import DocumentCloud
from documentcloud.exceptions import APIError, DoesNotExistError

from docplatform.lib import storage
from documents.models import Document, Job
from organizations.actions import people
from projects.models import Access, Collaborator, Project
from tests.documents.factories import make_document, make_project


def test_a_file_is_uploaded_and_its_processing_started(python_client: DocumentCloud, tmp_path: Path) -> None:
    path = tmp_path / "Budget 2024.pdf"
    path.write_bytes(b"%PDF-1.4 a budget")
    uploaded = python_client.documents.upload(
        str(path), access="private", source="Town hall", data={"_tag": ["budget"]}
    )
    assert (uploaded.title, uploaded.source) == ("Budget 2024", "Town hall")
    document = Document.objects.get(pk=uploaded.id)
    assert document.status == "pending"
    assert storage.backend().read(Job.objects.get(document=document).upload_key) == b"%PDF-1.4 a budget"
    with pytest.raises(APIError):
        uploaded.title = "New"
        uploaded.put()  # it is being processed, and a PUT always speaks of access


def test_a_folder_is_uploaded_and_files_meet_their_documents(python_client: DocumentCloud, tmp_path: Path) -> None:
    contents = {"b.pdf": b"%PDF-1.4 b", "a.pdf": b"%PDF-1.4 a", "B a.pdf": b"%PDF-1.4 Ba"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    python_client.documents.upload_directory(str(tmp_path))
    found = {f"{d.title}.pdf": storage.backend().read(d.upload_key) for d in Document.objects.all()}
    assert found == contents


def test_documents_are_read_changed_and_deleted(python_client: DocumentCloud) -> None:
    ada = people.User.objects.get(username="ada")
    made = make_document(ada, description="Old", data={"_tag": ["budget"]}, pages=["one"])
    assert python_client.user_id == ada.pk
    document = python_client.documents.get(made.pk)
    assert (document.title, document.page_count, document.pages) == ("Budget 2024", 1, 1)
    document.title, document.data = "Haushalt", {"_tag": ["geld"]}
    document.put()
    again = python_client.documents.get(made.pk, expand=["user", "organization"])
    assert (again.title, again.description, again.data) == ("Haushalt", "Old", {"_tag": ["geld"]})
    assert again.user.username == "ada"
    assert [listed.id for listed in python_client.documents.list(user=ada.pk)] == [made.pk]
    assert list(again.get_errors()) == []
    document.delete()
    with pytest.raises(DoesNotExistError):
        python_client.documents.get(made.pk)


def test_documents_go_into_projects_when_they_are_made(python_client: DocumentCloud, tmp_path: Path) -> None:
    ada = people.User.objects.get(username="ada")
    project: Project = make_project(ada)
    assert Collaborator.objects.get(project=project).access == Access.ADMIN
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4")
    assert python_client.documents.upload(str(path), project=project.pk).projects == [project.pk]


def test_projects_are_made_filled_and_emptied(python_client: DocumentCloud) -> None:
    ada = people.User.objects.get(username="ada")
    documents = [make_document(ada, title=f"Page {number}") for number in range(30)]
    first, second = documents[0].pk, documents[1].pk
    made = python_client.projects.create("Town hall", document_ids=[first, second])
    assert (made.title, made.slug, made.private, made.pinned) == ("Town hall", "town-hall", True, True)
    project = python_client.projects.get(title="Town hall")
    assert (project.id, sorted(project.document_ids)) == (made.id, [first, second])
    project.document_list = [python_client.documents.get(document.pk) for document in documents[1:]]
    project.description = "All that is said"
    project.put()
    again = python_client.projects.get(id=made.id)
    assert (again.description, sorted(again.document_ids)) == ("All that is said", [d.pk for d in documents[1:]])
    assert again.get_document(second).title == "Page 1"  # by an address that is moved to one with a slash
    with pytest.raises(DoesNotExistError):
        again.get_document(first)
    with pytest.raises(DoesNotExistError):
        python_client.projects.get(title="Nothing")
    assert [listed.id for listed in python_client.projects.all()] == [made.id]
    again.clear_documents()
    assert not python_client.projects.get(id=made.id).document_list
    again.delete()
    assert not list(python_client.projects.all()) and Document.objects.count() == 30


def test_notes_and_sections_are_written_changed_and_deleted(python_client: DocumentCloud) -> None:
    ada = people.User.objects.get(username="ada")
    document = python_client.documents.get(make_document(ada, pages=["one", "two"]).pk)
    box = {"x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4}
    placed, whole = document.annotations.create("Look", 1, "<b>here</b>", **box), document.annotations.create("Page", 0)
    assert (placed.location.top, placed.description, whole.x1) == (181, "<b>here</b>", None)
    for note in (placed, whole):
        note.title = "Again"
        note.put()
    assert [note.title for note in document.annotations.list()] == ["Again", "Again"]
    whole.delete()
    begun = document.sections.create("Intro", 1)
    with pytest.raises(APIError) as refusal:
        document.sections.create("Other", 1)
    assert "page_number" in str(refusal.value)
    expanded = python_client.documents.get(document.id, expand=["notes", "sections"])
    assert [note.title for note in expanded.notes] == ["Again"]
    assert [section.title for section in expanded.sections] == ["Intro"]
    begun.delete()
    assert list(document.sections.list()) == []
