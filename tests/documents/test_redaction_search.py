"""Search-and-redact: what is found on the pages, over which boxes, and which pages cannot be searched."""

import json
import time
from typing import Any

import pytest

from docplatform.lib import storage
from documents import paths
from documents.actions import redaction_search
from documents.actions.redaction_patterns import PATTERNS
from documents.actions.redaction_words import Stream, Word, expression
from documents.models import Document, Page
from documents.search import index
from organizations.models import User
from tests.conftest import client_of
from tests.documents.factories import SIZE, make_document
from tests.documents.processing import process_file
from tests.documents.uploads import born_digital, sentences

WIDTH, HEIGHT = 6.0, 10.0  # points of a letter


def laid_out(text: str) -> list[Word]:
    """The words of lines of equal letters, in points."""
    words = []
    for row, line in enumerate(text.split("\n")):
        at = 0
        for word in line.split(" "):
            x, y = 60 + at * WIDTH, 60 + row * 14.0
            words.append(Word(word, x, x + len(word) * WIDTH, y, y + HEIGHT))
            at += len(word) + 1
    return words


def document_of(owner: User, *pages: str, **facts: Any) -> Document:
    """A document whose pages have these lines; `facts` are the columns of every page."""
    document = make_document(owner, pages=pages)
    for entry, text in zip(document.version.entries.order_by("number"), pages, strict=True):  # type: ignore[union-attr]
        Page.objects.filter(pk=entry.page_id).update(**facts)
        index.add_page(entry.page, text)
        width, height = SIZE
        boxes = [
            {"text": w.text, "x1": w.x1 / width, "x2": w.x2 / width, "y1": w.y1 / height, "y2": w.y2 / height}
            for w in laid_out(text)
            if w.text
        ]
        assert entry.page.words
        storage.backend().put(paths.page_boxes(entry.page.words), json.dumps(boxes).encode())
    return document


def search(user: Any, document: Document, **body: Any) -> Any:
    return client_of(user).post(f"/api/documents/{document.pk}/redaction_drafts/search/", body)


def hits(text: str, query: str, **options: bool) -> list[str]:
    """What is found in lines, each hit as its words, lines divided by /."""
    fold = not options.get("case_sensitive", False)
    words = laid_out(text)
    stream, asked = (
        Stream(words, fold=fold),
        expression(query, fold=fold, whole_words=options.get("whole_words", False)),
    )
    assert asked
    found = [stream.pieces(match.span()) for match in asked.finditer(stream.text)]
    return [" / ".join(" ".join(words[index].text for index in line) for line in lines) for lines in found]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("Ann Smith paid Mr. Smith, twice.", "smith", ["Smith", "Smith,"]),
        ("Ann Smith paid", "ANN  SMITH", ["Ann Smith"]),
        ("Ann\nSmith paid", "Ann Smith", ["Ann / Smith"]),
        ("the har-\nbour report", "harbour", ["har- / bour"]),
        ("the har-\nbour report", "harbour report", ["har- / bour report"]),
        ("a well-\nknown man, a well-known one", "well-known", ["well- / known", "well-known"]),
        ("a well-\nknown man", "wellknown", ["well- / known"]),
        ("a well-known man", "wellknown", []),
        ("O’Brien met O'Brien", "o'brien", ["O’Brien", "O'Brien"]),
        ("Straße STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("José Jose\u0301", "josé", ["José", "Jose\u0301"]),
        ("ﬁnance Ｆinance fi\u00adnance", "finance", ["ﬁnance", "Ｆinance", "fi\u00adnance"]),
        ("AnnSmith", "Ann Smith", ["AnnSmith"]),
        ("東\n京都です", "東京都", ["東 / 京都です"]),
        ("(a.*b) aXXb", "a.*b", ["(a.*b)"]),
        ("Blacksmith", "smith", ["Blacksmith"]),
    ],
)
def test_words_are_found_as_people_read_them(text: str, query: str, found: list[str]) -> None:
    assert hits(text, query) == found


def test_whole_words_and_case_narrow_the_search() -> None:
    text = "Smith smiths blacksmith smith's"
    assert hits(text, "smith", whole_words=True) == ["Smith", "smith's"]
    assert hits(text, "Smith", case_sensitive=True) == ["Smith"]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("email", "Write to <ann.o'hara+x@mail.example.org>, not ann@example", ["ann.o'hara+x@mail.example.org"]),
        ("url", "See https://example.org/a?b=1 or www.example.org.", ["https://example.org/a?b=1", "www.example.org."]),
        ("phone", "Call (212) 555-0123 or +49 30 901820 before 2024", ["(212) 555-0123", "+49 30 901820"]),
        ("iban", "DE89 3704 0044 0532 0130 00 AND DE88 3704 0044 0532 0130 00", ["DE89 3704 0044 0532 0130 00"]),
        ("card", "4111 1111 1111 1111 or 4111-1111-1111-1112", ["4111 1111 1111 1111"]),
        ("ssn", "078-05-1120 078 05 1120 000-05-1120 1078-05-1120", ["078-05-1120", "078 05 1120"]),
        (
            "date",
            "2024-02-29 29.2.2024 2/29/24 29 February 2024 Feb. 29, 2024 3. März 2024 1er mars",
            "2024-02-29 29.2.2024 2/29/24 29_February_2024 Feb._29,_2024 3._März_2024 1er_mars".split(),
        ),
    ],
)
def test_patterns(pattern: str, text: str, found: list[str]) -> None:
    spans = PATTERNS[pattern](text, "US", is_exact=True)
    assert [text[start:end] for start, end in spans] == [item.replace("_", " ") for item in found]


