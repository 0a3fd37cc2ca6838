"""Wildcards and fuzzy words: which words of the index they stand for, where they may stand, how many they may be."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from docplatform.lib.errors import Refused
from documents.choices import Access
from documents.models import Document, SearchWord
from documents.search import expansion, index, lexicon, notes, pages, query, statistics
from documents.search.pages import Window
from documents.search.params import Wanted
from documents.search.query import Found
from documents.search.tree import ANY, ONE, Pattern, Word
from documents.search.words import Blur, expression
from organizations.models import Organization, Plan, User
from tests.conftest import client_of
from tests.documents.modifying import note
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db
Person = User | AnonymousUser


def ask(user: Person, q: str) -> Found:
    return query.search(user, Wanted(q), Window(100))


def found(user: Person, q: str) -> set[str]:
    return titles_of(ask(user, q))


def titles_of(hits: Found) -> set[str]:
    return set(Document.objects.filter(pk__in=hits.hits.ids).values_list("title", flat=True))


def known() -> list[str]:
    return sorted(SearchWord.objects.values_list("word", flat=True))


def test_the_words_of_pages_and_metadata_are_learned_once(owner: User) -> None:
    write(owner, "Levy", "Résumés of 東京 e-mail", "résumés", source="City", description="the levy")
    assert known() == ["city", "e", "levy", "mail", "of", "resumes", "the"]
    write(owner, "City", "mail to the city")
    assert known() == ["city", "e", "levy", "mail", "of", "resumes", "the", "to"]
    lexicon.learn(["'notes':1 'levy':2 '\x02ennot':1 '\x01user:3' '\x03tlevy':1A"])
    assert known()[-2:] == ["the", "to"]
    assert known().count("levy") == known().count("notes") == 1


def test_an_index_from_before_learns_its_words(owner: User) -> None:
    document = write(owner, "Levy", "budget")
    SearchWord.objects.all().delete()
    assert found(owner, "*dget") == set()
    lexicon.learn_pages([entry.page_id for entry in document.version.entries.all()] if document.version else [])
    index.rebuild(document)
    assert known() == ["budget", "levy"]
    assert found(owner, "*dget") == found(owner, "*evy") == {"Levy"}


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("*ort", {"Report", "Levy"}),
        ("r?port", {"Report", "Levy"}),
        ("R*P*T", {"Report", "Levy"}),
        ("rep*t?", {"Levy"}),
        ("title:*ort", {"Report"}),
        ("text:*ort", {"Levy"}),
        ("page_no_2:*ort", {"Levy"}),
        ("page_no_1:*ort", set()),
        ("NOT *ort", {"Nothing"}),
        ("*zzz*", set()),
        ("NOT *zzz*", {"Report", "Levy", "Nothing"}),
        ("*ort AND *vy", {"Levy"}),
        ("reprot", set()),
        ("reprot~", {"Report", "Levy"}),
        ("reprot~1", set()),
        ("repor~1", {"Report", "Levy"}),
        ("Rèpor~1", {"Report", "Levy"}),
        ("report~1", {"Report", "Levy"}),
        ("reportz~1 AND NOT *vy", {"Report"}),
        ("title:levyy~1", {"Levy"}),
        ("title:repotr~2", {"Report"}),
        ("page_no_2:repotr~2", {"Levy"}),
        ("(repotr nevy)~2", set()),
        ("repots~1^3 xx", {"Levy"}),
        ("x~2", set()),
        ("e-mall~1", set()),
        ("investigtion~2", {"Nothing"}),
        ("imvestigatiom~2", {"Nothing"}),
        ("東亰~1", set()),
        ("東*", {"Nothing"}),
    ],
)
def test_what_they_find(owner: User, q: str, titles: set[str]) -> None:
    write(owner, "Report", "unrelated")
    write(owner, "Levy", "one", "the reporter and the report, reports")
    write(owner, "Nothing", "investigation 東京 e-mail")
    assert found(owner, q) == titles
    assert not ask(owner, q).degraded


def test_they_are_marked_in_highlights_and_within_a_document(owner: User) -> None:
    document = write(owner, "Levy", "The report rose. The reporter left.")
    client = client_of(owner)
    for q, marked in (("*ort", 1), ("rep?rt*", 2), ("reprot~", 1), ("text:repotr~2", 2)):
        [hit] = client.get("/api/documents/search/", {"q": q, "hl": "true"}).json()["results"]
        [snippet] = hit["highlights"]["page_no_1"]
        assert snippet.count("<em>") == marked, q
        within = client.get(f"/api/documents/{document.pk}/search/", {"q": q}).json()
        assert within["page_no_1"][0].count("<em>") == marked, q


def test_the_nearest_and_most_common_words_come_first(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    write(owner, "Levy", "levi lavy levyy evy zzzlevy qqlevy levyxx")
    monkeypatch.setattr(statistics, "frequencies", lambda: {"levyy": 0.5, "levyxx": 0.4, "qqlevy": 0.3})
    monkeypatch.setattr(expansion, "FUZZY", 4)
    monkeypatch.setattr(expansion, "FITTING", 3)
    fuzzy, pattern = Blur("levy", 2), Blur("\x01lev\x02\x01")
    plan = [
        expansion.of(node, lambda: lexicon.seen_in(query.audience(owner).terms))
        for node in (Word("levy", 2), Pattern(pattern.text))
    ]
    assert plan[0].words[fuzzy] == ("levy", "levyy", "evy", "lavy")
    assert plan[1].words[pattern] == ("levyy", "levyxx", "qqlevy")
    assert plan[0].is_cut and plan[1].is_cut


def test_an_answer_says_that_there_were_too_many_words(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "FITTING", 2)
    write(owner, "One", "abort")
    write(owner, "Two", "support export")
    body = client_of(owner).get("/api/documents/search/", {"q": "*ort"}).json()
    assert (body["degraded"], body["count"]) == (True, 2)
    assert "degraded" not in client_of(owner).get("/api/documents/search/", {"q": "*bort"}).json()
    with pytest.raises(Refused, match="Too many words"):
        query.every(owner, Wanted("*ort"), most=10)
    assert set(client_of(owner).get(f"/api/documents/{Document.objects.get(title='Two').pk}/search/?q=*ort").json())


def test_words_that_nobody_may_see_are_not_told_by_what_is_left_out(
    owner: User, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expansion, "FITTING", 2)
    monkeypatch.setattr(expansion, "FUZZY", 2)
    write(outsider, "Bait", "aasecret bbsecret")
    before = ask(outsider, "*secret"), ask(outsider, "ccsecret~2")
    write(owner, "Levy", "secret xsecret")
    after = ask(outsider, "*secret"), ask(outsider, "ccsecret~2")
    assert [(found.degraded, found.hits.ids, found.leaves[0].spots) for found in before] == [
        (found.degraded, found.hits.ids, found.leaves[0].spots) for found in after
    ]
    assert not after[0].degraded
    assert found(outsider, "*secret") == {"Bait"}


def all_told(user: User, q: str) -> tuple[Any, ...]:
    """What the person learns from an answer, also from the one to those who do something with all that is found."""
    answer = ask(user, q)
    try:
        every: object = query.every(user, Wanted(q), most=100)
    except Refused as refusal:
        every = refusal.message
    return answer.degraded, answer.hits.count, answer.hits.ids, every


@pytest.mark.parametrize("decoys", [9, 10, 11])
def test_many_other_wildcards_do_not_tell_them_either(
    owner: User, outsider: User, monkeypatch: pytest.MonkeyPatch, decoys: int
) -> None:
    """Words of one's own fill the ten places that the query leaves: one more would be told by what has none."""
    monkeypatch.setattr(expansion, "ALL", 40)
    for letter in "abcdefghijk"[:decoys]:
        write(outsider, letter, f"{letter}nightingale", access=Access.PRIVATE)
    queries = (
        "*nightingale qzaa~1 qzab~1 qzac~1",
        "nightingale~1 qzaa~1 qzab~1 qzac~1",
        "*nightingale",
        "nightingale~1",
    )
    before = [all_told(outsider, q) for q in queries]
    assert [told[0] for told in before] == [decoys > 10, decoys > 10, False, False]
    write(owner, "Secret", "nightingale znightingale", access=Access.PRIVATE)
    for common in ({}, {"nightingale": 0.9, "znightingale": 0.8}):
        monkeypatch.setattr(statistics, "frequencies", partial(dict, common))
        assert [all_told(outsider, q) for q in queries] == before


