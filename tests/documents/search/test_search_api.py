"""`GET /api/documents/search/` over HTTP: what is found, by whom, in which shape and order."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.actions import document as actions
from documents.choices import Access, Status
from documents.models import Document, SearchDoc
from documents.search import index, pages, query
from organizations.models import User
from projects.models import Access as Role
from projects.models import Collaborator, ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_document, make_project, share
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db
URL = "/api/documents/search/"
Person = User | AnonymousUser


def ask(user: Person, q: str = "", /, **params: Any) -> dict[str, Any]:
    response = client_of(user).get(URL, {"q": q, **params})
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def found(user: Person, q: str = "", /, **params: Any) -> list[str]:
    body = ask(user, q, **params)
    titles = [hit["title"] for hit in body["results"]]
    assert body["count"] == len(titles)
    assert body["next"] is None
    return titles


def test_words_phrases_and_booleans(owner: User) -> None:
    write(owner, "Annual report", "The budget of the town was cut.", "Second page about corruption.")
    write(owner, "Budget", "Nothing else.")
    assert found(owner, "budget") == ["Budget", "Annual report"]
    assert found(owner, "budget AND corruption") == ["Annual report"]
    assert found(owner, "budget NOT corruption") == ["Budget"]
    assert found(owner, '"the town"') == ["Annual report"]
    assert found(owner, '"town the"') == []
    assert found(owner, '"was cut second"') == []
    assert found(owner, "text:budget") == ["Annual report"]
    assert found(owner, "page_no_2:corruption") == ["Annual report"]
    assert found(owner, "page_no_1:corruption") == []
    assert found(owner) == ["Budget", "Annual report"]


def test_the_shape_of_a_hit(owner: User, newsroom: Any) -> None:
    document = write(
        owner, "Budget 2024", "a levy", "the levy rose", data={"_tag": ["budget"]}, access=Access.PUBLIC, noindex=True
    )
    Document.objects.filter(pk=document.pk).update(
        created_at="2025-01-02T03:04:05.678901Z", page_spec="612.00x792.00:0-1;1.00x2.00:2"
    )
    body = ask(owner, "levy", hl="True")
    assert set(body) == {"count", "next", "previous", "results", "escaped"}
    assert (body["count"], body["next"], body["previous"], body["escaped"]) == (1, None, None, False)
    [hit] = body["results"]
    assert set(hit) == set(
        "id user organization access status title slug source description language created_at updated_at page_count "
        "page_spec projects original_extension file_hash related_article published_url publish_at noindex edit_access "
        "notes highlights data asset_url canonical_url".split()
    )
    assert hit["id"] == str(document.pk)
    assert (hit["user"], hit["organization"]) == (owner.pk, newsroom.pk)
    assert hit["created_at"] == "2025-01-02T03:04:05.678Z"
    assert hit["page_spec"] == "612.00x792.00:0"
    assert (hit["noindex"], hit["edit_access"], hit["notes"], hit["projects"]) == (True, True, [], [])
    assert hit["highlights"] == {"page_no_1": ["a <em>levy</em>"], "page_no_2": ["the <em>levy</em> rose"]}
    assert ask(owner, "levy")["results"][0]["highlights"] is None
    assert ask(owner, "title:2024", hl="true")["results"][0]["highlights"] == {}


def test_highlights_are_escaped_and_know_phrases(owner: User) -> None:
    write(owner, "Page", 'if a <b> & "levy" <script>alert(1)</script> then the levy rose; a rose is no levy')
    [hit] = ask(owner, '"levy rose"', hl="true")["results"]
    [snippet] = hit["highlights"]["page_no_1"]
    assert '&lt;b&gt; &amp; "levy" &lt;script&gt;' in snippet
    assert snippet.count("<em>") == 2
    assert "the <em>levy</em> <em>rose</em>; a rose is no levy" in snippet


def test_filters_in_the_query_and_beside_it(owner: User, colleague: User) -> None:
    write(owner, "One", "levy", data={"_tag": ["To read"], "color": ["red", "blue"]}, language="fra")
    write(colleague, "Two", "levy", access=Access.ORGANIZATION, data={"color": ["red"]}, source="Police")
    write(owner, "Three", "tax", "levy", "x")
    for q, titles in {
        f"user:{owner.pk}": {"One", "Three"},
        f"user:owner-{owner.pk} levy": {"One", "Three"},
        f"user:{owner.pk} user:{colleague.pk} tax": {"Three"},
        f"account:{colleague.pk}": {"Two"},
        f"-user:{owner.pk}": {"Two"},
        f"user:[* TO {colleague.pk - 1}]": {"One", "Three"},
        f"organization:{owner.organization_id}": {"One", "Two", "Three"},
        'tag:"To read"': {"One"},
        "tag:to": set(),
        "data_color:red": {"One", "Two"},
        "data_color:red -data_color:blue": {"Two"},
        "data_color:*": {"One", "Two"},
        "-data_color:*": {"Three"},
        "data_color:b*": {"One"},
        "data_color:[blue TO green]": {"One"},
        "access:organization": {"Two"},
        "access:public": set(),
        "status:success language:fra": {"One"},
        "pages:[2 TO *]": {"Three"},
        "page_count:1": {"One", "Two"},
        "page_count:{1 TO 3}": set(),
        "source:police": {"Two"},
        "created_at:[NOW-1HOUR TO NOW+1HOUR]": {"One", "Two", "Three"},
        "created_at:[2001 TO 2002]": set(),
        'tax OR tag:"To read"': {"One", "Three"},
        "user:bob tax": {"Three"},
        "user:bob": set(),
        "noindex:true": set(),
        "slug:budget-2024": {"One", "Two", "Three"},
    }.items():
        assert set(found(owner, q)) == titles, q
    both = f"{owner.pk},{colleague.pk}"
    for params, titles in [
        ({"user": str(owner.pk)}, {"One", "Three"}),
        ({"user": both}, {"One", "Two", "Three"}),
        ({"user": [str(owner.pk), str(colleague.pk)]}, {"One", "Two", "Three"}),
        ({"-user": str(owner.pk)}, {"Two"}),
        ({"user": "nobody"}, set()),
        ({"user": "owner-1"}, set()),
        ({"user": ","}, set()),
        ({"user": ""}, {"One", "Two", "Three"}),
        ({"created_at": "yesterday"}, set()),
        ({"created_at": "[2001 TO *]"}, {"One", "Two", "Three"}),
        ({"id": "[5 TO"}, set()),
        ({"data_color": "red"}, {"One", "Two"}),
        ({"tag": "To read,other"}, {"One"}),
        ({"access": "private,organization"}, {"One", "Two", "Three"}),
        ({"title": "two"}, {"Two"}),
        ({"-title": "two"}, {"One", "Three"}),
        ({"mentions": "true", "data": "x", "colour": "red"}, {"One", "Two", "Three"}),
    ]:
        assert set(found(owner, **params)) == titles, params


def test_ids(owner: User) -> None:
    first, second, third = (write(owner, title) for title in ("One", "Two", "Three"))
    assert found(owner, f"document:one-{first.pk}") == ["One"]
    assert found(owner, f"id:{first.pk} id:{third.pk}", sort="id") == ["One", "Three"]
    assert found(owner, "", id=f"[{second.pk} TO *]", sort="id") == ["Two", "Three"]
    assert found(owner, "", id=f"{{{second.pk} TO *]", sort="-id") == ["Three"]
    assert found(owner, f"NOT id:{first.pk}", sort="id") == ["Two", "Three"]


def test_sorting(owner: User) -> None:
    for title, source, size, color in [
        ("b", "", 1, ["x"]),
        ("B", "y", 3, ["z"]),
        ("a", "x", 2, []),
        ("c", "", 0, ["y"]),
    ]:
        write(owner, title, *["word"] * size, source=source, data={"color": color} if color else {})
    for sort, titles in {
        "title": "Babc",
        "-title": "cbaB",
        "source": "aBbc",
        "-source": "Babc",
        "page_count": "Babc",
        "-page_count": "cbaB",
        "created_at": "caBb",
        "-created_at": "bBac",
        "id": "bBac",
        "-id": "caBb",
        "data_color": "bcBa",
        "-data_color": "Bcba",
        "nonsense": "caBb",
    }.items():
        assert "".join(found(owner, sort=sort)) == titles, sort
        assert "".join(found(owner, f"sort:{sort}")) == titles, sort
    assert found(owner, "sort:title", sort="-title")[0] == "c"
    assert found(owner, "", order="title")[0] == "B"


def test_better_hits_come_first(owner: User) -> None:
    write(owner, "Weather", "the levy")
    write(owner, "Levy", "rain")
    write(owner, "Minutes", "levy levy levy", description="nothing")
    write(owner, "Letter", "rain", description="about the levy")
    assert found(owner, "levy")[:2] == ["Levy", "Letter"]
    assert found(owner, "levy")[2:] == ["Minutes", "Weather"]
    assert found(owner, "levy title:weather^20")[0] == "Weather"


def test_a_search_follows_the_permissions(
    owner: User, colleague: User, viewer: User, editor: User, outsider: User, anonymous: AnonymousUser
) -> None:
    write(owner, "public", "levy", access=Access.PUBLIC)
    write(owner, "organization", "levy", access=Access.ORGANIZATION)
    write(owner, "private", "levy")
    write(owner, "hidden", "levy", access=Access.PUBLIC, noindex=True)
    write(owner, "taken down", "levy", access=Access.INVISIBLE)
    write(owner, "pending", "levy", access=Access.PUBLIC, status=Status.PENDING)
    shared = write(owner, "shared", "levy")
    share(shared, (viewer, Role.VIEW), (editor, Role.EDIT))
    index.write(shared)
    everything = {"public", "organization", "private", "hidden", "pending", "shared"}
    assert set(found(owner, "levy")) == everything
    assert set(found(colleague, "levy")) == everything - {"private", "shared"}
    assert set(found(viewer, "levy")) == set(found(editor, "levy")) == {"public", "hidden", "shared"}
    assert set(found(outsider, "levy")) == {"public", "hidden"}
    assert set(found(anonymous, "levy")) == {"public"}
    assert set(found(anonymous, "NOT levy")) == set()


def test_documents_on_their_way_are_found_by_their_owner(owner: User, outsider: User) -> None:
    with connection.cursor():
        document = make_document(owner, title="Waiting", status=Status.NOFILE, access=Access.PUBLIC)
        index.write(document)
    assert found(owner, "waiting") == ["Waiting"]
    assert found(owner, "status:nofile") == ["Waiting"]
    assert found(outsider, "waiting") == []


def test_narrowing_counts_at_once(owner: User, outsider: User) -> None:
    document = write(owner, "Levy", "the secret budget", access=Access.PUBLIC)
    assert found(outsider, "secret") == ["Levy"]
    actions.update({document.pk: {"access": Access.PRIVATE}}, actor=owner)
    assert found(outsider, "secret") == []
    assert found(outsider, "access:private") == []
    assert found(owner, "secret access:private") == ["Levy"]
    actions.update({document.pk: {"title": "Tax"}}, actor=owner)
    assert found(owner, "levy") == []
    assert found(owner, "tax") == found(owner, "secret") == ["Tax"]
    actions.delete([document.pk], actor=owner)
    assert found(owner, "secret") == []
    assert not SearchDoc.objects.exists()


def test_hidden_projects_are_not_told(owner: User, viewer: User, outsider: User) -> None:
    document = write(owner, "Levy", "x", access=Access.PUBLIC)
    hidden, shown = make_project(owner, "Hidden"), make_project(owner, "Shown", private=False)
    for project in (hidden, shown):
        ProjectDocument.objects.create(project=project, document=document)
    index.write(document)
    Collaborator.objects.create(project=hidden, user=viewer)
    for user, mine in ((owner, True), (viewer, True), (outsider, False)):
        titles = ["Levy"] if mine else []
        assert found(user, f"project:{hidden.pk}") == titles
        assert found(user, f"project:[{hidden.pk} TO {hidden.pk}]") == titles
        assert found(user, f"levy OR project:{hidden.pk}") == ["Levy"]
        assert found(user, f"NOT project:{hidden.pk} AND levy") == ([] if mine else ["Levy"])
        assert found(user, f"project:{shown.pk}") == found(user, "project:*") == ["Levy"]
        assert found(user, projects=f"{hidden.pk}") == titles
        [hit] = ask(user, "levy")["results"]
        assert hit["projects"] == ([hidden.pk] if mine else []) + [shown.pk]
        [hit] = ask(user, "levy", expand="projects")["results"]
        assert [project["title"] for project in hit["projects"]] == (["Hidden"] if mine else []) + ["Shown"]


def test_expanding(owner: User, outsider: User) -> None:
    write(owner, "Levy", access=Access.PUBLIC)
    [hit] = ask(outsider, "levy", expand="user,organization")["results"]
    assert hit["user"]["username"] == "owner"
    assert "email" not in hit["user"]
    assert hit["organization"]["name"] == "Newsroom"
    assert "monthly_credits" not in hit["organization"]


def test_anonymous_wildcards_are_letters(owner: User, outsider: User, anonymous: AnonymousUser) -> None:
    write(owner, "Levy", "budgetary", access=Access.PUBLIC, data={"color": ["red"]})
    assert found(outsider, "budg*") == found(outsider, "b?dget*y") == found(outsider, "*getary") == ["Levy"]
    assert found(anonymous, "budg*") == []
    assert found(anonymous, "levy*") == found(anonymous, "data_color:r*") == ["Levy"]


def test_broken_syntax_is_escaped(owner: User) -> None:
    write(owner, "Levy")
    assert ask(owner, "levy AND (")["escaped"] is True
    assert found(owner, "levy AND (") == ["Levy"]
    assert ask(owner, "levy")["escaped"] is False


def test_the_number_of_queries_does_not_grow(owner: User) -> None:
    def count(q: str, **params: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            ask(owner, q, **params)
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    write(owner, "Levy", "the levy", access=Access.PUBLIC)
    ask(owner, "levy")  # statistics are read once
    before = count("levy", hl="true", expand="user,projects")
    for number in range(5):
        write(owner, f"Levy {number}", "the levy", access=Access.PUBLIC)
    assert count("levy", hl="true", expand="user,projects") == before <= 12
    assert count("levy") == 8  # limits, two for audiences, the plan, two stages, rows, notes
    assert count("", sort="title") == 6


def test_a_search_that_takes_too_long(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    write(owner, "Levy", "budget")
    calls: list[int] = []
    fetch = pages.fetch

    def slow(*args: Any) -> pages.Hits:
        calls.append(1)
        if len(calls) <= slow_calls:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(10)")
        return fetch(*args)

    monkeypatch.setattr(query, "TIMEOUT_MS", 100)
    monkeypatch.setattr(pages, "fetch", slow)
    slow_calls = 1
    body = ask(owner, "levy b?dget")
    assert (body["degraded"], body["count"]) == (True, 1)
    slow_calls = 4
    response = client_of(owner).get(URL, {"q": "levy"})
    assert (response.status_code, response.json()["code"]) == (503, "time out")
