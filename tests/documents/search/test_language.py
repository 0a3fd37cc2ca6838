"""The whole query language, form by form, over a handful of documents: what people type, and what they get."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from documents.choices import Access
from documents.models import Document
from documents.search import index, params, query
from documents.search.pages import Window
from organizations.models import User
from projects.models import ProjectDocument
from tests.documents.factories import make_project
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db

DATA = {
    "One": {"color": ["red"], "_tag": ["To read"]},
    "Two": {"color": ["blue", "a b]c"], "no-te": ["x:y"]},
    "Three": {},
}
TEXTS = {
    "One": ("levy budget rises", "the mayor's budget for C++ and a_b"),
    "Two": ("police budget 12:30", "http://example.org/levy?x=1"),
    "Three": ("the school levy",),
}
EVERYTHING = {"One", "Two", "Three"}


@pytest.fixture
def papers(owner: User) -> dict[str, Document]:
    """One is from 2023, Two from the first of May 2024, Three from yesterday."""
    project = make_project(owner, "Folder")
    written = {}
    times = (datetime(2023, 6, 1, 12, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC), timezone.now() - timedelta(days=1))
    for (title, pages), at in zip(TEXTS.items(), times, strict=True):
        document = write(owner, title, *pages, data=DATA[title], language="fra" if title == "Two" else "eng")
        access = Access.PUBLIC if title == "Three" else Access.PRIVATE
        Document.objects.filter(pk=document.pk).update(created_at=at, access=access)
        if title == "One":
            ProjectDocument.objects.create(project=project, document=document)
        index.write(document)
        written[title] = document
    return written


ROWS: dict[str, set[str]] = {
    "": EVERYTHING,
    "*": EVERYTHING,
    "*:*": EVERYTHING,
    "levy": {"One", "Two", "Three"},
    "school police": {"Two", "Three"},
    "budget AND mayor": {"One"},
    "budget && mayor": {"One"},
    "mayor OR school": {"One", "Three"},
    "mayor || school": {"One", "Three"},
    "budget NOT mayor": {"Two"},
    "budget !mayor": {"Two"},
    "!budget": {"Three"},
    "NOT budget": {"Three"},
    "+levy -budget": {"Three"},
    "+budget mayor": {"One", "Two"},
    "budget AND NOT mayor": {"Two"},
    "(mayor OR school) AND levy": {"One", "Three"},
    "(mayor school) -police": {"One", "Three"},
    "!(mayor OR school)": {"Two"},
    "levy and budget": EVERYTHING,
    "text:(police school)": {"Two", "Three"},
    "text:(+levy -school)": {"One", "Two"},
    "text:(levy AND NOT budget)": {"Three"},
    "title:(one OR two)": {"One", "Two"},
    "title:-one": {"Two", "Three"},
    "doctext:school": {"Three"},
    "levy^3 school^0.5": EVERYTHING,
    '"police budget"^2': {"Two"},
    '"budget levy"': set(),
    '"budget levy"~1': {"One"},
    '"levy rises"~1': {"One"},
    '"the levy"~1': {"Three"},
    "lev*": EVERYTHING,
    "sch?ol": {"Three"},
    "*ayor": {"One"},
    "levi~": EVERYTHING,
    "shcool~1": set(),
    "shcool~2": {"Three"},
    "title:thre~1": {"Three"},
    "page_no_1:police": {"Two"},
    "page_no_2:police": set(),
    "page_no_2:may*": {"One"},
    "C\\+\\+": {"One"},
    "12\\:30": {"Two"},
    "12:30": {"Two"},
    "http://example.org/levy": {"Two"},
    'data_color:"a b]c"': {"Two"},
    "data_color:a\\ b\\]c": {"Two"},
    "data_color:[a\\ b\\]c TO a\\ c]": {"Two"},
    "data_color:[blue TO red}": {"Two"},
    "data_color:{blue TO red]": {"One"},
    "data_color:[* TO blue]": {"Two"},
    "data_color:{blue TO *}": {"One"},
    "data_color:*": {"One", "Two"},
    "-data_color:*": {"Three"},
    "data_color:(red blue)": {"One", "Two"},
    "data_no-te:x\\:y": {"Two"},
    "data_no-te:x:y": {"Two"},
    'tag:"To read"': {"One"},
    "tag:To\\ read": {"One"},
    "tag:to": set(),
    "data__tag:T*": {"One"},
    "pages:2": {"One", "Two"},
    "page_count:{1 TO 2]": {"One", "Two"},
    "page_count:[* TO 2}": {"Three"},
    "page_count:{1 TO *]": {"One", "Two"},
    "created_at:2023": {"One"},
    "created_at:2024-05": {"Two"},
    "created_at:2024-05-01": {"Two"},
    "created_at:2024-05-01T00:00:00Z": {"Two"},
    'created_at:"2024-05-01T00:00:00.000Z"': {"Two"},
    "created_at:[2023-06-01 TO 2024-05-01]": {"One", "Two"},
    "created_at:[2023-06-01 TO 2024-05-01}": {"One"},
    "created_at:{2023 TO *]": {"Two", "Three"},
    "created_at:[NOW-7DAYS/DAY TO *]": {"Three"},
    "created_at:[NOW-7DAYS TO NOW]": {"Three"},
    "created_at:[* TO NOW/DAY-1YEAR+1DAY]": {"One", "Two"},
    "created_at:[2024-05-01T00:00:00Z-1DAY TO 2024-05-01T00:00:00Z+1HOUR]": {"Two"},
    "language:fra": {"Two"},
    "access:public access:private": EVERYTHING,
    "access:public levy": {"Three"},
    "levy access:public OR mayor": EVERYTHING,
    "levy sort:title": EVERYTHING,
    "order:-created_at hl:true levy": EVERYTHING,
    '_query_:"{!lucene}x" levy': EVERYTHING,
    "user:nobody-x mayor": {"One"},
    "user:nobody-x AND mayor": set(),
    "created_at:soon school": {"Three"},
}


def test_every_form(owner: User, papers: dict[str, Document]) -> None:
    titles = {document.pk: title for title, document in papers.items()}
    wrong = {}
    for q, wanted in ROWS.items():
        found = query.search(owner, params.read({"q": [q]}), Window(10))
        got = {titles[pk] for pk in found.hits.ids}
        if got != wanted or found.plan.escaped or found.degraded:
            wrong[q] = (got, found.plan.escaped)
    assert wrong == {}


def test_numbers_of_things_may_have_their_names_before_them(owner: User, papers: dict[str, Document]) -> None:
    one, project = papers["One"].pk, ProjectDocument.objects.get().project_id
    for q, many in {
        f"id:{one}": 1,
        f"document:a-title-{one}": 1,
        f"id:({one} {papers['Two'].pk})": 2,
        f"id:{{{one} TO *]": 2,
        f"project:folder-{project}": 1,
        f"projects:{project}": 1,
        f"-project:{project}": 2,
        "project:*": 1,
        f"account:ada-{owner.pk} group:some-news-{owner.organization_id}": 3,
    }.items():
        assert query.search(owner, params.read({"q": [q]}), Window(10)).hits.count == many, q


@pytest.mark.parametrize(
    ("given", "titles"),
    [
        ({"data_color": "red,blue"}, {"One", "Two"}),
        ({"data_color": ["red", "blue"]}, {"One", "Two"}),
        ({"access": "public,private"}, EVERYTHING),
        ({"-access": "public"}, {"One", "Two"}),
        ({"q": "levy", "page_count": "[2 TO *]"}, {"One", "Two"}),
        ({"q": "budget", "page_count": "many"}, set()),
        ({"page_count": "1,many"}, {"Three"}),
        ({"q": "levy", "created_at": "soon"}, set()),
        ({"created_at": "2023"}, {"One"}),
        ({"q": "levy", "user": "x"}, set()),
        ({"q": "levy", "id": "[1 TO"}, set()),
        ({"q": "data_color:red", "data_color": "blue"}, {"One", "Two"}),
        ({"q": "school", "title": "two"}, {"Two", "Three"}),
        ({"q": "levy", "-title": "two"}, {"One", "Three"}),
        ({"tag": "To read"}, {"One"}),
        ({"mentions": "true", "data": "x", "colour": "red"}, EVERYTHING),
    ],
)
def test_filters_of_the_url(
    owner: User, papers: dict[str, Document], given: dict[str, str | list[str]], titles: set[str]
) -> None:
    values = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    found = query.search(owner, params.read(values), Window(10)).hits.ids
    assert {title for title, document in papers.items() if document.pk in found} == titles


@pytest.mark.parametrize(
    "q", ["levy AND", "OR levy", "(levy", "levy)", 'levy "school', "levy [1 TO", "levy title:", "levy^x", "levy \\"]
)
def test_broken_syntax_is_escaped(owner: User, papers: dict[str, Document], q: str) -> None:
    found = query.search(owner, params.read({"q": [q]}), Window(10))
    assert (found.plan.escaped, found.hits.count) == (True, 3)


def test_what_is_clear_in_broken_syntax_still_filters(owner: User, papers: dict[str, Document]) -> None:
    found = query.search(owner, params.read({"q": ["levy (( data_color:red"]}), Window(10))
    assert (found.plan.escaped, found.hits.ids) == (True, (papers["One"].pk,))
