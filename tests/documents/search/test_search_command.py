"""`manage.py search`: what another analyzer read is written anew, piece by piece; lies in the index are found."""

from collections.abc import Callable
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from documents import tasks
from documents.choices import Status
from documents.models import Document, Note, Page, PageText, SearchDoc, SearchValue, SearchWord
from documents.search import analyzer, index, notes
from organizations.models import User
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db
MODELS = (SearchDoc, PageText)


@pytest.fixture
def document(owner: User) -> Document:
    document = write(owner, "Levy", "the harbour budget", "second page", data={"color": ["red"]})
    values = {"document": document, "organization": owner.organization, "user": owner, "page_number": 0}
    note = Note.objects.create(title="Marginal", **values)
    notes.read([(note, document.language)])
    return document


def run(*args: str) -> str:
    """What the command says."""
    said = StringIO()
    call_command("search", *args, stdout=said, stderr=StringIO())
    return said.getvalue()


def wrong() -> list[str]:
    """What `check` finds."""
    said = StringIO()
    try:
        call_command("search", "check", stdout=said, stderr=StringIO())
    except SystemExit as end:
        assert end.code == 1
    return said.getvalue().splitlines()


def age(number: int = 0) -> None:
    for model in MODELS:
        model._default_manager.update(analyzer=number)


def old() -> int:
    return sum(model._default_manager.exclude(analyzer=analyzer.VERSION).count() for model in MODELS)


def empty() -> None:
    """As after an upgrade from before there were words, values and notes in the index, and one entry is missing."""
    SearchWord.objects.all().delete()
    SearchValue.objects.all().delete()
    Note.objects.update(tsv=None)
    SearchDoc.objects.order_by("pk")[:1].get().delete()
    PageText.objects.update(tsv="")
    age()


def test_everything_is_written_anew_and_then_nothing(owner: User, document: Document) -> None:
    write(owner, "Tax", "another text")
    empty()
    assert wrong()
    assert "Wrote 2 documents and 3 pages." in run("reindex", "--batch", "1")
    assert wrong() == [] and old() == 0
    assert "Wrote 0 documents and 0 pages." in run("reindex")
    assert "Wrote 2 documents and 3 pages." in run("reindex", "--all")


def test_whoever_is_killed_goes_on_where_they_were(
    owner: User, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(owner, "Tax", "third", "fourth", "fifth")
    age(analyzer.VERSION + 1)
    left = 0

    def dying(real: Callable[..., None], *args: object) -> None:
        nonlocal left
        real(*args)
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    for name in ("add_pages", "rebuild"):
        monkeypatch.setattr(index, name, partial(dying, getattr(index, name)))
    for steps in (0, 2, 0, 3):
        left, before = steps, old()
        with pytest.raises(KeyboardInterrupt):
            run("reindex", "--batch", "1")
        assert old() == before - steps
    left = 2
    assert "Wrote 1 documents and 1 pages." in run("reindex", "--batch", "1")
    assert old() == 0 and wrong() == []


def test_a_document_that_cannot_be_written_is_named_and_passed_over(
    owner: User, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write(owner, "Tax", "text")
    age()
    rebuild = index.rebuild

    def broken(row: Document) -> None:
        if row.pk == document.pk:
            raise ValueError
        rebuild(row)

    with monkeypatch.context() as patch:
        patch.setattr(index, "rebuild", broken)
        with pytest.raises(SystemExit):
            run("reindex")
    assert list(SearchDoc.objects.exclude(analyzer=analyzer.VERSION).values_list("pk", flat=True)) == [document.pk]
    assert "Wrote 1 documents" in run("reindex", "--document", str(document.pk)) and wrong() == []
    assert SearchDoc.objects.filter(pk=other.pk).exists()
    with pytest.raises(CommandError):
        run("reindex", "--document", "0")


def test_an_entry_stays_old_as_long_as_a_page_is(document: Document) -> None:
    age()
    index.write(document)
    index.rebuild(document)
    assert old() == 3, "two pages, and the entry made from them"


def test_after_an_upgrade_the_monitor_does_it(document: Document) -> None:
    empty()
    SearchDoc.objects.all().delete()
    index.write(document)
    tasks.tend("fast")
    assert old() == 0 and wrong() == []


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# a lie, and what is said about it
LIES: list[tuple[str, list[str]]] = [
    (
        "UPDATE documents_document SET title = 'Tax'",
        ["document: the entry says something else than its data and pages"],
    ),
    (
        "DELETE FROM documents_searchdoc",
        ["document: has no entry", *(f"{what}: nothing in the index holds it any more" for what in ("word", "value"))],
    ),
    (
        "UPDATE documents_searchdoc SET terms = terms || '''\x01@public'''::tsvector",
        [
            "document: the entry lets others find it than may see it",
            "document: the entry says something else than its data and pages",
        ],
    ),
    ("UPDATE documents_searchdoc SET analyzer = 7", ["document: the entry was made by another analyzer"]),
    (
        "UPDATE documents_document SET status = 'deleted'",
        ["document: is deleted, but still has an entry"],
    ),
    ("DELETE FROM documents_searchword WHERE word = 'levy'", ["document: has words that wildcards do not know"]),
    (
        "DELETE FROM documents_searchword WHERE word = 'harbour'",
        ["document: has words that wildcards do not know", "page: has words that wildcards do not know"],
    ),
    ("DELETE FROM documents_searchword WHERE word = 'marginal'", ["note: has words that wildcards do not know"]),
    ("INSERT INTO documents_searchword (word) VALUES ('gone')", ["word: nothing in the index holds it any more"]),
    ("UPDATE documents_note SET content = 'more'", ["note: has other words than its text"]),
    (
        "UPDATE documents_pagetext SET body = 'other' WHERE body LIKE 'second%'",
        ["page: has other words than its text"],
    ),
]


@pytest.mark.parametrize(("lie", "said"), LIES)
def test_every_lie_is_found(document: Document, lie: str, said: list[str]) -> None:
    assert wrong() == []
    sql(lie)
    assert [f"{line.split(' ', 1)[0]}:{line.split(':', 1)[1]}" for line in wrong()] == said


def test_text_that_no_document_has_is_found_and_a_sample_is_a_part(owner: User, document: Document) -> None:
    page = Page.objects.create(width=1, height=1, language="eng")
    index.add_pages([(page, "harbour")])
    assert wrong() == [f"page {page.pk}: no document has it, but its text is still there"]
    Page.objects.filter(pk=page.pk).delete()
    SearchDoc.objects.update(analyzer=7)
    write(owner, "Tax", "text")
    with pytest.raises(SystemExit):
        run("check", "--sample", "9")
    assert run("check", "--sample", "0") == ""


def test_a_document_in_the_trash_needs_no_entry(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(status=Status.DELETED)
    index.write(document)
    SearchValue.objects.all().delete()
    SearchWord.objects.filter(word="levy").delete()
    assert wrong() == [] and "Wrote 0 documents" in run("reindex")


def test_the_figures(document: Document) -> None:
    age()
    figures = dict(line.split("  ", 1) for line in run("stats").splitlines())
    figures = {name: value.strip() for name, value in figures.items()}
    assert (figures["documents"], figures["pages"], figures["notes"], figures["languages"]) == ("1", "2", "1", "en")
    assert (figures["pages waiting"], figures["documents waiting"], figures["notes waiting"]) == ("2", "1", "0")
    assert int(figures["bytes of search_doc_terms"]) > 0 and figures[f"document {document.pk}"].endswith("2 pages")
    assert "pending in page_text_tsv" in figures
