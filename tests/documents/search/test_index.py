"""The index itself: what is written when, and within which bounds."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from documents.models import Document, PageText, SearchDoc, SearchLanguage
from documents.search import body, index, query
from documents.search.pages import Window
from documents.search.params import Wanted
from organizations.models import User
from tests.documents.factories import add_version, make_document
from tests.documents.search.corpus import add_texts, write

pytestmark = pytest.mark.django_db


def found(user: User, q: str) -> set[int]:
    return set(query.search(user, Wanted(q), Window(100)).hits.ids)


def terms(document: Document) -> str:
    return SearchDoc.objects.get(pk=document.pk).terms


def test_metadata_alone_does_not_read_the_pages(owner: User) -> None:
    document = write(owner, "Levy", "the secret budget", description="old words")
    PageText.objects.update(tsv="")
    Document.objects.filter(pk=document.pk).update(title="Tax", description="new words", data={"color": ["red"]})
    with CaptureQueriesContext(connection) as queries:
        index.write(document)
    assert len(queries) == 5
    assert found(owner, "secret AND tax AND new AND data_color:red") == {document.pk}
    assert found(owner, "levy") == found(owner, "old") == set()
    assert found(owner, "text:tax") == found(owner, "title:secret") == set()
    assert found(owner, "text:secret") == {document.pk}


def test_rewriting_changes_nothing(owner: User) -> None:
    document = write(
        owner, "Levy report", "the secret budget levy", description="report of the levy", data={"a": ["b"]}
    )
    before = SearchDoc.objects.filter(pk=document.pk).values("terms", "digest").get()
    index.write(document)
    index.write(document)
    once_more = SearchDoc.objects.filter(pk=document.pk).values("terms", "digest").get()
    index.rebuild(document)
    rebuilt = SearchDoc.objects.filter(pk=document.pk).values("terms", "digest").get()
    assert before == once_more == rebuilt


def test_a_new_version_replaces_the_words(owner: User) -> None:
    document = write(owner, "Levy", "old text")
    pages = ("brand new", "text")
    with transaction.atomic():
        add_version(document, pages)
        add_texts(document, pages)
        index.write(document)
    assert found(owner, "old") == set()
    assert found(owner, "brand AND text") == found(owner, '"brand new"') == {document.pk}


def test_the_row_as_it_is_counts_not_the_object(owner: User) -> None:
    document = write(owner, "Levy", "text")
    Document.objects.filter(pk=document.pk).update(title="Tax")
    index.write(document)
    assert found(owner, "tax") == {document.pk}


def test_texts_that_no_column_holds(owner: User) -> None:
    document = write(owner, "Levy", "null\x00byte \ud800 surrogate", "")
    assert found(owner, "nullbyte AND surrogate") == {document.pk}


def test_a_document_of_very_many_words(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MAX_BYTES", 20_000)
    pages = [" ".join(f"common word{page}x{number}" for number in range(500)) for page in range(10)]
    document = write(owner, "Levy", *pages, data={f"k{n}": ["v" * 300] * 3 for n in range(400)})
    assert found(owner, "common") == found(owner, "levy") == {document.pk}
    assert len(terms(document)) < 200_000
    assert found(owner, '"word9x499"') in (set(), {document.pk})


def test_a_page_beyond_all_limits(owner: User) -> None:
    document = write(owner, "Levy", " ".join(f"w{n}" for n in range(150_000)))
    assert found(owner, "w7 AND levy") == {document.pk}


def test_languages_in_use(owner: User) -> None:
    write(owner, "Niños", "las corrupciones", language="spa")
    write(owner, "Kinder", "die Häuser", language="deu")
    write(owner, "東京都庁の報告書", "東京都庁の報告書 2024年", language="jpn")
    write(owner, "Київ", "бюджети міста", language="ukr")
    assert set(SearchLanguage.objects.values_list("code", flat=True)) == {"es", "de"}
    for q in ("corrupción", "nino", "Haus", "kind", "都庁", "京", "報告書", '"都庁の"', "бюджети", "КИЇВ", "2024年"):
        assert len(found(owner, q)) == 1, q
    assert found(owner, "東庁") == set()


def test_a_foreign_stem_is_no_word(owner: User) -> None:
    write(owner, "French", "une par page", language="fra")
    lithuanian = write(owner, "Lithuanian", "paris", language="lit")
    assert found(owner, "paris") == {lithuanian.pk}


def test_removing(owner: User) -> None:
    document = write(owner, "Levy", "text")
    index.remove(document)
    assert found(owner, "levy") == set()
    index.write(document)
    assert found(owner, "levy") == {document.pk}


def test_a_document_without_pages(owner: User) -> None:
    document = make_document(owner, title="Levy")
    index.write(document)
    assert found(owner, "levy") == {document.pk}


@pytest.mark.django_db(transaction=True)
def test_found_from_the_commit_on(owner: User) -> None:
    reader = connection.copy()
    try:

        def others_find() -> int:
            with reader.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM documents_searchdoc WHERE terms @@ %s::tsquery", ["secret"])
                return int(cursor.fetchone()[0])

        with transaction.atomic():
            document = write(owner, "Levy", "the secret budget")
            assert found(owner, "secret") == {document.pk}
            assert others_find() == 0
        assert others_find() == 1
    finally:
        reader.close()
