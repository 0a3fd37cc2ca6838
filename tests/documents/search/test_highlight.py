"""What is marked in a text: checked against a plain reading of it, and without work that grows with the query."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from documents.search import analyzer, highlight
from documents.search.highlight import Span
from documents.search.words import Leaf, Spot

words = st.lists(st.sampled_from("a b c d".split()), min_size=1, max_size=40).map(" ".join)


def leaf(*phrase: str, slop: int = 0) -> Leaf:
    return Leaf(tuple(Spot((word,), at) for at, word in enumerate(phrase, 1)), slop=slop)


def marked(text: str, *leaves: Leaf) -> list[Span]:
    return sorted(set(highlight.spans(text, "eng", leaves)), key=lambda span: span.start)


@settings(max_examples=200, deadline=None, database=None)
@given(words, st.lists(st.sampled_from("a b c".split()), min_size=2, max_size=4), st.integers(0, 3))
def test_phrases_are_marked_wherever_they_stand(text: str, phrase: list[str], slop: int) -> None:
    tokens = list(analyzer.tokens(text, "eng"))
    size = len(phrase) + slop
    expected = set()
    for at in range(len(tokens)):
        window = tokens[at : at + size]
        if slop and set(phrase) <= {token.exact for token in window}:
            expected |= {Span(token.start, token.end) for token in window if token.exact in phrase}
        elif not slop and [token.exact for token in window] == phrase:
            expected |= {Span(token.start, token.end) for token in window}
    assert set(marked(text, leaf(*phrase, slop=slop))) == expected


def test_words_between_may_be_any() -> None:
    gap = Leaf((Spot(("a",), 1), Spot(("b",), 3)))
    assert [span.start for span in marked("a b b a c b", gap)] == [0, 4, 6, 10]
    assert marked("a c b b", Leaf((Spot(("a",), 1), Spot(("b",), 4)))) == [Span(0, 1), Span(6, 7)]


def test_a_phrase_of_one_word_a_thousand_times_costs_no_more_than_the_word() -> None:
    text = " ".join(["the cat"] * 2000)
    spans = list(highlight.spans(text, "eng", [leaf(*["the"] * 1000), leaf("the")]))
    assert len(spans) == 2000
    repeated = list(highlight.spans("the " * 3000, "eng", [leaf(*["the"] * 500)]))
    assert len(repeated) == 3000  # each word is given once, however many phrases end behind it
    assert all(before.end < after.start for before, after in pairwise(repeated))
