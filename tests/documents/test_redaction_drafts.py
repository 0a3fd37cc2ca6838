"""Redactions are prepared by one person, reviewed by another, and applied together."""

from typing import Any

import pytest

from documents.actions import redactions
from documents.choices import JobKind, Status
from documents.models import Document, Job, RedactionDraft
from documents.pipeline import drafts as hook
from organizations.models import Event, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import add_version, make_document, share
from tests.documents.processing import drain, process_file
from tests.documents.uploads import born_digital, sentences

BOX = {"page_number": 1, "x1": 0.1, "x2": 0.4, "y1": 0.2, "y2": 0.25}


@pytest.fixture
def document(owner: User) -> Document:
    return make_document(owner, pages=("one", "two", "three"), access="organization")


def url(document: Document, *path: object) -> str:
    return "/".join([f"/api/documents/{document.pk}/redaction_drafts", *map(str, path), ""])


def add(user: User, document: Document, **fields: Any) -> int:
    response = client_of(user).post(url(document), BOX | fields)
    assert response.status_code == 201, response.content
    pk: int = response.json()["id"]
    return pk


def reviewers(document: Document) -> dict[int, str | None]:
    return dict(document.redaction_drafts.values_list("pk", "reviewer__username"))


def listed(user: User, document: Document) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client_of(user).get(f"{url(document)}?per_page=100").json()["results"]
    return rows


def review(user: User, document: Document, *pks: int) -> Any:
    """Agree to drafts as they are listed now."""
    rows = [row for row in listed(user, document) if row["id"] in pks]
    return client_of(user).post(url(document, "review"), {"drafts": rows})


def test_boxes_are_kept_listed_changed_and_dropped(owner: User, document: Document) -> None:
    client = client_of(owner)
    made = client.post(url(document), BOX | {"reason": "b6", "label": "(b)(6)", "user": 7, "reviewer": 7}).json()
    assert made | BOX == made and (made["reason"], made["label"]) == ("b6", "(b)(6)")
    assert (made["user"], made["reviewer"], made["reviewed_at"]) == (owner.pk, None, None)
    assert client.get(url(document, made["id"])).json() == made
    several = client.post(url(document), [BOX | {"page_number": 0}, BOX | {"page_number": 2}])
    assert (several.status_code, [row["page_number"] for row in several.json()]) == (201, [0, 2])
    listed = client.get(url(document), {"per_page": 2, "expand": "user"}).json()
    assert listed["next"] and listed["results"][0]["user"]["username"] == "owner"
    changed = client.patch(url(document, made["id"]), {"x2": 0.5}).json()
    assert changed == made | {"x2": 0.5, "fingerprint": changed["fingerprint"]} != made | {"x2": 0.5}
    assert client.put(url(document, made["id"]), BOX).json()["label"] == ""
    assert client.delete(url(document, made["id"])).status_code == 204
    assert client.get(url(document, made["id"])).status_code == 404
    assert document.redaction_drafts.count() == 2


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"page_number": 3}, "page_number"),
        ({"page_number": -1}, "page_number"),
        ({"x1": 0.4}, "x1"),
        ({"y1": 0.3, "y2": 0.2}, "y1"),
        ({"x2": 1.1}, "x2"),
        ({"y1": "nan"}, "y1"),
        ({"x1": None}, "x1"),
        ({"label": "a\nb"}, "label"),
        ({"reason": "x" * 51}, "reason"),
    ],
)
def test_boxes_that_are_none_are_refused(owner: User, document: Document, fields: Any, named: str) -> None:
    client = client_of(owner)
    response = client.post(url(document), BOX | fields)
    assert (response.status_code, list(response.json())) == (400, [named])
    response = client.post(url(document), [BOX, BOX | fields])
    assert (response.status_code, [list(error) for error in response.json()]) == (400, [[], [named]])
    assert client.patch(url(document, add(owner, document)), fields).status_code == 400
    assert client.post(url(document), [BOX] * 101).status_code == 400
    assert document.redaction_drafts.count() == 1


def test_only_editors_know_of_drafts(
    document: Document, owner: User, colleague: User, editor: User, viewer: User, outsider: User, anonymous: Any
) -> None:
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    pk = add(owner, document)
    expected = {owner: 200, colleague: 200, editor: 200, viewer: 403, outsider: 404, anonymous: 404}
    for user, status in expected.items():
        client = client_of(user)
        assert client.get(url(document)).status_code == status
        assert client.get(url(document, pk)).status_code == status
        assert client.patch(url(document, pk), {"reason": "b6"}).status_code == status
        assert client.post(url(document, "search"), {"query": "one"}).status_code == status
        if status != 200:
            for path in ((), ("review",), ("apply",)):
                assert client.post(url(document, *path), BOX).status_code == status
            assert client.delete(url(document, pk)).status_code == status
    Document.objects.filter(pk=document.pk).update(access="public")
    assert client_of(anonymous).get(url(document)).status_code == 403
    other = make_document(owner, pages=("one",))
    assert client_of(owner).get(url(other, pk)).status_code == 404


