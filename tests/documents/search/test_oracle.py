"""Queries made up by hypothesis find exactly what a plain reading of them finds, and only what the person may see.

Bounded in a normal run; SOAK=1 takes 3,000 queries a test.
"""

import itertools
import os
from collections.abc import Sequence

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
from projects.models import Access as Role
from tests.conftest import client_of
from tests.documents.factories import share
from tests.documents.search import oracle
from tests.documents.search.corpus import write
from tests.documents.search.oracle import Paper

pytestmark = [pytest.mark.django_db, pytest.mark.soak]

FULL = os.environ.get("SOAK", "") not in ("", "0")
RELAXED = settings(
    max_examples=3000 if FULL else 60,
    print_blob=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

PAPERS = (
    Paper("Budget report", "City hall", "The annual budget", ("budget report of the city", "mayor and police"), "eng"),
    Paper("Report", "Police", "", ("report the budget", "city budgets rise", "the mayor reports"), "eng"),
    Paper("Rapport du budget", "Mairie", "les budgets", ("le budget de la ville", "rapports de police"), "fra"),
    Paper("City", "", "police report", ("city city city mayor", ""), "eng"),
    Paper("Mayor's e-mail", "Budget office", "", ("the mayor wrote an e-mail", "police budget"), "eng"),
    Paper("Untitled", "", "", (), "deu"),
    Paper("Akten", "Polizei", "", ("Berichte der Polizei", "city budget 2024 report"), "deu"),
    Paper("Nothing", "budget", "mayor report", ("unrelated words only",), "eng"),
)

WORDS = "budget budgets report reports city mayor police the of 2024 e-mail rapport nothing ville unrelated".split()
TEXT_FIELDS = ("title", "source", "description", "text", "page_no_1", "page_no_2")

word = st.sampled_from(WORDS)
phrase = st.lists(word, min_size=1, max_size=3).map(lambda words: '"' + " ".join(words) + '"')
near = st.builds("{}~{}".format, phrase, st.integers(1, 4))
pattern = st.sampled_from(["bud*", "re*t", "c?ty", "*ort", "mayor*", "po*ic*", "b?dg*s", "*"])
leaf = st.one_of(word, word, phrase, near, pattern)
fielded = st.builds("{}:{}".format, st.sampled_from(TEXT_FIELDS), leaf)
fact = st.sampled_from(
    [
        "access:public",
        "access:private",
        "data_color:red",
        "data_color:*",
        "data_color:b*",
        "-data_color:red",
        "access:(public private)",
    ]
)


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {})".format, inner, inner),
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("({} NOT {})".format, inner, inner),
        st.builds("(+{} -{} {})".format, inner, inner, inner),
        st.builds("NOT {}".format, inner),
        st.builds("{}^3".format, leaf),
        st.builds("title:({} {})".format, leaf, leaf),
    )


queries = st.lists(st.recursive(st.one_of(leaf, fielded, fact), joined, max_leaves=6), min_size=1, max_size=3).map(
    " ".join
)


@pytest.fixture
def corpus(owner: User, colleague: User, viewer: User) -> dict[int, Paper]:
    """The papers, owned by different people, with different access, colours and shares."""
    documents: dict[int, Paper] = {}
    accesses = itertools.cycle([Access.PUBLIC, Access.PRIVATE, Access.ORGANIZATION])
    people = itertools.cycle([owner, colleague, viewer, owner, viewer])
    colours: itertools.cycle[list[str]] = itertools.cycle([["red"], [], ["blue", "red"], ["black"]])
    for paper, access, user, colour in zip(PAPERS * 2, accesses, people, colours, strict=False):
        data = {"color": colour} if colour else {}
        document = write(
            user,
            paper.title,
            *paper.pages,
            source=paper.source,
            description=paper.description,
            language=paper.language,
            access=access,
            data=data,
        )
        facts = {
            "access": frozenset({access.value}),
            "data_color": frozenset(colour),
            "user": frozenset({str(user.pk)}),
        }
        documents[document.pk] = Paper(**{**vars(paper), "facts": facts})
    for document in Document.objects.filter(user=owner, access=Access.PRIVATE)[:2]:
        share(document, (viewer, Role.VIEW))
        index.write(document)
    return documents