def test_check_digits_do_not_hide_what_was_misread() -> None:
    for pattern, text in (("card", "4111 1111 1111 1112"), ("iban", "DE88 3704 0044 0532 0130 00")):
        assert list(PATTERNS[pattern](text, "US", is_exact=False)) == [(0, len(text))]


@pytest.mark.parametrize("letters", ["a", "1", "1 ", "a@", "A1", "1-", "+", "(1", "www.", "-a.", "12/"])
@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_no_page_keeps_a_pattern_busy(pattern: str, letters: str) -> None:
    began = time.process_time()
    for _ in PATTERNS[pattern](letters * (40_000 // len(letters)), "US", is_exact=True):
        pass
    assert time.process_time() - began < 4


def test_boxes_cover_the_words_and_become_drafts(owner: User) -> None:
    document = document_of(owner, "Nothing here", "Report by Ann\nSmith of the town")
    body = search(owner, document, query="ann smith").json()
    first, second = body["hits"]
    assert (first["page_number"], first["text"], second["text"]) == (1, "Ann", "Smith")
    assert first["hit"] == second["hit"] == 0 and "Report by Ann Smith" in first["context"]
    [ann] = [word for word in laid_out("Report by Ann\nSmith of the town") if word.text == "Ann"]
    assert first["x1"] < ann.x1 / SIZE[0] and first["x2"] > ann.x2 / SIZE[0]
    assert first["y1"] < ann.y1 / SIZE[1] and first["y2"] > ann.y2 / SIZE[1]
    assert (body["not_searched"], body["truncated"], body["next_page"]) == ([], False, None)
    url = f"/api/documents/{document.pk}/redaction_drafts/"
    assert client_of(owner).post(url, body["hits"]).status_code == 201


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"ocr": "tess4", "confidence": 0.59}, "low confidence"),
        ({"ocr": "tess4", "confidence": 0.61}, None),
        ({"ocr": None, "confidence": 0.1}, None),
        ({"error": "This page could not be drawn."}, "error"),
    ],
)
def test_doubtful_pages_are_searched_and_named(owner: User, facts: dict[str, Any], reason: str | None) -> None:
    body = search(owner, document_of(owner, "Ann Smith", **facts), query="ann").json()
    assert [hit["text"] for hit in body["hits"]] == ["Ann"]
    assert body["not_searched"] == ([{"page_number": 0, "reason": reason}] if reason else [])


def test_pages_that_cannot_be_searched_are_named(owner: User) -> None:
    document = document_of(owner, "", "Ann", "Ann")
    _, bare, lost = [entry.page for entry in document.version.entries.order_by("number")]  # type: ignore[union-attr]
    assert bare.words and lost.words
    storage.backend().put(paths.page_boxes(bare.words), b"[]")
    storage.backend().delete([paths.page_boxes(lost.words)])
    body = search(owner, document, query="ann").json()
    assert body["hits"] == []
    assert [page["reason"] for page in body["not_searched"]] == ["no text", "no positions", "error"]


def test_a_long_search_is_continued(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document = document_of(owner, "Ann Ann", "Ann Ann", "Ann Bob", "Ann Ann Ann Ann")
    monkeypatch.setattr(redaction_search, "MAX_BOXES", 3)
    pages, start = [], 0
    while start is not None:
        body = search(owner, document, query="Ann", from_page=start).json()
        pages.append([hit["page_number"] for hit in body["hits"]])
        assert body["truncated"] is (body["next_page"] is not None)
        start = body["next_page"]
    assert pages == [[0, 0], [1, 1, 2], [3, 3, 3]]
    assert body["not_searched"] == [{"page_number": 3, "reason": "too many"}]
    monkeypatch.setattr(redaction_search, "SECONDS", 0)
    assert search(owner, document, query="nobody").json()["next_page"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "query"),
        ({"query": "  ", "kind": "text"}, "query"),
        ({"query": "x" * 201}, "query"),
        ({"kind": "pattern"}, "pattern"),
        ({"kind": "pattern", "pattern": "(a+)+$"}, "pattern"),
        ({"kind": "regex", "query": "a"}, "kind"),
        ({"kind": "pattern", "pattern": "phone", "region": "XX"}, "region"),
        ({"query": "...", "kind": "text"}, "error"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(owner: User, body: dict[str, Any], field: str) -> None:
    response = search(owner, document_of(owner, "Ann"), **body)
    assert (response.status_code, field in response.json()) == (400, True), response.content


def test_a_word_as_long_as_a_book_is_not_told_for_every_hit_in_it(owner: User) -> None:
    found = search(owner, document_of(owner, "ab" * 5_000), query="a").json()["hits"]
    assert len(found) == 1_000
    assert {(len(hit["text"]), len(hit["context"])) for hit in found} == {(2_000, 200)}


def test_a_document_without_pages_is_refused(owner: User) -> None:
    assert search(owner, make_document(owner, status="nofile"), query="a").json()["code"] == "no_pages"


def test_a_processed_file_is_searched(owner: User) -> None:
    document = process_file(owner, born_digital(3, 2))
    phrase = " ".join(sentences(3001, 30)[4].split()[2:4])
    body = search(owner, document, query=phrase.upper()).json()
    assert body["hits"] and body["hits"][0]["text"].casefold().startswith(phrase.split()[0])
    assert body["not_searched"] == []
