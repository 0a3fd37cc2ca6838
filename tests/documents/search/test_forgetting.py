"""What is removed for good leaves the words that wildcards know, the values that are suggested, and the statistics."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from documents.actions.purge import purge
from documents.models import Document, Note, SearchDoc, SearchValue, SearchWord
from documents.pipeline import versions
from documents.search import forgetting, index, notes, remembered, statistics
from organizations.models import User
from tests.conftest import client_of
from tests.documents.factories import add_version
from tests.documents.search.corpus import add_texts, write

pytestmark = pytest.mark.django_db


def known() -> set[str]:
    return set(SearchWord.objects.values_list("word", flat=True))


def values() -> set[str]:
    return set(SearchValue.objects.values_list("value", flat=True))


def add_note(document: Document, title: str) -> Note:
    place: dict[str, Any] = {"user": document.user, "organization": document.organization, "page_number": 0}
    note = Note.objects.create(document=document, title=title, **place)
    notes.read([(note, document.language)])
    return note


def test_a_version_that_nobody_reads_takes_its_words_along(owner: User) -> None:
    document = write(owner, "Levy", "secret harbour mayor council's", "kept")
    add_note(write(owner, "Tax", "the harbour"), "Mayor")
    with transaction.atomic():
        add_version(document, ["new kept"])
        add_texts(document, ["new kept"])
        index.write(document)
    assert {"secret", "kept"} <= known()
    assert {"secret", "council"} <= set(versions.drop_unread(document.pk))
    assert {"secret", "council"}.isdisjoint(known()) and {"kept", "harbour", "mayor", "new", "levy"} <= known()


def test_a_purged_document_takes_words_and_values_along(owner: User) -> None:
    write(owner, "Tax", "harbour", data={"color": ["red"]})
    document = write(owner, "Levy", "harbour secret", description="said", data={"color": ["red", "b'l\\ue"]})
    add_note(document, "Marginal")
    assert values() == {"red", "b'l\\ue"}
    assert client_of(owner).delete(f"/api/documents/{document.pk}/?purge=true").status_code == 204
    assert {"secret", "levy", "said", "marginal"} <= known()
    Document.objects.filter(pk=document.pk).update(updated_at=timezone.now() - timedelta(hours=1))
    assert purge() == 1
    assert (known(), values()) == ({"tax", "harbour"}, {"red"})


def test_what_was_only_changed_is_forgotten_day_by_day(owner: User) -> None:
    document = write(owner, "Levy", "harbour", data={"color": ["red"]})
    note = add_note(document, "Marginal")
    changed = {"title": "Tax", "data": {"color": ["blue"]}}
    assert client_of(owner).patch(f"/api/documents/{document.pk}/", changed).status_code == 200
    note.delete()
    assert forgetting.tidy() == 2
    assert (known(), values()) == ({"tax", "harbour"}, {"blue"})


def test_each_word_is_looked_up_in_the_indexes(owner: User) -> None:
    plan = "\n".join(forgetting.by_index(f"EXPLAIN {forgetting.FORGET_WORDS}", [["levy"]]))
    assert all(name in plan for name in ("search_doc_terms", "page_text_tsv", "note_words", "search_word_by_length"))
    plan = "\n".join(forgetting.by_index(f"EXPLAIN {forgetting.FORGET_VALUES}", [["a"], ["b"], ["b"]]))
    assert "search_doc_terms" in plan and "search_value_by_name" in plan


def samples() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(s::text, ' ') FROM pg_stats s WHERE tablename LIKE 'documents_%'")
        return str(cursor.fetchone()[0])


def test_the_planners_samples_are_drawn_again(owner: User) -> None:
    document = write(owner, "Levy", "secret harbour")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE documents_pagetext, documents_searchdoc, documents_searchword")
    assert "secret" in samples()
    with transaction.atomic():
        add_version(document, ["new"])
        add_texts(document, ["new"])
        index.write(document)
    lost = versions.drop_unread(document.pk)
    assert forgetting.renew_statistics(lost) and not forgetting.renew_statistics(lost)
    assert "secret" not in samples() and "harbour" not in samples() and "levy" in samples()


def test_what_stands_everywhere_is_not_looked_up_and_much_is_sorted_in_first(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(owner, "Levy", "harbour")
    many = [f"w{number}" for number in range(forgetting.MANY + 1)]
    SearchWord.objects.bulk_create(SearchWord(word=word) for word in [*many, "gone"])
    monkeypatch.setattr(forgetting, "COMMON", 0.5)
    monkeypatch.setattr(forgetting, "TOTAL", "SELECT 1000")
    monkeypatch.setattr(statistics, "frequencies", lambda: {"gone": 0.3})
    assert sorted(forgetting.forget([*many, "gone", "harbour"])) == sorted(many)
    assert known() == {"levy", "harbour", "gone"}


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_the_same_word_at_once(owner: User) -> None:
    one, two = (write(owner, "Shared", data={"color": ["red"]}) for _ in range(2))

    def remove(document: Document) -> None:
        SearchDoc.objects.filter(document=document).delete()
        forgetting.forget(["shared"])
        forgetting.forget_values(remembered.pairs(document))

    def other() -> None:
        try:
            with transaction.atomic():
                remove(two)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            remove(one)
            removal = pool.submit(other)
            assert not wait([removal], timeout=0.3).done
        removal.result(timeout=30)
    assert "shared" not in known() and values() == set()
