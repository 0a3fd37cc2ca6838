"""Made-up queries find exactly what a plain reading of them finds, and only what the person may see.

A normal run asks about 1,000 queries; SOAK=1 asks 20,000, and SOAK_SEED repeats a run.
"""

import itertools
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import permissions
from documents.choices import Access
from documents.models import Document
from documents.search import index, query, ranking, split
from documents.search.pages import Window
from documents.search.params import Wanted, read
from organizations.models import User
from projects import permissions as project_permissions
from projects.models import Access as Role
from projects.models import Project, ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_project, share
from tests.documents.search.corpus import write
from tests.documents.search.grammar import Grammar
from tests.documents.search.oracle import Oracle, Paper

pytestmark = [pytest.mark.django_db, pytest.mark.soak]

FULL = os.environ.get("SOAK", "") not in ("", "0")
SEED = os.environ.get("SOAK_SEED", "1")
QUERIES, SCRAPS = (15_000, 5_000) if FULL else (700, 300)
RELAXED = settings(
    max_examples=3000 if FULL else 40,
    print_blob=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Person = User | AnonymousUser

PAPERS = (
    Paper("Budget report", "City hall", "The annual budget", ("budget report of the city", "mayor and police"), "eng"),
    Paper("Report", "Police", "", ("report the budget", "city budgets rise", "the mayor reports"), "eng"),
    Paper("Rapport du budget", "Mairie", "les budgets", ("le budget de la ville", "rapports de police"), "fra"),
    Paper("City", "", "police report", ("city city city mayor", ""), "eng"),
    Paper("Mayor's e-mail", "Budget office", "", ("the mayor wrote an e-mail", "police budget"), "eng"),
    Paper("Untitled", "", "", (), "deu"),
    Paper("Akten", "Polizei", "", ("Berichte der Polizei", "city budget 2024 report"), "deu"),
    Paper("Nothing", "budget", "mayor report", ("unrelated words only", "2042 résumé"), "eng"),
)
WHEN = (datetime(2023, 2, 14, 10, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC), datetime(2023, 2, 20, tzinfo=UTC))


@pytest.fixture
def corpus(owner: User, colleague: User, viewer: User) -> dict[int, Paper]:
    """The papers, owned by different people, with different access, values, projects and shares."""
    documents: dict[int, Paper] = {}
    projects = (make_project(owner, "Hidden"), make_project(viewer, "Shown", private=False))
    now = timezone.now()
    rows = zip(
        PAPERS * 2,
        itertools.cycle([Access.PUBLIC, Access.PRIVATE, Access.ORGANIZATION]),
        itertools.cycle([owner, colleague, viewer, owner, viewer]),
        itertools.cycle([["red"], [], ["blue", "red"], ["black"]]),
        itertools.cycle([["To read"], [], ["urgent", "To read"]]),
        itertools.cycle([*WHEN, now - timedelta(days=3), now - timedelta(days=10)]),
        strict=False,
    )
    for number, (paper, access, user, colours, tags, at) in enumerate(rows):
        data = {key: values for key, values in (("color", colours), ("_tag", tags)) if values}
        metadata = {"source": paper.source, "description": paper.description, "language": paper.language}
        document = write(user, paper.title, *paper.pages, access=access, data=data, **metadata)
        Document.objects.filter(pk=document.pk).update(created_at=at)
        for project in (project for each, project in enumerate(projects) if number % (3 + each) == 0):
            ProjectDocument.objects.create(project=project, document=document)
        index.write(document)
        facts = {
            "id": [document.pk],
            "access": [access.value],
            "status": ["success"],
            "language": [paper.language],
            "user": [user.pk],
            "page_count": [len(paper.pages)],
            "data_color": colours,
            "data__tag": tags,
        }
        said = {name: frozenset(map(str, values)) for name, values in facts.items()}
        documents[document.pk] = Paper(**{**vars(paper), "facts": said, "created_at": at})
    for document in Document.objects.filter(user=owner, access=Access.PRIVATE).order_by("pk")[:2]:
        share(document, (viewer, Role.VIEW))
        index.write(document)
    for pk, paper in documents.items():
        places = ProjectDocument.objects.filter(document_id=pk).values_list("project_id", flat=True)
        paper.facts["project"] = frozenset(map(str, places))
    return documents


def visible(user: Person) -> set[int]:
    return set(Document.objects.filter(permissions.view(user)).values_list("pk", flat=True))


def oracle_of(user: Person) -> Oracle:
    projects = Project.objects.filter(project_permissions.view(user))
    return Oracle(timezone.now(), {str(pk) for pk in projects.values_list("pk", flat=True)})


def found(user: Person, wanted: Wanted, size: int = 100) -> list[int]:
    first = query.search(user, wanted, Window(size))
    assert not first.degraded
    hits = first.hits
    ids = list(hits.ids)
    while hits.following:
        hits = query.search(user, wanted, Window(size, place=hits.following)).hits
        ids += hits.ids
    assert hits.count == len(ids) == len(set(ids))
    return ids


def grammar(corpus: Mapping[int, Paper], kind: str) -> Grammar:
    people = sorted({int(next(iter(paper.facts["user"]))) for paper in corpus.values()})
    projects = sorted(Project.objects.values_list("pk", flat=True))
    return Grammar(Random(f"{SEED} {kind}"), people, sorted(corpus), projects)


def cast(*people: Person) -> Sequence[Person]:
    return people


def test_queries_find_what_they_say(
    corpus: dict[int, Paper], owner: User, viewer: User, outsider: User, anonymous: AnonymousUser
) -> None:
    made = grammar(corpus, "queries")
    people = [(person, oracle_of(person), visible(person)) for person in cast(owner, viewer, outsider, anonymous)]
    wrong = []
    for number in range(QUERIES):
        user, oracle, seen = people[number % len(people)]
        q, filters = made.query(), made.filters()
        wanted = read({"q": [q], **filters})
        tree = split.plan(wanted, anonymous=user.is_anonymous, now=oracle.now).tree
        expected = {pk for pk in seen if oracle.answers(tree, corpus[pk])}
        if (got := set(found(user, wanted))) != expected:
            wrong.append((number, q, filters, got - expected, expected - got))
    assert not wrong, (SEED, wrong[:20])


def test_garbage_is_answered(corpus: dict[int, Paper], viewer: User, anonymous: AnonymousUser) -> None:
    made = grammar(corpus, "garbage")
    people = [(person, visible(person)) for person in cast(viewer, anonymous)]
    names = ("title", "user", "-user", "id", "created_at", "tag", "data_a", "page_no_1", "sort", "text", "slug")
    for number in range(SCRAPS):
        user, seen = people[number % len(people)]
        params = {"q": [made.garbage()]}
        if number % 3 == 0:
            params |= {name: [made.garbage()] for name in made.random.sample(names, 2)}
        assert set(found(user, read(params))) <= seen, (SEED, number, params)


@pytest.mark.parametrize("top", [ranking.TOP, 4])
def test_pages_of_hits_are_one_list(
    corpus: dict[int, Paper], owner: User, top: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "TOP", top)
    sorts = ["", "created_at", "-created_at", "title", "-title", "source", "-source", "page_count", "-page_count"]
    sorts += ["id", "-id", "data_color", "-data_color"]

    @RELAXED
    @given(st.integers(), st.sampled_from(sorts), st.integers(1, 7))
    def check(seed: int, sort: str, size: int) -> None:
        wanted = Wanted(grammar(corpus, f"pages {seed}").query(), sort=sort)
        whole = query.search(owner, wanted, Window(100)).hits.ids
        assert tuple(found(owner, wanted, size)) == whole
        offsets = [
            query.search(owner, wanted, Window(size, offset)).hits for offset in range(0, len(whole) + size, size)
        ]
        assert tuple(pk for hits in offsets for pk in hits.ids) == whole
        assert {hits.count for hits in offsets} == {len(whole)}

    check()


def test_garbage_over_http_is_no_error(corpus: dict[int, Paper], viewer: User) -> None:
    client = client_of(viewer)
    for q in [
        "\x00",
        "((((",
        "a AND",
        '"',
        "\\",
        "[* TO",
        "user:99999999999999999999",
        "%",
        "''",
        "\ud800".encode("utf-8", "replace").decode(),
    ]:
        for hl in ("true", "false"):
            response = client.get(
                "/api/documents/search/", {"q": q, "hl": hl, "user": "x", "id": "[a TO", "per_page": "-3"}
            )
            assert response.status_code == 200
            assert response.json()["results"] == []
