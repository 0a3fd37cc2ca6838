"""The order of hits, beside two usual ones on the same texts: how well the first ten agree with people's judgements."""

import math
import uuid
from collections.abc import Callable, Iterable, Sequence

import pytest
from django.db import connection
from rank_bm25 import BM25Okapi

from documents.choices import Status
from documents.models import Document, Page, Version, VersionPage
from documents.search import analyzer, index, query, statistics
from documents.search.pages import Window
from documents.search.params import Wanted
from organizations.models import User
from tests.documents.search import judged
from tests.documents.search.judged import Judged, Text

TEN = 10
PLAIN = """
WITH asked AS (SELECT replace(plainto_tsquery('english', %s)::text, '&', '|')::tsquery AS q),
texts AS (SELECT key, to_tsvector('english', body) AS tsv FROM unnest(%s::text[], %s::text[]) AS t (key, body))
SELECT key FROM texts, asked WHERE tsv @@ q ORDER BY ts_rank(tsv, q) DESC, key LIMIT %s
"""

pytestmark = pytest.mark.django_db


def test_hits_come_in_a_better_order_than_by_ts_rank_or_bm25(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_known", {})  # as another test left them
    texts = judged.texts()
    ways = {"ours": _ours(owner, texts), "ts_rank": _ts_rank(texts), "BM25": _bm25(texts)}
    table = {name: [ndcg(asked, way(asked.query)) for asked in judged.judgements()] for name, way in ways.items()}
    means = {name: sum(row) / len(row) for name, row in table.items()}
    report = _report(table, means)
    print(report)  # noqa: T201  (the table is what is asked for: pytest -s)
    assert len(table["ours"]) == 40
    assert means["ours"] >= max(means.values()), report


def test_the_measure_knows_the_best_and_the_worst_order() -> None:
    asked = Judged("levy", {"a": 3, "b": 1})
    assert ndcg(asked, ["a", "b", "x"]) == 1
    assert ndcg(asked, ["x", "y"]) == 0
    assert 0 < ndcg(asked, ["b", "x", "a"]) < ndcg(asked, ["b", "a"]) < 1


def ndcg(asked: Judged, found: Sequence[str]) -> float:
    """nDCG@10: 1 for the best order there is, 0 where nothing good is among the first ten."""
    return _gain([asked.grades.get(key, 0) for key in found]) / _gain(sorted(asked.grades.values(), reverse=True))


def _gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in zip(range(TEN), grades, strict=False))


def _ours(user: User, texts: Sequence[Text]) -> Callable[[str], list[str]]:
    keys = dict(zip(_write(user, texts), (text.key for text in texts), strict=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE documents_searchdoc")
    return lambda q: [keys[pk] for pk in query.search(user, Wanted(q), Window(TEN)).hits.ids]


def _write(user: User, texts: Sequence[Text]) -> list[int]:
    """The texts as documents, in the index."""
    documents = Document.objects.bulk_create(
        Document(
            user=user,
            organization=user.organization,
            status=Status.SUCCESS,
            title=text.title,
            slug=text.key,
            source=text.source,
            description=text.description,
            language=text.language,
            page_count=len(text.pages),
        )
        for text in texts
    )
    versions = Version.objects.bulk_create(Version(document=document) for document in documents)
    for document, version in zip(documents, versions, strict=True):
        document.version = version
    Document.objects.bulk_update(documents, ["version"])
    placed = [
        (version, number, text, body)
        for version, text in zip(versions, texts, strict=True)
        for number, body in enumerate(text.pages)
    ]
    pages = Page.objects.bulk_create(
        Page(words=uuid.uuid4(), width=612, height=792, language=text.language) for _, _, text, _ in placed
    )
    VersionPage.objects.bulk_create(
        VersionPage(version=version, number=number, page=page)
        for (version, number, _, _), page in zip(placed, pages, strict=True)
    )
    index.add_pages([(page, body) for page, (_, _, _, body) in zip(pages, placed, strict=True)])
    index.write_all([document.pk for document in documents])
    return [document.pk for document in documents]


def _ts_rank(texts: Sequence[Text]) -> Callable[[str], list[str]]:
    """PostgreSQL's own: English words, any of them, over all of the text."""

    def search(q: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN, [q, [text.key for text in texts], [text.whole for text in texts], TEN])
            return [key for (key,) in cursor.fetchall()]

    return search


def _bm25(texts: Sequence[Text]) -> Callable[[str], list[str]]:
    """Okapi's BM25 over the words as our analyzer reads them; it knows the language of the text, not of the query."""
    bm25 = BM25Okapi([_words(text.whole, text.language) for text in texts])
    languages = {text.language for text in texts}

    def search(q: str) -> list[str]:
        words = dict.fromkeys(word for language in sorted(languages) for word in _words(q, language))
        scores = zip(bm25.get_scores(list(words)), (text.key for text in texts), strict=True)
        return [key for score, key in sorted(scores, key=lambda pair: (-pair[0], pair[1]))[:TEN] if score > 0]

    return search


def _words(text: str, language: str) -> list[str]:
    return [token.stem or token.exact for token in analyzer.tokens(text, language)]


def _report(table: dict[str, list[float]], means: dict[str, float]) -> str:
    """The table, one line for each query."""
    lines = [f"{'nDCG@10':<44}" + "".join(f"{name:>9}" for name in table)]
    for number, asked in enumerate(judged.judgements()):
        lines.append(f"{asked.query:<44}" + "".join(f"{row[number]:>9.3f}" for row in table.values()))
    return "\n".join([*lines, f"{'mean':<44}" + "".join(f"{mean:>9.3f}" for mean in means.values())])
