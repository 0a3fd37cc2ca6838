"""Benchmarks of reading pages: OCR beside raw tesseract, born-digital pages beside a bare loop, and memory."""

import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docplatform.lib import storage
from docplatform.management.bench import scenery
from docplatform.management.bench.report import Line
from documents.choices import StepKind
from documents.pipeline import artefacts, sandbox
from documents.pipeline.engines.tesseract import Tesseract
from documents.pipeline.stages.pages import BATCH
from documents.pipeline.work import OcrResult, OcrWork, PagesResult, PagesWork

BARE = Path(__file__).with_name("bare_pages.py")


def memory(folder: Path, *, pages: int = 1000) -> Line:
    """The largest process while a PDF of 1,000 pages is read in one go, in megabytes.

    Run it first: the kernel's maximum of ended children never falls.
    """
    pdf = scenery.digital_pdf(pages, folder / "thousand.pdf")
    _read(pdf, list(range(pages)))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Line(f"memory of a process, {pages:,} pages", peak, 400, "MB", 1)


def born_digital(folder: Path, *, pages: int = 117) -> Line:
    """Seconds to read, draw and store a born-digital document, beside a bare loop that keeps nothing."""
    pdf = scenery.digital_pdf(pages, folder / "digital.pdf")
    batches = [list(range(first, min(first + BATCH, pages))) for first in range(0, pages, BATCH)]
    floor = _timed(lambda: subprocess.run([sys.executable, BARE, pdf, str(pages)], check=True))
    ours = _timed(lambda: _read(pdf, *batches))
    return Line(f"born-digital, {pages} pages", ours, floor, "s", 1.3)


def ocr(folder: Path, *, chunks: int = 2, chunk: int = Tesseract.chunk) -> Line:
    """Pages a second of the OCR stage beside raw tesseract on the same 300 dpi images, one process a core each."""
    processes = os.cpu_count() or 1
    count = chunks * chunk
    images = [scenery.scan(number, folder / f"{number}.png") for number in range(count)]
    pdf = scenery.scanned_pdf(images, folder / "scan.pdf")
    parts = [list(range(first, first + chunk)) for first in range(0, count, chunk)]
    with ThreadPoolExecutor(processes) as pool:
        floor = count / _timed(lambda: list(pool.map(_tesseract, images)))
        ours = count / _timed(lambda: list(pool.map(lambda part: _ocr(pdf, part), parts)))
    return Line(f"OCR stage, {count} pages, {processes} at once", ours, floor, "pages/s", 0.75, at_least=True)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _tesseract(image: Path) -> None:
    env = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    subprocess.run(["tesseract", image, "-", "-l", "eng"], check=True, env=env, capture_output=True)


def _ocr(pdf: Path, pages: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = OcrWork(pdf=str(pdf), pages=pages, language="eng", force=False, folder=folder)
        result = sandbox.run(StepKind.OCR, work, timeout=600, on_tick=lambda: True)
        _store(result)


def _read(pdf: Path, *batches: list[int]) -> None:
    """Steps of the pages stage, with their artefacts stored."""
    for pages in batches:
        with tempfile.TemporaryDirectory() as folder:
            work = PagesWork(pdf=str(pdf), pages=pages, force_ocr=False, folder=folder)
            result = sandbox.run(StepKind.PAGES, work, timeout=600, on_tick=lambda: True)
            _store(result)


def _store(result: PagesResult | OcrResult) -> None:
    token = uuid.uuid4()
    if not all(page.text for page in result.pages):
        raise RuntimeError("A page of the benchmark was not read.")
    items = [item for page in result.pages for item in (*artefacts.images(token, page), *artefacts.words(token, page))]
    storage.backend().put_many(items)
