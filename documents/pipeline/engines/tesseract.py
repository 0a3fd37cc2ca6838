"""The engine `tess4`: Tesseract, in the sandbox."""

from collections.abc import Callable

from django.conf import settings

from documents.choices import StepKind
from documents.pipeline import sandbox
from documents.pipeline.claims import Claim
from documents.pipeline.work import OcrResult, OcrWork


class Tesseract:
    """Reads every language that has a pack."""

    chunk = 8  # about twenty seconds

    def read(self, claim: Claim, work: OcrWork, on_tick: Callable[[], bool]) -> OcrResult:
        """One program after the other."""
        return sandbox.run(StepKind.OCR, work, timeout=settings.MAX_STEP_SECONDS, on_tick=on_tick)

    def give_up(self, claim: Claim) -> None:
        """Nothing was paid."""
