"""What needs attention: `has_errors`, `page_errors` and `status` in queries, for those who may edit the documents."""

import pytest
from django.contrib.auth.models import AnonymousUser

from documents import permissions
from documents.choices import Access, JobState, Status
from documents.models import Document, Page, SearchDoc
from documents.pipeline import jobs
from documents.search import index, rights
from documents.search.conditions import whole
from organizations.models import User
from projects.models import Access as Role
from tests.documents.factories import add_version, make_document, make_error, make_job, share
from tests.documents.search.corpus import add_texts, write
from tests.documents.search.test_search_api import Person, ask, found

pytestmark = pytest.mark.django_db


def damage(document: Document) -> None:
    """Its first page could not be read."""
    assert document.version
    Page.objects.filter(pk=document.version.entries.order_by("number")[0].page_id).update(error="It is damaged.")
    index.rebuild(document)


def test_errors_are_found_as_soon_as_they_are_there_and_until_something_succeeds(owner: User) -> None:
    document = write(owner, "Levy", "rain")
    job = make_job(document)
    assert (found(owner, "has_errors:true"), found(owner, "has_errors:false")) == ([], ["Levy"])
    jobs.stop(job, JobState.FAILED, "broken", "It is broken.")
    assert (found(owner, "has_errors:true"), found(owner, "has_errors:false")) == (["Levy"], [])
    assert found(owner, "rain status:error") == ["Levy"]
    again = make_job(document)
    assert document.version
    jobs.succeed(again, document.version, conclude=lambda: None)
    assert (found(owner, "has_errors:true"), found(owner, "has_errors:false")) == ([], ["Levy"])
    assert document.errors.count() == 1
    make_error(document)
    index.write(document)
    assert found(owner, "has_errors:true") == ["Levy"]


def test_damaged_pages_are_found_as_long_as_the_version_is_shown(owner: User) -> None:
    document = write(owner, "Levy", "rain", "snow")
    damage(document)
    assert (found(owner, "page_errors:true"), found(owner, "page_errors:false")) == (["Levy"], [])
    document.title = "Tax"
    document.save()
    index.write(document)
    assert found(owner, "page_errors:true") == ["Tax"]
    assert index.is_right(document)
    add_version(document, ["rain"])
    add_texts(document, ["rain"])
    index.write(document)
    assert (found(owner, "page_errors:true"), found(owner, "page_errors:false")) == ([], ["Tax"])


def test_every_way_to_ask(owner: User) -> None:
    bad, _, page = (write(owner, title, "rain") for title in ("Bad", "Good", "Page"))
    make_error(bad)
    index.write(bad)
    damage(page)
    index.write(make_document(owner, title="Empty", status=Status.NOFILE))
    assert index.is_right(bad)
    for q, titles in {
        "has_errors:true": {"Bad"},
        "has_errors:TRUE": {"Bad"},
        "has_errors:(true OR false)": {"Bad", "Good", "Page", "Empty"},
        "has_errors:*": {"Bad", "Good", "Page", "Empty"},
        "-has_errors:true": {"Good", "Page", "Empty"},
        "has_errors:maybe": set(),
        "has_errors:tru*": set(),
        "has_errors:[false TO true]": set(),
        "has_errors:true OR page_errors:true": {"Bad", "Page"},
        "has_errors:true OR status:nofile": {"Bad", "Empty"},
        "has_errors:true page_errors:true": set(),
        "rain page_errors:false": {"Bad", "Good"},
        "status:nofile": {"Empty"},
        "-status:nofile": {"Bad", "Good", "Page"},
    }.items():
        assert set(found(owner, q)) == titles, q
    for name, value, titles in (
        ("has_errors", "true", {"Bad"}),
        ("has_errors", "true,false", {"Bad", "Good", "Page", "Empty"}),
        ("-has_errors", "true", {"Good", "Page", "Empty"}),
        ("page_errors", "true", {"Page"}),
        ("page_errors", "no", set()),
        ("status", "nofile", {"Empty"}),
    ):
        assert set(found(owner, **{name: value})) == titles, (name, value)
    counted = ask(owner, facets="status,has_errors,page_errors")["facets"]
    assert {name: {one["value"]: one["count"] for one in counts} for name, counts in counted.items()} == {
        "status": {"success": 3, "nofile": 1},
        "has_errors": {"true": 1, "false": 3},
        "page_errors": {"true": 1, "false": 3},
    }


def test_only_those_who_may_edit_a_document_learn_of_its_errors(
    owner: User, colleague: User, viewer: User, editor: User, outsider: User, anonymous: AnonymousUser
) -> None:
    for access in (Access.PUBLIC, Access.ORGANIZATION, Access.PRIVATE):
        for kind in ("sound", "broken"):
            document = write(owner, f"{access.value} {kind}", "rain", access=access)
            share(document, (viewer, Role.VIEW), (editor, Role.EDIT))
            if kind == "broken":
                make_error(document)
                damage(document)
            index.write(document)
    table: dict[Person, set[str]] = {
        owner: {"public", "organization", "private"},
        colleague: {"public", "organization"},
        editor: {"organization", "private"},
        viewer: set(),
        outsider: set(),
        anonymous: set(),
    }
    for user, editable in table.items():
        visible = set(found(user, "rain"))
        assert {f"{access} sound" for access in editable} <= visible
        for name in ("has_errors", "page_errors"):
            assert set(found(user, f"{name}:true")) == {f"{access} broken" for access in editable}, user
            assert set(found(user, f"{name}:false")) == {f"{access} sound" for access in editable}, user
            assert set(found(user, f"rain -{name}:true")) == visible - {f"{access} broken" for access in editable}
            counts = {one["value"]: one["count"] for one in ask(user, facets=name)["facets"][name]}
            assert counts == ({"true": len(editable), "false": len(editable)} if editable else {})


def test_the_marks_of_editors_say_what_the_rule_says(
    owner: User, colleague: User, viewer: User, editor: User, outsider: User, anonymous: AnonymousUser
) -> None:
    for access in Access:
        for status in (Status.SUCCESS, Status.NOFILE, Status.ERROR):
            index.write(make_document(owner, access=access, status=status))
            shared = make_document(owner, access=access, status=status)
            share(shared, (viewer, Role.VIEW), (editor, Role.EDIT), (outsider, Role.ADMIN))
            index.write(shared)
            lent = make_document(owner, access=access, status=status)
            share(lent, (editor, Role.EDIT), edit_access=False)
            index.write(lent)
            # of somebody who has left the organization
            index.write(make_document(viewer, access=access, status=status, organization=owner.organization))
    for user in (owner, colleague, viewer, editor, outsider, anonymous):
        sql, params = whole(rights.editable(user))
        marked = SearchDoc.objects.raw(f"SELECT s.document_id FROM documents_searchdoc s WHERE {sql}", params)
        ids = {row.pk for row in marked}
        visible = set(Document.objects.filter(permissions.view(user)).values_list("pk", flat=True))
        ruled = set(Document.objects.filter(permissions.edit(user)).values_list("pk", flat=True))
        assert ids & visible == ruled, user