def test_a_second_person_reviews(document: Document, owner: User, colleague: User) -> None:
    mine, theirs = add(owner, document), add(colleague, document)
    refused = review(owner, document, mine, theirs)
    assert (refused.status_code, refused.json()["code"]) == (400, "own_draft")
    assert reviewers(document) == {mine: None, theirs: None}
    assert review(owner, document, theirs).json() == review(owner, document, theirs).json() == {"ids": [theirs]}
    assert reviewers(document) == {mine: None, theirs: "owner"}
    assert review(colleague, document, mine).json() == {"ids": [mine]}
    gone = [*listed(colleague, document), {"id": 999_999, "fingerprint": "0"}]
    for body, code in (({"drafts": gone}, "drafts_gone"), ({}, None), ({"drafts": []}, None), ({"ids": [mine]}, None)):
        answer = client_of(colleague).post(url(document, "review"), body)
        assert (answer.status_code, answer.json().get("code")) == (400, code)
    assert Event.objects.filter(
        kind="redaction_drafts.reviewed", actor_id=colleague.pk, data={"drafts": [mine]}
    ).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda document, draft: client_of(draft.user).patch(url(document, draft.pk), {"y2": 0.3}),
        lambda document, draft: client_of(draft.user).patch(url(document, draft.pk), {"label": "(b)(6)"}),
        lambda document, draft: RedactionDraft.objects.filter(pk=draft.pk).update(page_number=2),
        lambda document, draft: add_version(document, ("one", "two", "three")),
    ],
    ids=["another place", "another label", "moved with its page", "other pages"],
)
def test_nobody_reviews_what_they_did_not_see(document: Document, owner: User, colleague: User, change: Any) -> None:
    moved, still = add(owner, document), add(owner, document)
    seen = listed(colleague, document)
    change(document, RedactionDraft.objects.select_related("user").get(pk=moved))
    refused = client_of(colleague).post(url(document, "review"), {"drafts": seen})
    assert (refused.status_code, refused.json()["code"]) == (409, "drafts_changed")
    assert f" {moved}" in refused.json()["error"] and reviewers(document) == {moved: None, still: None}
    assert review(colleague, document, moved, still).status_code == 200


def test_a_changed_box_is_reviewed_again_and_not_by_whom_changed_it(
    document: Document, owner: User, colleague: User
) -> None:
    pk = add(owner, document)
    review(colleague, document, pk)
    client_of(owner).patch(url(document, pk), BOX)
    assert reviewers(document) == {pk: "colleague"}  # nothing was changed
    changed = client_of(colleague).patch(url(document, pk), {"y2": 0.3}).json()
    assert (changed["reviewer"], changed["reviewed_at"], changed["user"]) == (None, None, colleague.pk)
    assert review(colleague, document, pk).json()["code"] == "own_draft"
    assert review(owner, document, pk).status_code == 200


def test_drafts_stand_still_while_the_document_is_processed(document: Document, owner: User) -> None:
    pk = add(owner, document)
    Document.objects.filter(pk=document.pk).update(status=Status.PENDING)
    client = client_of(owner)
    assert client.get(url(document)).status_code == 200
    for response in (
        client.post(url(document), BOX),
        client.patch(url(document, pk), {"x2": 0.6}),
        client.delete(url(document, pk)),
        review(owner, document, pk),
        client.post(url(document, "apply")),
    ):
        assert (response.status_code, response.json()["code"]) == (400, "processing")


def test_apply_wants_something_to_apply(document: Document, owner: User, colleague: User, settings: Any) -> None:
    client = client_of(owner)
    assert client.post(url(document, "apply")).json()["code"] == "no_drafts"
    mine = add(owner, document)
    assert client.post(url(document, "apply"), {"reviewed_only": True}).json()["code"] == "no_drafts"
    assert client.post(url(document, "apply"), {"ids": [mine, 999_999]}).json()["code"] == "drafts_gone"
    settings.REDACTION_NEEDS_REVIEW = True
    refused = client.post(url(document, "apply")).json()
    assert refused["code"] == "not_reviewed" and str(mine) in refused["error"]
    assert not Job.objects.exists()


