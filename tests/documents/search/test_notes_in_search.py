"""Notes in search: shown by the rules of notes, found by people with a plan; those of others never matter."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from documents.actions import document as actions
from documents.choices import Access
from documents.models import Document, Job, Note
from documents.pipeline import carry
from documents.search import index, notes
from organizations.models import Membership, Organization, Plan, User
from projects.models import Access as Role
from tests.conftest import client_of
from tests.documents.factories import share
from tests.documents.modifying import BOX
from tests.documents.modifying import note as write_note
from tests.documents.search.corpus import write
from tests.documents.search.test_search_api import Person, ask, found

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plan(newsroom: Organization) -> Plan:
    """Everybody has one; `outsider` and others get it by `subscribe`."""
    plan = Plan.objects.create(name="Professional", feature_level=1)
    newsroom.plan = plan
    newsroom.save(update_fields=["plan"])
    return plan


def subscribe(user: User) -> User:
    """The person's own organization has the plan."""
    own = Organization.objects.get(pk=Membership.objects.get(user=user).organization_id)
    own.plan = Plan.objects.get()
    own.save(update_fields=["plan"])
    return user


def note(document: Document, user: User, title: str, access: str = "public", page: int = 0, **more: Any) -> Note:
    """Written and read, as through the API."""
    made = write_note(document, page, user, title, access, **more)
    notes.read([(made, document.language)])
    return made


def test_the_words_of_a_note_are_found_as_soon_as_it_is_written_and_no_longer(owner: User) -> None:
    document = write(owner, "Minutes", "rain", language="eng")
    url = f"/api/documents/{document.pk}/notes/"
    body = {"title": "Bribes", "content": "the mayor's cousin", "page_number": 0}
    made = client_of(owner).post(url, body, format="json").json()
    for q in ("bribe", "mayors OR cousins", '"the mayor"', "brib*", "br?bes", "*ousin", "bribez~1"):
        assert found(owner, q) == ["Minutes"], q
    for q in ('"bribes the"', '"bribes mayor"~3', "title:bribes", "text:bribes", "page_no_1:bribes", "bribes AND snow"):
        assert found(owner, q) == [], q
    client_of(owner).patch(f"{url}{made['id']}/", {"title": "Gifts"}, format="json")
    assert (found(owner, "bribes"), found(owner, "gifts")) == ([], ["Minutes"])
    client_of(owner).delete(f"{url}{made['id']}/")
    assert found(owner, "gifts") == []


def test_a_note_is_part_of_its_document_for_every_operator(owner: User) -> None:
    one = write(owner, "One", "levy", "rain")
    note(one, owner, "Cousin", "private")
    note(one, owner, "Bribe", "private")
    write(owner, "Two", "levy cousin")
    write(owner, "Three", "snow")
    for q, titles in {
        "cousin": {"One", "Two"},
        "cousin AND levy": {"One", "Two"},
        "cousin AND bribe": {"One"},
        "bribe OR snow": {"One", "Three"},
        "levy NOT bribe": {"Two"},
        "levy -cousin": set(),
        "-cousin": {"Three"},
        "+cousin -bribe": {"Two"},
        '"levy cousin"': {"Two"},
        '"levy cousin" bribe': {"One", "Two"},
        "cousin pages:2": {"One"},
        "cousin -pages:2": {"Two"},
        f"bribe user:{owner.pk}": {"One"},
        "bribe access:public": set(),
        "bribe title:two": {"One", "Two"},
        "+bribe +title:two": set(),
    }.items():
        assert set(found(owner, q)) == titles, q
        assert set(found(owner, q, sort="title")) == titles, q
    assert found(owner, "cousin", title="snow") == ["Two", "One"]
    assert set(found(owner, "bribe", user=str(owner.pk + 1))) == set()


