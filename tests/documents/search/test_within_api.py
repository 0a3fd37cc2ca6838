"""`GET /api/documents/<id>/search/`: the words of a query on the pages of one document."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from docplatform.lib import storage
from documents import paths
from documents.choices import Access
from documents.models import Document, VersionPage
from organizations.models import User
from tests.conftest import client_of
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db


def within(user: User | AnonymousUser, document: Document, **params: Any) -> Any:
    response = client_of(user).get(f"/api/documents/{document.pk}/search/", params)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def report(owner: User) -> Document:
    return write(owner, "Report", "The levy rose.", "Nothing", "A levy and a tax; " + "x " * 100 + "the second levy.")


def test_snippets_by_page(owner: User, report: Document) -> None:
    found = within(owner, report, q="levies")
    assert set(found) == {"page_no_1", "page_no_3"}
    assert found["page_no_1"] == ["The <em>levy</em> rose."]
    assert len(found["page_no_3"]) == 2
    assert found["page_no_3"][1].endswith("x x the second <em>levy</em>.")
    assert within(owner, report, q='"levy rose"') == {"page_no_1": ["The <em>levy</em> <em>rose</em>."]}
    assert set(within(owner, report, q="page_no_3:levy")) == {"page_no_3"}
    assert within(owner, report, q="levy AND absent") == {}
    assert within(owner, report, q="title:report") == {}
    assert within(owner, report) == {}
    assert within(owner, report, q="((") == {}
    assert set(within(owner, report, q="lev*")) == {"page_no_1", "page_no_3"}


def test_words_near_each_other_and_scripts_without_spaces(owner: User) -> None:
    near = write(owner, "Near", "the levy of the town rose; the town slept until the levy")
    assert within(owner, near, q='"rose levy"~3') == {
        "page_no_1": ["the <em>levy</em> of the town <em>rose</em>; the town slept until the levy"]
    }
    assert within(owner, near, q='"levy slept"~1') == {}
    japanese = write(owner, "Japanese", "東京都庁の報告書", language="jpn")
    assert within(owner, japanese, q="都庁の") == {"page_no_1": ["東京<em>都庁の</em>報告書"]}
    assert within(owner, japanese, q="庁") == {"page_no_1": ["東京都<em>庁</em>の報告書"]}


def test_at_most_25_snippets_a_page(owner: User) -> None:
    document = write(owner, "Long", ("levy " + "x " * 100) * 40)
    assert len(within(owner, document, q="levy")["page_no_1"]) == 25


def test_only_viewers_search_inside(report: Document, outsider: User, anonymous: AnonymousUser) -> None:
    for user in (outsider, anonymous):
        for params in ({"q": "levy"}, {"q": "levy", "positions": "true"}):
            assert client_of(user).get(f"/api/documents/{report.pk}/search/", params).status_code == 404
    Document.objects.filter(pk=report.pk).update(access=Access.PUBLIC)
    assert within(anonymous, report, q="levy")


def test_boxes_of_words(owner: User, report: Document) -> None:
    words = [
        {"text": text, "x1": i / 10, "x2": i / 10 + 0.05, "y1": 0.1, "y2": 0.2}
        for i, text in enumerate("The levy, rose.".split())
    ]
    page = VersionPage.objects.get(version=report.version, number=0).page
    assert page.words
    storage.backend().put(paths.page_boxes(page.words), json.dumps(words).encode())
    assert within(owner, report, q="levy", positions="true") == {"page_no_1": [words[1]]}
    assert within(owner, report, q='"the levy"', positions="true", page=1) == {"page_no_1": words[:2]}
    assert within(owner, report, q="levy", positions="true", page=2) == {}
    assert (
        client_of(owner).get(f"/api/documents/{report.pk}/search/", {"positions": "true", "page": "x"}).status_code
        == 400
    )
