"""Benchmarks of edits: redacting one page of many beside that page alone, and moving pages beside a bare copy."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pikepdf

from docplatform.management.bench import bare_moves, scenery
from docplatform.management.bench.report import Line
from documents.choices import StepKind
from documents.pipeline import sandbox
from documents.pipeline.edits import ModifyWork, ProvedPage, ProveWork, RedactWork
from documents.pipeline.values import Cover, Result, Work
from documents.pipeline.work import PagesWork

PAGES, MOVES, ROUNDS = 500, 100, 3
BOUND = 3
R = TypeVar("R", bound=Result)


def redaction(folder: Path, *, pages: int = PAGES, rounds: int = ROUNDS) -> Line:
    """Seconds of the two steps that a redaction adds, for one page of many beside the same for that page alone."""
    number = pages // 2
    whole = scenery.digital_pdf(pages, folder / "edited.pdf")
    alone = folder / "alone.pdf"
    with pikepdf.open(whole) as pdf, pikepdf.new() as one:
        one.pages.append(pdf.pages[number])
        one.save(alone)
    floor, ours = _median(rounds, lambda: _redact(alone, 0), lambda: _redact(whole, number))
    return Line(f"redaction of 1 page in {pages}", ours, floor, "s", BOUND)


def moves(folder: Path, *, pages: int = PAGES, moved: int = MOVES, rounds: int = ROUNDS) -> Line:
    """Seconds of the step that moves pages, beside a bare copy of the pages in that order."""
    pdf = scenery.digital_pdf(pages, folder / "moved.pdf")
    plan = [(0, number, 0) for number in bare_moves.order(pages, moved)]
    command = [sys.executable, bare_moves.__file__, str(pdf), str(folder / "bare.pdf"), str(moved)]
    floor, ours = _median(rounds, lambda: _timed(lambda: subprocess.run(command, check=True)), lambda: _move(pdf, plan))
    return Line(f"{moved} page moves in {pages} pages", ours, floor, "s", BOUND)


def _redact(pdf: Path, number: int) -> float:
    cover = Cover(number, 0.1, 0.2, 0.6, 0.25)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        made = _step(StepKind.REDACT, RedactWork(str(pdf), [cover], folder))
        seconds = time.perf_counter() - began
        if made.pages != [number]:
            raise RuntimeError("Another page of the benchmark was redacted.")
        [read] = _step(StepKind.PAGES, PagesWork(made.pdf, [number], force_ocr=False, folder=folder)).pages
        boxes = Path(folder) / "boxes.json"
        boxes.write_text("[]")
        page = ProvedPage(number, read.images, str(boxes))
        began = time.perf_counter()
        _step(StepKind.PROVE, ProveWork(made.pdf, [page], [cover], str(pdf), [number], folder))
        return seconds + time.perf_counter() - began


def _move(pdf: Path, plan: list[tuple[int, int, int]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _timed(lambda: _step(StepKind.MODIFY, ModifyWork([str(pdf)], plan, folder)))


def _step(kind: StepKind, work: Work[R]) -> R:
    return sandbox.run(kind, work, timeout=600, on_tick=lambda: True)


def _median(rounds: int, floor: Callable[[], float], ours: Callable[[], float]) -> tuple[float, float]:
    """Of a few rounds in turn, so that whatever else the machine does disturbs both."""
    floors, figures = zip(*[(floor(), ours()) for _ in range(rounds)], strict=True)
    return statistics.median(floors), statistics.median(figures)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
