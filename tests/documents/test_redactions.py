"""Redactions through the API: what lies under a box is nowhere any more, whatever the file was made of."""

import json
import os
import random
from typing import Any

import pytest

from docplatform.lib import storage
from documents import paths
from documents.choices import Status
from documents.models import Document, DocumentError, Entity, Job, Mention, Note, Page, Revision, Section, Version
from documents.pipeline import doomed, sandbox
from documents.pipeline.steps.prove import failed
from organizations.models import Event, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents import secrets, uploads
from tests.documents.factories import make_document, make_job, share
from tests.documents.processing import drain, process_file
from tests.documents.redacting import box_of, redact, words

FULL = os.environ.get("SOAK", "") not in ("", "0")
SEED = int(os.environ.get("SOAK_SEED") or 11)
RUNS = 100 if FULL else 3
BOX = {"page_number": 0, "x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2}


def finish(document: Document) -> None:
    """Do the work and what the commit starts, which never comes in a test's transaction."""
    drain()
    doomed.carry_out_all()
    document.refresh_from_db()


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.usefixtures("own_storage")
@pytest.mark.parametrize("seed", range(SEED, SEED + RUNS))
def test_a_redacted_word_is_nowhere(owner: User, seed: int) -> None:
    dice = random.Random(seed)
    secret = secrets.word(dice)
    document = process_file(owner, secrets.pdf(dice, secret), revision_control=True)
    assert {"documents_pagetext", "documents_searchdoc"} <= set(secrets.places(secret))
    spec, count, sha1 = document.page_spec, document.page_count, document.file_hash
    assert document.version
    other = document.version.entries.get(number=1).page
    has_hidden_text = secret.lower() in other.text.body.lower()
    assert redact(owner, document, [box_of(document, secret)]).status_code == 201
    finish(document)
    assert document.status == Status.SUCCESS, list(DocumentError.objects.values_list("message", flat=True))
    assert list(secrets.places(secret)) == []
    assert (document.page_spec, document.page_count) == (spec, count) and document.file_hash != sha1
    kept = document.version.entries.get(number=1).page
    assert (kept.pk != other.pk) is has_hidden_text and "harbour" in kept.text.body.lower()
    proof = Event.objects.get(kind="document.redacted").data["proof"]
    assert len(words(document, 0)) > 20
    assert proof["pages"] == proof["boxes"] == 1 and proof["pixels"] > 1000 and proof["objects"] > 5


@pytest.fixture
def document(owner: User) -> Document:
    return make_document(owner, pages=["The mayor", "The council"])


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "non_field_errors"),
        ([], "non_field_errors"),
        ([BOX] * 2001, "non_field_errors"),
        ([BOX, BOX | {"page_number": 2}], "page_number"),
        ([BOX, BOX | {"page_number": -1}], "page_number"),
        ([BOX, BOX | {"x1": 0.2}], "x1"),
        ([BOX, BOX | {"y1": 0.3}], "y1"),
        ([BOX, BOX | {"x2": 1.1}], "x2"),
        ([BOX, BOX | {"x2": "nan"}], "x2"),
        ([BOX, {"page_number": 0}], "x1"),
        ([BOX, 7], "non_field_errors"),
    ],
)
def test_what_is_no_list_of_boxes_is_refused_item_by_item(
    owner: User, document: Document, body: Any, where: str
) -> None:
    response = redact(owner, document, body)
    assert response.status_code == 400
    errors = response.json()
    if isinstance(errors, list):
        assert errors[0] == {}
        errors = errors[1]
    assert where in errors and not Job.objects.exists()


def test_who_may_redact(
    owner: User, colleague: User, viewer: User, editor: User, outsider: User, anonymous: Any, document: Document
) -> None:
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    for person, status in ((outsider, 404), (colleague, 404), (anonymous, 404), (viewer, 403), (editor, 201)):
        assert redact(person, document, [BOX]).status_code == status, person
    make_document(owner)
    assert redact(anonymous, make_document(owner, access="public"), [BOX]).status_code == 403


def test_the_order_of_the_checks(owner: User, viewer: User, document: Document) -> None:
    share(document, (viewer, Access.VIEW))
    make_job(document)
    Document.objects.filter(pk=document.pk).update(status=Status.PENDING)
    assert redact(viewer, document, []).status_code == 403
    assert "non_field_errors" in redact(owner, document, []).json()
    response = redact(owner, document, [BOX])
    assert (response.status_code, list(response.json())) == (400, ["error", "code"])


def test_the_answer_echoes_the_boxes_and_hides_the_document_until_it_is_proven(
    owner: User, anonymous: Any, document: Document
) -> None:
    Document.objects.filter(pk=document.pk).update(access="public")
    response = redact(owner, document, [BOX, BOX | {"page_number": 1}])
    assert response.status_code == 201
    assert [{key: item[key] for key in BOX} for item in response.json()] == [BOX, BOX | {"page_number": 1}]
    document.refresh_from_db()
    assert document.status == Status.PENDING
    assert client_of(anonymous).get(f"/api/documents/{document.pk}/").status_code == 404
    assert redact(owner, document, [BOX]).status_code == 400