def test_in_a_hurry_they_take_no_place_either(owner: User, outsider: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "FUZZY", 1)
    monkeypatch.setattr(statistics, "frequencies", lambda: {"nightingale": 0.9, "anightingale": 0.5})
    write(outsider, "Mine", "anightingale")
    write(owner, "Secret", "nightingale", access=Access.PRIVATE)
    tree, setting = Pattern(f"{ANY}nightingale"), query.setting
    assert setting(outsider, tree, (), reach=query.Reach.HURRIED).reading.words == {Blur(tree.text): ("anightingale",)}


def test_words_of_notes_that_one_may_see_take_a_place(
    owner: User, outsider: User, newsroom: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expansion, "FITTING", 2)
    newsroom.plan = Plan.objects.create(name="Professional", feature_level=1)
    newsroom.save()
    document = write(owner, "Levy", "abort")
    notes.read([(note(document, 0, owner, "Export", "private"), document.language)])
    write(outsider, "Secret", "xport yport", access=Access.PRIVATE)
    assert found(owner, "*port") == found(owner, "*xport") == {"Levy"}
    assert [ask(owner, q).degraded for q in ("*port", "*ort")] == [False, False]


def test_too_much_at_once_is_refused_without_a_word_of_it(
    owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(owner)
    words = ["a" + "".join(chr(99 + int(digit)) for digit in f"{n:03}") + "x" * 56 + "b" for n in range(400)]
    write(owner, "Levy", " ".join(words))
    pages = {f"page_no_{n}": "a*b" for n in range(1, 100)}
    assert client.get("/api/documents/search/", pages).status_code == 200
    answers = [client.get("/api/documents/search/", {**pages, "data_k": ",".join(["1"] * 401)})]
    monkeypatch.setattr(expansion, "ALL", 40_000)
    answers.append(client.get("/api/documents/search/", pages))
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(400, "too_complex")] * 2
    assert "xxx" not in caplog.text
    assert query.among(owner, Wanted(" OR ".join(f"{name}:{value}" for name, value in pages.items())), [1]) == []