def test_what_is_applied_is_what_was_looked_at(
    document: Document, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for the words takes a while, in which nobody has to wait, so that boxes may change meanwhile."""
    pk, look = add(owner, document), redactions.look

    def look_long(*what: Any) -> Any:
        RedactionDraft.objects.filter(pk=pk).update(x2=0.5)
        return look(*what)

    monkeypatch.setattr(redactions, "look", look_long)
    refused = client_of(owner).post(url(document, "apply"))
    assert (refused.status_code, refused.json()["code"]) == (409, "drafts_changed")
    assert not Job.objects.exists()
    assert client_of(owner).post(url(document, "apply")).status_code == 201


def test_a_document_that_is_read_anew_has_to_be_reviewed_again(
    document: Document, owner: User, colleague: User
) -> None:
    first, last = add(owner, document, page_number=0), add(owner, document, page_number=2)
    review(colleague, document, first, last)
    job = Job.objects.create(document=document, user=owner, kind=JobKind.MODIFY)
    hook.after(job, add_version(document, ("one", "two")))
    assert reviewers(document) == {first: "colleague", last: "colleague"}
    job.kind = JobKind.PROCESS
    hook.after(job, add_version(document, ("one", "two")))
    assert reviewers(document) == {first: None}


def test_too_many_drafts_are_refused(document: Document, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.actions.redaction_drafts.MAX_DRAFTS", 1)
    add(owner, document)
    assert client_of(owner).post(url(document), BOX).json()["code"] == "too_many"
    assert RedactionDraft.objects.count() == 1


@pytest.fixture
def letter(owner: User) -> Document:
    """A page that was processed for real."""
    return process_file(owner, born_digital(4, 1), access="organization")


def prepare(user: User, document: Document, word: str) -> list[int]:
    """Drafts over every place where the word stands."""
    hits = client_of(user).post(url(document, "search"), {"query": word}).json()["hits"]
    rows = client_of(user).post(url(document), hits[:100])
    assert rows.status_code == 201, rows.content
    return [row["id"] for row in rows.json()]


def text(document: Document) -> str:
    document.refresh_from_db()
    assert document.version
    bodies = document.version.entries.order_by("number").values_list("page__text__body", flat=True)
    return " ".join(bodies).casefold()


@pytest.mark.slow
def test_reviewed_drafts_are_applied_together_and_go(letter: Document, owner: User, colleague: User) -> None:
    word, other = sentences(4000, 1)[0].casefold().split()[1:3]
    chosen = prepare(owner, letter, word)
    kept = prepare(owner, letter, other)
    review(colleague, letter, *chosen)
    response = client_of(owner).post(url(letter, "apply"), {"reviewed_only": True})
    assert response.status_code == 201, response.content
    assert response.json() | {"document": letter.pk, "drafts": chosen} == response.json()
    assert letter.redaction_drafts.count() == len(chosen) + len(kept)  # until it has succeeded
    drain()
    remaining = text(letter)
    assert letter.status == "success" and other in remaining
    assert set(letter.redaction_drafts.values_list("pk", flat=True)) == set(kept)
    assert not client_of(owner).post(url(letter, "search"), {"query": word, "whole_words": True}).json()["hits"]


@pytest.mark.slow
def test_a_copy_leaves_the_source_and_its_drafts(letter: Document, owner: User) -> None:
    word = sentences(4000, 1)[0].casefold().split()[0]
    chosen, before = prepare(owner, letter, word), text(letter)
    response = client_of(owner).post(url(letter, "apply"), {"ids": chosen, "as_copy": True})
    assert response.status_code == 201, response.content
    drain()
    assert text(letter) == before
    assert list(letter.redaction_drafts.order_by("pk").values_list("pk", flat=True)) == chosen
    copy = Document.objects.get(pk=response.json()["document"])
    assert copy.pk != letter.pk and copy.status == "success" and copy.redaction_drafts.count() == 0


def test_drafts_outlive_a_redaction_that_failed(document: Document, owner: User) -> None:
    pk = add(owner, document)
    assert client_of(owner).post(url(document, "apply")).status_code == 201
    assert Job.objects.get(document=document).options["drafts"] == [pk]
    assert client_of(owner).delete(f"/api/documents/{document.pk}/process/").status_code == 200
    assert reviewers(document) == {pk: None}


def test_only_uploaders_make_copies(document: Document, editor: User, settings: Any) -> None:
    share(document, (editor, Access.EDIT))
    add(editor, document)
    settings.UPLOAD_NEEDS_VERIFIED = True
    assert client_of(editor).post(url(document, "apply"), {"as_copy": True}).status_code == 403