def test_nobody_finds_what_they_may_not_see(
    owner: User, colleague: User, viewer: User, editor: User, outsider: User, anonymous: AnonymousUser
) -> None:
    public, shared = write(owner, "Public", "levy", access=Access.PUBLIC), write(owner, "Shared", "levy")
    share(shared, (viewer, Role.VIEW), (editor, Role.EDIT))
    index.write(shared)
    for document in (public, shared):
        for access in ("public", "organization", "private"):
            note(document, owner, f"secret{access}", access)
    for guest in (viewer, editor, outsider):
        subscribe(guest)
    # who finds notes for all, for editors and of the owner's own, on the public and on the shared document
    table: list[tuple[Person, str, str, str]] = [
        (owner, "Public Shared", "Public Shared", "Public Shared"),
        (colleague, "Public", "Public", ""),
        (viewer, "Public Shared", "", ""),
        (editor, "Public Shared", "Shared", ""),
        (outsider, "Public", "", ""),
        (anonymous, "", "", ""),
    ]
    for user, *expected in table:
        before = ask(user, "levy")
        for access, titles in zip(("public", "organization", "private"), expected, strict=True):
            q = f"secret{access}"
            assert set(found(user, q)) == set(titles.split()), (user, access)
            visible = [hit["title"] for hit in before["results"]]
            # neither what is left out nor the order tells of a note that is hidden
            assert set(found(user, f"levy NOT {q}")) == set(visible) - set(titles.split()), (user, access)
            assert found(user, f"levy {q}") == visible, (user, access)


def test_without_a_plan_notes_are_shown_but_not_searched(owner: User, outsider: User) -> None:
    document = write(owner, "Levy", "rain", access=Access.PUBLIC)
    note(document, owner, "Bribe")
    assert found(outsider, "bribe") == []
    assert found(outsider, "rain NOT bribe") == ["Levy"]
    [hit] = ask(outsider, "rain", hl="true")["results"]
    assert [shown["title"] for shown in hit["notes"]] == ["Bribe"]
    assert "note_highlights" not in hit
    assert found(subscribe(outsider), "bribe") == ["Levy"]


def test_hits_show_their_notes(owner: User, colleague: User, outsider: User, anonymous: AnonymousUser) -> None:
    document = write(owner, "Levy", "rain", "snow", access=Access.PUBLIC)
    box = note(document, owner, "Box", "public", 1, **BOX)
    mine = note(document, owner, "Mine", "private")
    ours = note(document, colleague, "Ours", "organization")
    Note.objects.filter(pk=box.pk).update(
        content="", created_at="2025-01-02T03:04:05.678901Z", updated_at="2025-01-02T00:00:00Z"
    )
    Note.objects.filter(pk=mine.pk).update(content="for me")
    shown = {str(user): ask(user)["results"][0]["notes"] for user in (owner, colleague, outsider, anonymous)}
    assert [one["id"] for one in shown[str(owner)]] == [str(mine.pk), str(ours.pk), str(box.pk)]
    assert [one["title"] for one in shown[str(colleague)]] == ["Ours", "Box"]
    assert [one["title"] for one in shown[str(outsider)]] == [one["title"] for one in shown[str(anonymous)]] == ["Box"]
    assert shown[str(owner)][2] == {
        "id": str(box.pk),
        "user": owner.pk,
        "organization": owner.organization_id,
        "page_number": 1,
        "access": "public",
        "title": "Box",
        **BOX,
        "created_at": "2025-01-02T03:04:05.678Z",
        "updated_at": "2025-01-02T00:00:00Z",
    }
    assert shown[str(owner)][0]["content"] == "for me"
    assert not set(BOX) & set(shown[str(owner)][0])


def test_of_many_notes_ten_of_each_kind_are_shown_and_those_that_say_it_first(owner: User, colleague: User) -> None:
    document = write(owner, "Levy", *["rain"] * 3, access=Access.PUBLIC)
    for number in range(12):
        note(document, colleague, f"all {number}", page=number % 2)
        note(document, owner, f"own {number}", "private", page=number % 2)
    note(document, colleague, "bribe", page=2)
    [hit] = ask(owner, "bribe")["results"]
    titles = [shown["title"] for shown in hit["notes"]]
    assert (len(titles), titles[-1]) == (20, "bribe")
    assert [shown["page_number"] for shown in hit["notes"]] == sorted(shown["page_number"] for shown in hit["notes"])
    assert "bribe" not in [shown["title"] for shown in ask(owner, "rain")["results"][0]["notes"]]


