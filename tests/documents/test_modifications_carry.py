"""What people wrote on pages that are moved, copied, turned, left out or imported; and what stays when that fails."""

from typing import Any

import pytest

from docplatform.lib import storage
from documents import permissions
from documents.models import Document, DocumentError, Note, RedactionDraft, Section, Version
from documents.pipeline import sandbox
from organizations.models import User
from projects.models import Access
from tests.documents.factories import make_document, share
from tests.documents.modifying import BOX, TURNS, modify, note, notes, rows, section, sections, send
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

# --- what people wrote


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ([{"page": "0-2"}], [(1, "Look", 0.1, 0.3, 0.2, 0.6)]),
        ([{"page": "2,1,0"}, {"page": "1"}], [(1, "Look", 0.1, 0.3, 0.2, 0.6), (3, "Look", 0.1, 0.3, 0.2, 0.6)]),
        ([{"page": "2"}], [(0, "Look", None, None, None, None)]),
        ([{"page": "1", "modifications": TURNS["cc"]}], [(0, "Look", 0.4, 0.8, 0.1, 0.3)]),
        ([{"page": "1", "modifications": TURNS["hw"]}], [(0, "Look", 0.7, 0.9, 0.4, 0.8)]),
        ([{"page": "1", "modifications": TURNS["ccw"]}], [(0, "Look", 0.2, 0.6, 0.7, 0.9)]),
        (
            [{"page": "0"}, {"page": "1"}, {"page": "1", "modifications": TURNS["hw"]}],
            [(1, "Look", 0.1, 0.3, 0.2, 0.6), (2, "Look", 0.7, 0.9, 0.4, 0.8)],
        ),
    ],
)
def test_notes_go_with_their_page(owner: User, steps: FakeSteps, body: Any, after: Any) -> None:
    document = process_file(owner, b"3 0")
    first = note(document, 1, owner, **BOX)
    modify(owner, document, body)
    assert [pytest.approx(one) for one in notes(document)] == after
    assert Note.objects.filter(pk=first.pk, document=document).exists()
    assert set(Note.objects.values_list("created_at", "updated_at")) == {(first.created_at, first.updated_at)}


def test_only_notes_that_the_person_may_see_are_copied(
    owner: User, colleague: User, outsider: User, steps: FakeSteps
) -> None:
    document = process_file(owner, b"1 0", access="organization")
    source = process_file(outsider, b"2 0", access="public")
    for author, access in [(outsider, "public"), (outsider, "private"), (outsider, "organization"), (owner, "private")]:
        note(source, 1, author, f"theirs, {access}" if author == outsider else "mine", access)
    note(source, 0, outsider, "elsewhere")
    note(document, 0, colleague, "a colleague's own", "private")
    modify(owner, document, [{"page": "1", "id": source.pk}, {"page": "0"}, {"page": "0"}])
    assert [one[:2] for one in notes(document)] == [(0, "theirs, public"), (0, "mine"), (1, "a colleague's own")]
    assert Note.objects.get(document=document, title="theirs, public").user == outsider
    assert Note.objects.filter(document=source).count() == 5


def test_sections_go_with_their_page(owner: User, steps: FakeSteps) -> None:
    document, source = process_file(owner, b"4 0"), process_file(owner, b"2 0")
    kept = [section(document, page, title) for page, title in enumerate(["a", "b", "c"])]
    section(source, 1, "imported")
    modify(owner, document, [{"page": "1,0,1,3"}, {"page": "0-1", "id": source.pk}])
    assert sections(document) == [(0, "b"), (1, "a"), (2, "b"), (5, "imported")]
    assert set(Section.objects.filter(document=document, pk__in=[kept[0].pk, kept[1].pk])) == set(kept[:2])
    assert sections(source) == [(1, "imported")]


def test_prepared_redactions_stay_on_their_words(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"3 0")
    for page in (0, 1):
        RedactionDraft.objects.create(document=document, user=owner, page_number=page, **BOX)
    modify(owner, document, [{"page": "2"}, {"page": "1", "modifications": TURNS["cc"]}, {"page": "1"}])
    drafts = RedactionDraft.objects.order_by("page_number").values_list("page_number", "x1", "x2", "y1", "y2")
    assert [pytest.approx(draft) for draft in drafts] == [(1, 0.4, 0.8, 0.1, 0.3), (2, 0.1, 0.3, 0.2, 0.6)]


