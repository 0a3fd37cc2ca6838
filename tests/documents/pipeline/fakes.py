"""Steps that take no time: they stand in for the sandbox where a test is about rows, not about files.

A fake upload is a line `<pages> <scans>`: so many pages with text, of which the last `scans` have none until OCR.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from documents.choices import StepKind
from documents.pipeline.edits import (
    ModifyResult,
    ModifyWork,
    ProveResult,
    ProveWork,
    RedactResult,
    RedactWork,
    TextResult,
    TextWork,
)
from documents.pipeline.values import Word
from documents.pipeline.work import (
    ExtractResult,
    ExtractWork,
    FinalizeResult,
    FinalizeWork,
    ImageResult,
    ImageWork,
    IngestResult,
    IngestWork,
    OcrResult,
    OcrWork,
    PageRead,
    PagesResult,
    PagesWork,
    Spot,
    Value,
)

Hook = Callable[[StepKind, Any], None]
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x00\x00\x00\x00\x00,"


class FakeSteps:
    """Call it as `sandbox.run` is called. `before` sees every step first and may raise, sleep or kill."""

    def __init__(self, before: Hook | None = None) -> None:
        self.before = before
        self.calls: list[tuple[StepKind, Any]] = []

    def __call__(self, kind: StepKind, work: Any, *, timeout: float, on_tick: Callable[[], bool]) -> Any:
        self.calls.append((kind, work))
        if self.before:
            self.before(kind, work)
        return getattr(self, kind)(work)

    def kinds(self) -> list[str]:
        return [str(kind) for kind, _ in self.calls]

    def ingest(self, work: IngestWork) -> IngestResult:
        pages, scans = map(int, Path(work.source).read_text().split()[:2])
        pdf = Path(work.folder) / "document.pdf"
        pdf.write_text(f"{pages} {scans}")
        return IngestResult(str(pdf), [(612.0, 792.0)] * (pages - 1) + [(595.28, 841.89)])

    def pages(self, work: PagesWork) -> PagesResult:
        pages, scans = map(int, Path(work.pdf).read_text().split())
        return PagesResult([self._page(work, number, number >= pages - scans) for number in work.pages])

    def ocr(self, work: OcrWork) -> OcrResult:
        pdf = Path(work.folder) / "chunk.pdf"
        pdf.write_text(json.dumps(work.pages))
        return OcrResult([self._read(number, f"read {number}", confidence=0.9) for number in work.pages], str(pdf))

    def finalize(self, work: FinalizeWork) -> FinalizeResult:
        pdf = Path(work.folder) / "final.pdf"
        replaced = [chunk.pages for chunk in work.chunks]
        pdf.write_text(json.dumps([Path(work.pdf).read_text(), replaced]))
        return FinalizeResult(str(pdf), hashlib.sha1(pdf.read_bytes()).hexdigest())

    def redact(self, work: RedactWork) -> RedactResult:
        pages, scans = map(int, re.findall(r"\d+", Path(work.pdf).read_text())[:2])
        pdf = Path(work.folder) / "redacted.pdf"
        pdf.write_text(f"{pages} {scans}")
        return RedactResult(str(pdf), [(612.0, 792.0)] * pages, sorted({cover.page for cover in work.covers}))

    def prove(self, work: ProveWork) -> ProveResult:
        digest = hashlib.sha256(Path(work.pdf).read_bytes()).hexdigest()
        return ProveResult(len(work.pages), len(work.covers), pixels=1, words=0, objects=1, sha256=digest)

    def modify(self, work: ModifyWork) -> ModifyResult:
        pdf = Path(work.folder) / "document.pdf"
        pdf.write_text(f"{len(work.plan)} 0")
        return ModifyResult(str(pdf))

    def text(self, work: TextWork) -> TextResult:
        pdf = Path(work.folder) / "layered.pdf"
        pdf.write_text(f"{Path(work.pdf).read_text()} layered {[layer.number for layer in work.layers]}")
        return TextResult(str(pdf))

    def extract(self, work: ExtractWork) -> ExtractResult:
        """Every page says its text, and the first word of it."""
        texts = json.loads(Path(work.texts).read_text())
        values = []
        for number, offset, text in zip(work.pages, work.offsets, texts, strict=True):
            for said in dict.fromkeys([text, text.split(" ")[0]]):
                values.append(Value("url", said, {"said": said}, Spot(number, offset, 0, said)))
        return ExtractResult(values)

    def image(self, work: ImageWork) -> ImageResult:
        path = Path(work.folder) / "drawn.gif"
        path.write_bytes(GIF + f"{work.page} {work.width}".encode())
        return ImageResult(str(path))

    def _page(self, work: PagesWork, number: int, is_scan: bool) -> PageRead:
        images = {}
        for size in ("large", "normal", "small", "thumbnail"):
            path = Path(work.folder) / f"{number}-{size}.gif"
            path.write_bytes(GIF + f"{number} {size}".encode())
            images[size] = str(path)
        text = None if is_scan or work.force_ocr else f"text {number}"
        return self._read(number, text, images=images)

    def _read(self, number: int, text: str | None, **more: Any) -> PageRead:
        words = [Word(text, 0.1, 0.1, 0.2, 0.2)] if text else []
        return PageRead(number, 612.0, 792.0, text=text, words=words, **more)