def test_highlights_of_notes(owner: User, outsider: User) -> None:
    document = write(owner, "Levy", "the bribe", access=Access.PUBLIC, language="eng")
    other = write(owner, "Tax", "a bribe", access=Access.PUBLIC)
    made = note(document, owner, "A <b> bribe", content="no bribes & none")
    note(document, owner, "Nothing")
    note(document, owner, "Bribe: mine", "private")
    hits = {hit["id"]: hit for hit in ask(subscribe(outsider), "bribe", hl="true")["results"]}
    assert hits[str(document.pk)]["note_highlights"] == {
        str(made.pk): {"title": ["A &lt;b&gt; <em>bribe</em>"], "description": ["no <em>bribes</em> &amp; none"]}
    }
    assert hits[str(document.pk)]["highlights"] == {"page_no_1": ["the <em>bribe</em>"]}
    assert hits[str(other.pk)]["note_highlights"] == {}
    for params in ({}, {"hl": "false"}):
        assert "note_highlights" not in ask(outsider, "bribe", **params)["results"][0]
    assert "note_highlights" not in ask(outsider, hl="true")["results"][0]
    [hit] = ask(outsider, "title:levy nothing", hl="true")["results"]
    assert list(hit["note_highlights"].values()) == [{"title": ["<em>Nothing</em>"]}]


def test_pages_of_hits_go_on_with_notes_while_documents_are_added(owner: User) -> None:
    for number in range(7):
        document = write(owner, str(number), "levy" if number % 2 else "rain")
        if number % 3 == 0:
            note(document, owner, "levy", "private")
    expected = {"": {*"01356"}, "title": [*"01356"], "created_at": [*"65310"], "-created_at": [*"01356"]}
    for sort, titles in expected.items():
        body = ask(owner, "levy", per_page=2, sort=sort)
        seen = [hit["title"] for hit in body["results"]]
        later = write(owner, "-", "levy")
        while body["next"]:
            body = client_of(owner).get(body["next"]).json()
            seen += [hit["title"] for hit in body["results"]]
            assert body["count"] == 5
        assert (set(seen) if sort == "" else [title for title in seen if title != "-"]) == titles, sort
        assert len(seen) == 5 + (sort == "-created_at")
        actions.delete([later.pk], actor=owner)


def test_a_word_in_too_many_notes_is_looked_for_on_pages_only(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 2)
    documents = [write(owner, f"Levy {number}", "rain") for number in range(3)]
    for document in documents:
        note(document, owner, "common", "private")
    for document in documents[:2]:
        note(document, owner, "rare", "private")
    assert found(owner, "common") == []
    assert set(found(owner, "common rare")) == {"Levy 0", "Levy 1"}


def test_copies_of_notes_are_found(owner: User) -> None:
    """On pages that were copied into another document, in the language of that one."""
    source, target = write(owner, "From", "rain", language="eng"), write(owner, "To", "snow", language="fra")
    note(source, owner, "Running", "private")
    made = Note.objects.get()
    made.pk, made.document = None, target
    carry._add_notes(Job(document=target), [made])
    assert set(found(owner, "running")) == {"From", "To"}
    assert found(owner, "run") == ["From"]


def test_the_index_is_scanned_once(owner: User) -> None:
    """Where no note says it, the plan is that of a search without notes; where one does, ids are all it adds."""
    document = write(owner, "Levy", "rain")
    note(document, owner, "Bribe", "private")
    for number in range(3):
        write(owner, f"Tax {number}", "rain")

    def plan_of(q: str) -> str:
        lines: list[str] = []

        def explain(run: Any, sql: str, params: Any, *rest: Any) -> Any:
            if "count(*) OVER ()" in sql:
                with connection.cursor() as cursor:
                    cursor.cursor.execute(f"EXPLAIN {sql}", params)
                    lines.extend(line for (line,) in cursor.cursor.fetchall())
            return run(sql, params, *rest)

        with connection.execute_wrapper(explain):
            ask(owner, q, sort="title")
        return "\n".join(lines)

    for q in ("rain", "rain AND snow"):
        assert plan_of(q).count("Bitmap Index Scan") == 1, plan_of(q)
    plan = plan_of("bribe")
    assert "BitmapOr" in plan
    assert "Filter" not in plan
