"""What an engine is to the stage of OCR."""

from collections.abc import Callable
from typing import Protocol

from documents.pipeline.claims import Claim
from documents.pipeline.work import OcrResult, OcrWork


class Engine(Protocol):
    """Reads chunks of pages. Uploaded bytes are parsed in the sandbox only."""

    chunk: int
    """Pages of a step."""

    def read(self, claim: Claim, work: OcrWork, on_tick: Callable[[], bool]) -> OcrResult:
        """The text of the pages, and their PDF with a text layer. Raises as `sandbox.run` does."""

    def give_up(self, claim: Claim) -> None:
        """The pages of the claim stay unread after all attempts."""
