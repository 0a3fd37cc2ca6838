"""From trees to conditions, without a database: what one scan of the index answers, and what needs a check besides."""

from datetime import UTC, datetime

import pytest

from documents.search import compiler, conditions, split
from documents.search.compiler import Setting
from documents.search.conditions import ANYTHING, NOTHING, Match
from documents.search.params import Wanted
from documents.search.values import Facts
from documents.search.words import Reading

NOW = datetime(2024, 3, 31, tzinfo=UTC)
SETTING = Setting(Reading(("en",)), Facts(NOW, {5: "5"}))


def compiled(q: str) -> Match:
    return compiler.compile_query(split.plan(Wanted(q), anonymous=False, now=NOW).tree, SETTING).condition


def shown(terms: str) -> str:
    return terms.replace("\x01", "#").replace("\x02", "~").replace("\x03", "@")


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("", ""),
        ("budgets", "('budgets' | '~enbudget')"),
        ("2024", "'2024'"),
        ("東京", "'東京'"),
        ("京", "'京':*"),
        ("a1 b2", "('a1' | 'b2')"),
        ("a1 AND b2", "('a1' & 'b2')"),
        ("a1 NOT b2", "('a1' & !'b2')"),
        ("NOT (a1 b2)", "!('a1' | 'b2')"),
        ("+a1 b2", "'a1'"),
        ("a1 AND (b2 OR c3)", "('a1' & ('b2' | 'c3'))"),
        ("the a1", "'a1'"),
        ("the", "('the' | '~enthe')"),
        ("the user:3", "'#user:3'"),
        ("NOT the user:3", "'#user:3'"),
        ("bud*", "'bud':*"),
        ("title:a1", "'@ta1'"),
        ("title:(a1 b2)", "('@ta1' | '@tb2')"),
        ('title:"a1 b2"', "('@ta1' <1> '@tb2')"),
        ("title:*", "'@t':*"),
        ("text:a1", "'a1':BCD"),
        ("user:3 status:SUCCESS", "('#user:3' & '#status:success')"),
        ("user:3 user:4", "('#user:3' | '#user:4')"),
        ("-user:3", "!'#user:3'"),
        ("user:3 OR a1", "('#user:3' | 'a1')"),
        ("project:5", "'#project:5'"),
        ('tag:"it\'s"', "'#data__tag:it''s'"),
        ("data_x:* -data_y:*", "('#has:data_x' & !'#has:data_y')"),
        ("tag:a*", "'#data__tag:a':*"),
    ],
)
def test_one_scan_answers(q: str, terms: str) -> None:
    match = compiled(q)
    assert shown(match.terms) == terms
    assert (match.sql, match.params) == ("", ())


@pytest.mark.parametrize("q", ["user:bob", "project:6", "id:x", "a1 AND user:bob", "created_at:soon", "title:[a TO b]"])
def test_what_cannot_be_finds_nothing(q: str) -> None:
    assert compiled(q) == NOTHING


@pytest.mark.parametrize(
    ("q", "terms", "sql"),
    [
        ("id:7", "", "s.document_id = %s"),
        ("pages:[2 TO 9} a1", "'a1'", "s.page_count + 0 BETWEEN %s AND %s"),
        ("created_at:2024 a1", "'a1'", "(s.created_at >= %s AND s.created_at < %s)"),
        ("a1 OR id:7", "", "(s.terms @@ %s::tsquery OR s.document_id = %s)"),
        ("NOT id:7", "", "(s.document_id = %s) IS NOT TRUE"),
        ('"a1 b2"', "('a1' & 'b2')", "documents_pagetext"),
        ('"a1 b2"~3', "('a1' & 'b2')", "count(DISTINCT"),
        ("page_no_2:a1", "('a1')", "vp.number = %s"),
        ("b?dget", "'b':*", "LIKE %s"),
        ("*ion", "", "LIKE %s"),
        ("data_x:[a TO c}", "'#data_x:':*", "starts_with"),
    ],
)
def test_the_rest_is_checked_beside_the_scan(q: str, terms: str, sql: str) -> None:
    match = compiled(q)
    assert shown(match.terms) == terms
    assert sql in match.sql
    assert match.sql.count("%s") == len(match.params)


def test_no_text_of_people_stands_in_sql() -> None:
    for q in ["x'y", 'a "b\'; drop table x"~2', "tag:x';--*", "page_no_3:zz", "sort:data_x'", "data_a:[q'a TO r]"]:
        assert not {"zz", "drop", "q'a", "x'"} & set(compiled(q).sql.replace("(", " ").replace(")", " ").split())


def test_the_algebra() -> None:
    one, two, check = Match("'a'"), Match("'b'"), Match("'c'", "x = %s", (1,))
    assert conditions.both([one, ANYTHING]) == one
    assert conditions.both([one, NOTHING]) == conditions.either([]) == NOTHING
    assert conditions.either([one, ANYTHING]) == conditions.negation(NOTHING) == ANYTHING
    assert conditions.either([one, NOTHING]) == one
    assert conditions.negation(ANYTHING) == NOTHING
    assert conditions.both([one, two, check]) == Match("('a' & 'b' & 'c')", "x = %s", (1,))
    assert conditions.either([one, check]) == Match(
        "('a' | 'c')", "(s.terms @@ %s::tsquery OR (s.terms @@ %s::tsquery AND x = %s))", ("'a'", "'c'", 1)
    )
    assert conditions.negation(check).terms == ""
    assert conditions.whole(ANYTHING) == ("TRUE", ())
    assert conditions.whole(NOTHING) == ("FALSE", ())
