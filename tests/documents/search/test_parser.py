"""From queries to trees: a table without a database."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.search import dates, parser, split
from documents.search.params import Wanted, read
from documents.search.tree import (
    ANY,
    ONE,
    Boost,
    Clauses,
    Either,
    Everything,
    In,
    Node,
    Pattern,
    Phrase,
    Range,
    Word,
)

NOW = datetime(2024, 3, 31, 12, 30, 15, 500_000, tzinfo=UTC)
A, B, C, D = (Word(letter) for letter in "abcd")


def should(*nodes: Node) -> Clauses:
    return Clauses(should=nodes)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", None),
        ("   ", None),
        ("a", A),
        ("a b", should(A, B)),
        ("a AND b", Clauses((A, B))),
        ("a && b", Clauses((A, B))),
        ("a OR b", Either((A, B))),
        ("a || b", Either((A, B))),
        ("a AND b OR c", Either((Clauses((A, B)), C))),
        ("a AND b c", Clauses((A, B), (C,))),
        ("a b OR c d", Either((should(A, B), should(C, D)))),
        ("NOT a", Clauses(never=(A,))),
        ("a NOT b", Clauses((), (A,), (B,))),
        ("a !b", Clauses((), (A,), (B,))),
        ("a AND NOT b", Clauses((A,), (), (B,))),
        ("+a -b c", Clauses((A,), (C,), (B,))),
        ("--a", Clauses((A,))),
        ("(a b) AND c", Clauses((should(A, B), C))),
        ('"a b"', Phrase("a b")),
        ('"a b"~3', Phrase("a b", 3)),
        ('"a \\" b"', Phrase('a " b')),
        ("a~", Word("a", 2)),
        ("a~1", Word("a", 1)),
        ("a~0.8", Word("a", 2)),
        ("a^2.5 b", should(Boost(A, 2.5), B)),
        ("(a b)^3", Boost(should(A, B), 3)),
        ("a*", Pattern(f"a{ANY}")),
        ("a?b*", Pattern(f"a{ONE}b{ANY}")),
        ("a\\*", Word("a*")),
        ("*", Pattern(ANY)),
        ("*:*", Everything()),
        ("title:a", In("title", A)),
        ("title: a", In("title", A)),
        ("doctext:a", In("text", A)),
        ("title:(a b)", In("title", should(A, B))),
        ("title:-a", In("title", Clauses(never=(A,)))),
        ("-title:a", Clauses(never=(In("title", A),))),
        ("title:a~1^4", In("title", Boost(Word("a", 1), 4))),
        ("tag:x", In("data__tag", Word("x"))),
        ("data_a-b:x", In("data_a-b", Word("x"))),
        ("page_no_3:a", In("page_no_3", A)),
        ("pages:[2 TO 9}", In("page_count", Range("2", "9", True, False))),
        ("created_at:{2020 TO *]", In("created_at", Range("2020", None, False, True))),
        ('created_at:["2020-01-01T00:00:00Z" TO NOW]', In("created_at", Range("2020-01-01T00:00:00Z", "NOW"))),
        ("tag:[a\\ b TO c]", In("data__tag", Range("a b", "c"))),
        ("http://a.b/c?d", Pattern(f"http://a.b/c{ONE}d")),
        ("12:30", Word("12:30")),
        ("a - b", should(A, Word("-"), B)),
        ("a & b", should(A, Word("&"), B)),
        ("sort:-title", In("sort", Word("-title"))),
        ("ANDROID ORDER NOTE", should(Word("ANDROID"), Word("ORDER"), Word("NOTE"))),
    ],
)
def test_trees(query: str, tree: Node | None) -> None:
    parsed = parser.parse(query)
    assert parsed.tree == tree
    assert not parsed.escaped


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a AND", should(A, Word("AND"))),
        ("AND a", should(Word("AND"), A)),
        ("(a b", should(A, B)),
        ("a b)", should(A, B)),
        ('a "b c', should(A, B, C)),
        ("a [b", should(A, B)),
        ("user:3 (a", should(In("user", Word("3")), A)),
        ("-user:3 (a", Clauses((), (A,), (In("user", Word("3")),))),
        ("title:", should(Word("title"))),
        ("a^b", should(A, B)),
        ("~", None),
        ("हिन्दी (", should(Word("हिन्दी"))),
    ],
)
def test_broken_syntax_becomes_words(query: str, tree: Node | None) -> None:
    parsed = parser.parse(query)
    assert parsed.tree == tree
    assert parsed.escaped


@pytest.mark.parametrize(
    "query", ["(" * 5000, "(" * 40 + "a" + ")" * 40, "a " * 900, "title:" * 300 + "a", "-" * 1999 + "a"]
)
def test_limits(query: str) -> None:
    parser.parse(query)


@given(st.text(max_size=300) | st.text(alphabet='ab "()[]{}:^~*?\\/+-!&|TOANDRNtile\x00é日', max_size=120))
def test_every_text_is_read(query: str) -> None:
    parser.parse(query)
    split.plan(Wanted(query), anonymous=True, now=NOW)


def plan(q: str, *, anonymous: bool = False, **params: str | list[str]) -> Node:
    values = {name: value if isinstance(value, list) else [value] for name, value in params.items()}
    return split.plan(read({"q": [q], **values}), anonymous=anonymous, now=NOW).tree


def required(*nodes: Node, never: tuple[Node, ...] = ()) -> Clauses:
    return Clauses(must=nodes, never=never)


def one_of(field: str, *values: Node) -> In:
    return In(field, Either(values))


ONE_, TWO, THREE = (Word(digit) for digit in "123")


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("user:1 a", required(A, one_of("user", ONE_))),
        ("user:1 user:2 a b", required(should(A, B), one_of("user", ONE_, TWO))),
        ("user:1 project:2", required(one_of("user", ONE_), one_of("project", TWO))),
        ("account:ada-1", required(one_of("user", ONE_))),
        ("document:a-b-3", required(one_of("id", THREE))),
        ("-user:1 a", required(A, never=(In("user", ONE_),))),
        ("NOT user:1 a", required(A, never=(In("user", ONE_),))),
        ("+user:1 a", required(A, one_of("user", ONE_))),
        ("(user:1 a)", required(A, one_of("user", ONE_))),
        ("user:1 || a", required(A, one_of("user", ONE_))),
        ("user:(1 2)", required(one_of("user", should(ONE_, TWO)))),
        ("user:1 AND a", required(Clauses((In("user", ONE_), A)))),
        ("user:ada-1 OR a", required(Either((In("user", ONE_), A)))),
        ("user:bob a", required(should(In("user", Word("bob")), A))),
        ("created_at:soon a", required(should(In("created_at", Word("soon")), A))),
        ("sort:title a hl:true", required(A)),
        ("_query_:x a", required(A)),
        ("sort:title AND a", required(Clauses((A,)))),
        ("sort:title", Everything()),
    ],
)
def test_filters_are_taken_out(q: str, tree: Node) -> None:
    node = plan(q)
    if isinstance(tree, Clauses) and tree.must and tree.must[0] == A and isinstance(node, Clauses):
        assert node.must[0] in (A, should(A), Either((A,)))
        assert (node.must[1:], node.never) == (tree.must[1:], tree.never)
    else:
        assert node == tree


def test_url_filters_join_those_of_the_query() -> None:
    tree = plan("user:1 a", user=["2", "3"])
    assert isinstance(tree, Clauses)
    assert tree.must[1] == one_of("user", ONE_, Either((TWO,)), Either((THREE,))) or tree.must[1] == one_of(
        "user", ONE_, Either((TWO, THREE))
    )
    assert plan("", user="1,2") == required(one_of("user", Either((Word("1,2"), ONE_, TWO))))
    assert plan("", **{"-user": "1"}) == Clauses(never=(In("user", Either((ONE_,))),))
    assert plan("", id="[5 TO *]") == required(one_of("id", Either((Range("5", None),))))
    assert plan("", user="ada-1") == required(one_of("user", Either((Word("ada-1"),))))
    assert plan("a", title="b") == required(should(A, In("title", Either((B,)))))
    assert plan("a", user="", unknown="x", per_page="3") == required(A)


def test_anonymous_wildcards_are_letters() -> None:
    assert plan("a* b~ title:c?", anonymous=True) == required(should(Word("a*"), B, In("title", Word("c?"))))
    assert plan("data_a:* tag:b*", anonymous=True) == required(
        one_of("data_a", Pattern(ANY)), one_of("data__tag", Pattern(f"b{ANY}"))
    )


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2024-02-29T10:11:12Z", "2024-02-29T10:11:12", "2024-02-29T10:11:12"),
        ("2024-02-29T10:11:12.25Z", "2024-02-29T10:11:12.250", "2024-02-29T10:11:12.250"),
        ("NOW", "2024-03-31T12:30:15.5", "2024-03-31T12:30:15.5"),
        ("NOW/DAY", "2024-03-31", "2024-03-31"),
        ("NOW-7DAYS/DAY", "2024-03-24", "2024-03-24"),
        ("NOW-1MONTH", "2024-02-29T12:30:15.5", "2024-02-29T12:30:15.5"),
        ("NOW/YEAR+1YEAR-1SECOND", "2024-12-31T23:59:59", "2024-12-31T23:59:59"),
        ("2020-01-01T00:00:00Z+1YEAR/MONTH", "2021-01-01", "2021-01-01"),
    ],
)
def test_dates(text: str, start: str, end: str) -> None:
    span = dates.read(text, NOW)
    assert span
    assert (span.start, span.end) == tuple(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (start, end))


@pytest.mark.parametrize(
    "text", ["", "soon", "2024-13", "20240101", "NOWHERE", "NOW+1APPLE", "NOW+999999YEARS", "0000", "9999"]
)
def test_no_dates(text: str) -> None:
    assert dates.read(text, NOW) is None
