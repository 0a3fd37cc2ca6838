"""Texts for the benchmark of search: made-up words, as unevenly frequent as those of a language, the same every time.

A few words and phrases are planted into known shares of the pages; a hundredth of all words is what OCR makes of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice, product
from random import Random

from documents.search.languages import STOP_WORDS

WORDS = 40_000
PAGE_WORDS = 200
PROSE = 1_000_000
TOPIC_WORDS = 16
GARBAGE = 2  # of the words of a page
LINE = 12
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BATCH = 100
"""Documents that are made in one go; their number is the seed."""
MEDIAN, SPREAD, MOST = 1.0, 1.05, 400
LONG = 2_000
"""Pages of the very first document."""


@dataclass(frozen=True)
class Planted:
    """Words that stand side by side, once or a few times, in this share of the pages."""

    words: str
    share: float


PLANTED: dict[str, Planted] = {
    "rare": Planted("quarvolim", 0.0001),
    "1 %": Planted("drasponet", 0.01),
    "5 %": Planted("brelkimant", 0.05),
    "30 %": Planted("gostarvin", 0.30),
    "30 % too": Planted("plunerak", 0.28),
    "phrase": Planted("stelgomar vinkorath", 0.01),
    "half of the phrase": Planted("stelgomar", 0.01),
    "common phrase": Planted("gostarvin plunerak", 0.02),
}


@dataclass(frozen=True)
class Sheet:
    """A document to be: what it is called, and the texts of its pages."""

    title: str
    source: str
    description: str
    language: str
    tags: list[str]
    pages: list[str]


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """The words, the most frequent first, and their cumulated weights (Zipf's law)."""
    heads, tails = "b c d f g h k l m n p r s t v br cl dr st tr".split(), "n r s l t m nd rt".split()
    syllables = [f"{head}{vowel}" for head, vowel in product(heads, "aeiou")]
    chance = Random(1862)  # noqa: S311  (texts, not secrets)
    words = dict.fromkeys(sorted(STOP_WORDS))
    while len(words) < WORDS:
        length = chance.choices((1, 2, 3, 4), (1, 6, 6, 2))[0]
        words["".join(chance.choices(syllables, k=length)) + chance.choice((*tails, "", "", ""))] = None
    return list(words), list(accumulate(1 / (rank + 2.7) ** 1.02 for rank in range(WORDS)))


def page_counts(batch: int) -> list[int]:
    """How many pages each document of a batch has: few mostly, sometimes hundreds."""
    chance = Random(f"pages {batch}")  # noqa: S311
    counts = [min(MOST, max(1, round(chance.lognormvariate(MEDIAN, SPREAD)))) for _ in range(BATCH)]
    return [LONG, *counts[1:]] if batch == 0 else counts


def sheets(batch: int) -> Iterator[Sheet]:
    """The documents of a batch."""
    words, weights = vocabulary()
    chance = Random(f"words {batch}")  # noqa: S311
    for count in page_counts(batch):
        topic = chance.sample(words[150:20_000], k=20)
        pages = [_page(chance, topic) for _ in range(count)]
        yield Sheet(
            title=" ".join(chance.choices(topic, k=5)),
            source=" ".join(words[number] for number in [200 + chance.randrange(300)] * 2),
            description=" ".join(chance.choices(topic, k=8) + chance.choices(words, cum_weights=weights, k=12)),
            language=chance.choices(("eng", "spa", "fra", "deu"), (90, 6, 2, 2))[0],
            tags=sorted(set(chance.choices(words[300:800], k=chance.randrange(4)))),
            pages=pages,
        )


@cache
def _prose() -> list[str]:
    """A long text of which every page is a piece: to choose each word of each page would take longer than to index."""
    words, weights = vocabulary()
    return Random(1863).choices(words, cum_weights=weights, k=PROSE)  # noqa: S311


def _page(chance: Random, topic: list[str]) -> str:
    prose = _prose()
    start = chance.randrange(len(prose) - PAGE_WORDS)
    page = prose[start : start + PAGE_WORDS]
    for word in chance.choices(topic, k=TOPIC_WORDS):
        page[chance.randrange(PAGE_WORDS)] = word
    for place in [chance.randrange(PAGE_WORDS) for _ in range(GARBAGE)]:
        page[place] = _misread(chance, page[place])
    for planted in PLANTED.values():
        if chance.random() < planted.share:
            for _ in range(chance.choice((1, 1, 1, 2, 4))):
                page[chance.randrange(PAGE_WORDS)] = planted.words
    run = iter(page)
    lines = iter(lambda: list(islice(run, LINE)), [])
    return ".\n".join(" ".join(line).capitalize() for line in lines)


def _misread(chance: Random, word: str) -> str:
    place = chance.randrange(len(word))
    return word[:place] + chance.choice(LETTERS) + chance.choice(LETTERS) + word[place + 1 :]
