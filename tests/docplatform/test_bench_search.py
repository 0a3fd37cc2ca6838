"""The benchmark of search runs, small: its library is what it says, and every figure has a floor."""

import pytest

from docplatform.management.bench import corpus, filling, indexing, searching
from docplatform.management.bench.filling import Library
from documents.models import Document
from documents.search import query
from documents.search.pages import Window
from documents.search.params import Wanted

SIZE = 20
pytestmark = pytest.mark.slow


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Forty documents, with the words that are searched for planted into every page."""
    monkeypatch.setattr(corpus, "BATCH", SIZE)
    monkeypatch.setattr(filling, "BATCH", SIZE)
    monkeypatch.setattr(corpus, "LONG", 5)
    monkeypatch.setattr(corpus, "MOST", 3)
    monkeypatch.setattr(corpus, "PROSE", 1_000)
    planted = {name: corpus.Planted(planted.words, 1.0) for name, planted in corpus.PLANTED.items()}
    monkeypatch.setattr(corpus, "PLANTED", planted)
    library = filling.found()
    for batch in range(2):
        library.add(list(corpus.sheets(batch)), first=batch * SIZE)
    library.batches = 2
    return library


def test_texts_are_the_same_every_time() -> None:
    assert list(corpus.sheets(1))[:3] == list(corpus.sheets(1))[:3] != list(corpus.sheets(2))[:3]
    assert [len(sheet.pages) for sheet in corpus.sheets(1)] == corpus.page_counts(1)


@pytest.mark.django_db
def test_the_reader_sees_three_documents_of_five_as_they_are_indexed_in_earnest(library: Library) -> None:
    assert Document.objects.count() == 2 * SIZE
    assert query.search(library.user, Wanted(""), Window(1)).hits.count == 2 * SIZE * 0.6
    assert query.search(library.stranger, Wanted("gostarvin"), Window(1)).hits.count > 0
    indexing.check(library)


@pytest.mark.django_db
def test_search_and_its_index_are_measured_beside_bare_sql(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SECONDS", 0)
    monkeypatch.setattr(indexing, "PAGES", 5)
    found = searching.measure(library)
    assert found.ours.keys() == found.floors.keys() >= searching.QUERIES.keys()
    assert all(found.hits[name] > 0 for name in searching.QUERIES if "NOT" not in name)
    lines = [*found.lines("small"), *searching.bars(found, found), *indexing.indexing(library)]
    assert all(line.ours > 0 and line.floor > 0 for line in lines)
    assert all("Bitmap Index Scan on search_doc_terms" in plan for plan in searching.explain(library))