def test_a_box_too_narrow_to_turn_becomes_a_note_on_the_page(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 0")
    note(document, 0, owner, x1=0.1, x2=0.2, y1=1e-20, y2=2e-20)
    modify(owner, document, [{"page": "0", "modifications": TURNS["hw"]}])
    assert notes(document) == [(0, "Look", None, None, None, None)]


def test_who_sees_a_note(
    anonymous: Any, owner: User, colleague: User, viewer: User, editor: User, outsider: User
) -> None:
    document = make_document(owner, access="private")
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    public = make_document(owner, access="public")
    for where in (document, public):
        for access in ("public", "organization", "private"):
            note(where, 0, viewer, access[:3], access)

    def seen(user: Any, where: Document) -> str:
        found = Note.objects.filter(permissions.view_notes(user), document=where).order_by("pk")
        return " ".join(found.values_list("title", flat=True))

    assert [seen(user, document) for user in (owner, editor, viewer)] == ["pub org", "pub org", "pub org pri"]
    assert [seen(user, document) for user in (anonymous, outsider, colleague)] == ["", "", ""]
    assert [seen(user, public) for user in (anonymous, outsider)] == ["pub", "pub"]
    assert [seen(user, public) for user in (colleague, viewer)] == ["pub org", "pub org pri"]


# --- when it goes wrong


@pytest.mark.parametrize("kind", ["modify", "pages", "finalize"])
def test_a_program_that_dies_leaves_the_old_version_with_its_notes(owner: User, steps: FakeSteps, kind: str) -> None:
    document = process_file(owner, b"3 0")
    note(document, 2, owner, **BOX)
    section(document, 2, "last")
    version, left = document.version_id, [4]

    def die(step: Any, work: Any) -> None:
        if step == kind and left[0]:
            left[0] -= 1
            raise sandbox.Crashed("killed by SIGKILL")

    steps.before = die
    response = send(owner, document, [{"page": "1", "modifications": TURNS["cc"]}])
    assert response.status_code == 201
    drain()
    document.refresh_from_db()
    if kind == "pages":
        # A page that cannot be drawn is blank, with its text; the others are not held up by it.
        assert (document.status, rows(document)[0].text.body) == ("success", "text 1")
        assert rows(document)[0].error.startswith("This page could not be drawn")
        return
    assert (document.status, document.version_id, document.page_count) == ("error", version, 3)
    assert DocumentError.objects.get().message.endswith(".")
    assert [one[:3] for one in notes(document)] == [(2, "Look", 0.1)] and sections(document) == [(2, "last")]
    steps.before = None
    modify(owner, document, [{"page": "1"}])
    assert (document.status, document.page_count, notes(document)[0][0]) == ("success", 1, 0)


def test_a_draft_too_narrow_to_be_turned_holds_nothing_up(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 0")
    sliver = {"page_number": 0, "x1": 0.1, "x2": 0.3, "y1": 0.0, "y2": 1e-300}
    for box in (sliver, sliver | BOX):
        RedactionDraft.objects.create(document=document, user=owner, **box)
    turned = modify(owner, document, [{"page": "0", "modifications": TURNS["cc"]}] * 2)
    assert turned.status == "success"
    drafts = RedactionDraft.objects.filter(document=document).order_by("page_number")
    assert [(draft.page_number, draft.y1) for draft in drafts] == [(0, 0.1), (1, 0.1)]


@pytest.mark.parametrize("stage", ["modify", "finalize"])
@pytest.mark.parametrize("how", ["swept", "hidden"])
def test_a_source_that_is_gone_is_an_error_that_says_so(
    owner: User, outsider: User, steps: FakeSteps, stage: str, how: str
) -> None:
    document, source = process_file(owner, b"2 0"), process_file(outsider, b"2 0", access="public")
    version = document.version_id

    def lose(step: Any, work: Any) -> None:
        if step != stage:
            return
        if how == "hidden":
            Document.objects.filter(pk=source.pk).update(access="private")
        else:
            Document.objects.filter(pk=source.pk).update(version=None)
            Version.objects.filter(document=source).delete()

    steps.before = lose
    modify(owner, document, [{"page": "0", "id": source.pk}])
    assert (document.status, document.version_id) == ("error", version)
    assert DocumentError.objects.get(document=document).code == "source_changed"
    # Nothing of it can be read before the job, either.
    steps.before = None
    if how == "hidden":
        assert send(owner, document, [{"page": "0", "id": source.pk}]).status_code == 400


def test_a_source_that_was_swept_before_the_job_ran_is_an_error(owner: User, steps: FakeSteps) -> None:
    document, source = process_file(owner, b"2 0"), process_file(owner, b"2 0")
    assert send(owner, document, [{"page": "0", "id": source.pk}]).status_code == 201
    version = source.version
    assert version
    storage.backend().delete([version.pdf_key])
    Document.objects.filter(pk=source.pk).update(version=None)
    version.delete()
    drain()
    assert DocumentError.objects.get(document=document).code == "source_changed"