def expected(user: User | AnonymousUser, wanted: Wanted, corpus: dict[int, Paper]) -> set[int]:
    visible = set(Document.objects.filter(permissions.view(user)).values_list("pk", flat=True))
    tree = split.plan(wanted, anonymous=user.is_anonymous, now=timezone.now()).tree
    return {pk for pk in visible if oracle.answers(tree, corpus[pk])}


def found(user: User | AnonymousUser, wanted: Wanted, size: int = 100) -> list[int]:
    hits = query.search(user, wanted, Window(size)).hits
    ids = list(hits.ids)
    while hits.following:
        hits = query.search(user, wanted, Window(size, place=hits.following)).hits
        ids += hits.ids
    assert hits.count == len(ids) == len(set(ids))
    return ids


def cast(*people: User | AnonymousUser) -> Sequence[User | AnonymousUser]:
    return people


def test_queries_find_what_they_say(
    corpus: dict[int, Paper], owner: User, viewer: User, outsider: User, anonymous: AnonymousUser
) -> None:
    @RELAXED
    @given(queries, st.sampled_from(cast(owner, viewer, outsider, anonymous)))
    def check(q: str, user: User | AnonymousUser) -> None:
        wanted = Wanted(q)
        assert set(found(user, wanted)) == expected(user, wanted, corpus), q

    check()


@pytest.mark.parametrize("top", [ranking.TOP, 4])
def test_pages_of_hits_are_one_list(
    corpus: dict[int, Paper], owner: User, top: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "TOP", top)
    sorts = ["", "created_at", "-created_at", "title", "-title", "source", "-source", "page_count", "-page_count"]
    sorts += ["id", "-id", "data_color", "-data_color"]

    @RELAXED
    @given(queries, st.sampled_from(sorts), st.integers(1, 7))
    def check(q: str, sort: str, size: int) -> None:
        wanted = Wanted(q, sort=sort)
        whole = query.search(owner, wanted, Window(100)).hits.ids
        assert tuple(found(owner, wanted, size)) == whole
        offsets = [
            query.search(owner, wanted, Window(size, offset)).hits for offset in range(0, len(whole) + size, size)
        ]
        assert tuple(pk for hits in offsets for pk in hits.ids) == whole
        assert {hits.count for hits in offsets} == {len(whole)}

    check()


GARBAGE = st.text(alphabet="ab \"()[]{}:^~*?\\/+-!&|',<>%$;_\x00\x01é日\ud800TO~12ANDORNOT", max_size=60) | st.text(
    max_size=40
)
PIECES = [
    " AND ",
    " OR ",
    " NOT ",
    "title:",
    "user:",
    "budget",
    "[1 TO 5]",
    '"city mayor"~3',
    "--",
    "';drop table x;--",
]
MORE_PIECES = [
    ":*",
    "<->",
    "%s",
    "%",
    "created_at:",
    "project:*",
    "NOW",
    "data_x:",
    "page_no_2:",
    "{",
    "sort:",
    "日本",
    "\\",
]
SCRAPS = st.lists(st.sampled_from(PIECES + MORE_PIECES), max_size=12).map("".join)


def test_garbage_is_answered(corpus: dict[int, Paper], viewer: User, anonymous: AnonymousUser) -> None:
    names = st.sampled_from(
        ["q", "title", "user", "-user", "id", "created_at", "tag", "data_a", "page_no_1", "sort", "text", "slug"]
    )

    @RELAXED
    @given(st.dictionaries(names, GARBAGE | SCRAPS, max_size=3), st.sampled_from(cast(viewer, anonymous)))
    def check(params: dict[str, str], user: User | AnonymousUser) -> None:
        wanted = read({name: [value] for name, value in params.items()})
        visible = set(Document.objects.filter(permissions.view(user)).values_list("pk", flat=True))
        assert set(found(user, wanted)) <= visible

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