def place_words(document: Document, *texts: str) -> None:
    """The words of the first page, all under BOX."""
    page = document.version.entries.get(number=0).page  # type: ignore[union-attr]
    rows = [{"text": text, "x1": 0.12, "x2": 0.18, "y1": 0.12, "y2": 0.14} for text in texts]
    storage.backend().put(paths.page_boxes(page.words), json.dumps(rows).encode())  # type: ignore[arg-type]


def test_where_else_the_removed_words_stand(owner: User, colleague: User, outsider: User, document: Document) -> None:
    place_words(document, "Smith,", "the", "Ab", "北京市")
    Document.objects.filter(pk=document.pk).update(
        title="The SMITH papers",
        description="about 北京市政府",
        data={"who": ["smith"], "the": ["ab"]},
        original_hash="a",
    )
    values: dict[str, Any] = {"document": document, "organization": owner.organization, "page_number": 0}
    mine = Note.objects.create(**values, user=owner, title="Smith")
    Note.objects.create(**values, user=colleague, title="Smith")
    under = Note.objects.create(**values, user=owner, title="Look", x1=0.15, x2=0.3, y1=0.15, y2=0.3)
    section = Section.objects.create(document=document, page_number=0, title="Smith")
    Section.objects.create(document=document, page_number=1, title="Blacksmith")
    said = Entity.objects.create(name="Somebody", user=owner)
    for entity, content in (
        (said, "Mr Smith"),
        (Entity.objects.create(name="Ada", user=owner), "Ada"),
        (Entity.objects.create(name="Smith", user=colleague), ""),
    ):
        Mention.objects.create(document=document, entity=entity, occurrences=[{"content": content}])
    twin = make_document(owner, original_hash="a")
    for access in ("private", "public"):  # whose original nobody else may have, or know
        make_document(outsider, original_hash="a", access=access)
    [item] = redact(owner, document, [BOX]).json()
    assert item["found_in"] == {
        "fields": ["title", "description"],
        "data": ["who"],
        "notes": [mine.pk],
        "notes_under": [under.pk],
        "sections": [section.pk],
        "entities": [said.pk],
        "documents": [twin.pk],
    }


@pytest.mark.slow
def test_a_redaction_removes_the_original_and_earlier_states(owner: User) -> None:
    others = secrets.keys()
    document = process_file(owner, uploads.born_digital(5, 2), revision_control=True)
    first, old = document.version, secrets.keys() - others
    target = words(document, 1)[3]
    body = [{"page_number": 1, **{side: target[side] for side in ("x1", "x2", "y1", "y2")}}]
    redact(owner, document, body)
    finish(document)
    kept = {key for page in Page.objects.all() for key in paths.page_artefacts(page.images, page.words)}
    assert secrets.keys() & old <= kept
    assert not Version.objects.filter(pk=first.pk).exists()  # type: ignore[union-attr]
    assert list(Revision.objects.order_by("number").values_list("comment", "version")) == [
        ("Initial", None),
        ("Redacting", document.version_id),
    ]
    assert len(words(document, 1)) > 100
    original = storage.backend().read(paths.original(document.pk, document.original_hash))
    assert original == storage.backend().read(document.version.pdf_key)  # type: ignore[union-attr]
    assert client_of(owner).post(f"/api/documents/{document.pk}/process/", {}).status_code == 200
    finish(document)
    assert document.status == Status.SUCCESS


@pytest.mark.slow
def test_a_copy_is_redacted_and_the_source_stays(owner: User) -> None:
    source = process_file(owner, uploads.born_digital(6, 2), title="Papers")
    before = secrets.keys()
    target = words(source, 0)[0]
    body = [{"page_number": 0, **{side: target[side] for side in ("x1", "x2", "y1", "y2")}}]
    Document.objects.filter(pk=source.pk).update(description=f"About {target['text']}", data={"a": ["b"]})
    [item] = redact(owner, source, body, "?as_copy=true").json()
    copy = Document.objects.get(pk=item["document"])
    finish(copy)
    source.refresh_from_db()
    assert (copy.title, copy.description, copy.data, copy.access) == ("Papers (redacted)", "", {"a": ["b"]}, "private")
    assert (copy.status, copy.page_count, source.status) == ("success", 2, "success")
    assert before <= secrets.keys()
    assert copy.version.entries.get(number=1).page_id == source.version.entries.get(number=1).page_id  # type: ignore[union-attr]
    assert copy.version.entries.get(number=0).page_id != source.version.entries.get(number=0).page_id  # type: ignore[union-attr]


@pytest.mark.slow
def test_without_proof_nothing_changes_and_nobody_reads_it(
    owner: User, anonymous: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = process_file(owner, uploads.born_digital(7, 1), access="public")
    version, real = document.version_id, sandbox.run

    def unproven(kind: str, work: Any, **options: Any) -> Any:
        if kind == "prove":
            raise failed("something shows through a box on page 1")
        return real(kind, work, **options)

    monkeypatch.setattr(sandbox, "run", unproven)
    redact(owner, document, [BOX])
    finish(document)
    assert (document.status, document.version_id) == (Status.ERROR, version)
    assert DocumentError.objects.get().code == "not_proven"
    assert client_of(anonymous).get(f"/api/documents/{document.pk}/").status_code == 404