def test_a_pattern_of_very_many_wildcards_takes_no_time(owner: User) -> None:
    write(owner, "Levy", "a" * 64)
    document = Document.objects.get()
    assert found(owner, "*a" * 60) == {"Levy"}
    for q in ("*a" * 40 + "b", "a*" * 60 + "?b*", "?*" * 70 + "a"):
        assert found(owner, q) == set()
        assert client_of(owner).get(f"/api/documents/{document.pk}/search/", {"q": q}).json() == {}
        assert not expression(q.replace("*", ANY).replace("?", ONE)).fullmatch("a" * 64)


def test_in_a_hurry_phrases_are_words_and_wildcards_common_words(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    write(owner, "One", "the town of the levy, a budget")
    write(owner, "Two", "levy town", "budget")
    late: list[bool] = []
    fetch = pages.fetch

    def slow(*args: Any) -> pages.Hits:
        late.append(True)
        if len(late) == 1:
            raise query.TooSlow
        return fetch(*args)

    monkeypatch.setattr(statistics, "frequencies", lambda: {"budget": 0.5})
    monkeypatch.setattr(pages, "fetch", slow)
    for q, titles in {
        '"levy town"': {"One", "Two"},
        '"levy town"~1': {"One", "Two"},
        'text:"town levy"': {"One", "Two"},
        'title:"levy town"': set(),
        "b?dget": {"One", "Two"},
        "t?wn": set(),
        "budgte~ AND NOT levi~": set(),
        "levy~ AND town": {"One", "Two"},
    }.items():
        late.clear()
        hits = ask(owner, q)
        assert hits.degraded
        assert titles_of(hits) == titles, q


def test_anonymous_people_have_neither(owner: User, anonymous: AnonymousUser) -> None:
    write(owner, "Levy", "budget", access=Access.PUBLIC)
    assert found(anonymous, "b?dget") == found(anonymous, "budgett~") == found(anonymous, "*udget") == set()
    assert found(anonymous, "budget~") == {"Levy"}


def test_learning_asks_the_index(owner: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO documents_searchword (word) SELECT 'w' || n FROM generate_series(1, 20000) n")
        cursor.execute("ANALYZE documents_searchword")
        cursor.execute(f"EXPLAIN {lexicon.LEARN_VECTORS}", {"words": ["'budget':1 'w7':2"]})
        assert "search_word_by_length" in "".join(row[0] for row in cursor.fetchall())
