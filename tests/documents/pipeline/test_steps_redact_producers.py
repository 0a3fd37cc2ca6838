"""What is redacted in PDFs of real programs is nowhere in what the step makes of them, and the other pages stay."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.pipeline.edits import ProvedPage, ProveResult, ProveWork, RedactWork
from documents.pipeline.steps import drawing, pdfium, words
from documents.pipeline.values import Cover, Word
from tests.documents import secrets
from tests.documents.pipeline import making, producers

FULL = os.environ.get("SOAK", "") not in ("", "0")
SEED = int(os.environ.get("SOAK_SEED") or 11)
RUNS = 30 if FULL else 2
EDGE = 0.002  # of the page, around words


def texts(pdf: Path | str) -> list[words.PageText]:
    with pdfium.opened(pdf) as document:
        found = []
        for number in range(len(document)):
            with pdfium.page_of(document, number) as page:
                found.append(words.read(page))
    return found


def look(pdf: Path | str, number: int) -> bytes:
    with pdfium.opened(pdf) as document, pdfium.page_of(document, number) as page:
        return drawing.render(page, 300, 400, grey=True, annotations=True).tobytes()


def boxes(dice: random.Random, found: list[words.PageText]) -> tuple[list[Cover], list[Word]]:
    """A few words, or any place of a page; mostly of the first page, whose letters are on no other."""
    number = dice.choice([0, dice.randrange(len(found))])
    chosen = dice.sample(found[number].words, min(len(found[number].words), dice.randint(1, 4)))
    covers = [
        Cover(number, max(0, w.x1 - EDGE), max(0, w.y1 - EDGE), min(1, w.x2 + EDGE), min(1, w.y2 + EDGE))
        for w in chosen
    ]
    x, y = dice.uniform(0, 0.7), dice.uniform(0, 0.9)
    return [*covers, Cover(number, x, y, x + dice.uniform(0.01, 0.3), y + dice.uniform(0.01, 0.1))], chosen


def prove(folder: Path, source: Path, made: str, covers: list[Cover]) -> ProveResult:
    number = covers[0].page
    [read] = making.read(folder, made, [number])
    folder = folder / "prove"
    folder.mkdir(exist_ok=True)
    (folder / "boxes.json").write_text("[]")
    page = ProvedPage(number, read.images, str(folder / "boxes.json"))
    return making.run("prove", ProveWork(made, [page], covers, str(source), [number], str(folder)))


def redacted_at_random(folder: Path, pdf: Path, seed: int) -> None:
    dice = random.Random(seed)
    before = texts(pdf)
    covers, chosen = boxes(dice, before)
    number = covers[0].page
    result = making.run("redact", RedactWork(str(pdf), covers, str(folder / "redact")))
    after = texts(result.pdf)
    kept = [other for other in range(len(before)) if other not in result.pages]
    assert result.pages == [number], "a page was made a picture without need"
    assert [after[other].text for other in kept] == [before[other].text for other in kept]
    for other in dice.sample(kept, min(len(kept), 3)):
        assert look(result.pdf, other) == look(pdf, other)
    elsewhere = " ".join(before[other].text for other in kept).lower()
    content = Path(result.pdf).read_bytes()
    for word in chosen:
        if len(word.text) > 4 and word.text.lower() not in elsewhere:
            assert not secrets.pdf_holds(content, word.text), word.text
    assert prove(folder, pdf, result.pdf, covers).objects


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("producer", producers.PRODUCERS, ids=lambda producer: producer.__name__)
def test_what_is_redacted_in_the_files_of_real_programs_is_nowhere(
    tmp_path: Path, producer: Callable[[Path], Path]
) -> None:
    pdf = producer(tmp_path)
    for seed in range(SEED, SEED + RUNS):
        redacted_at_random(tmp_path, pdf, seed)
