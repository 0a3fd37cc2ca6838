"""The stages of processing, in their order."""

from documents.choices import StepKind
from documents.pipeline.stages.adopt import Adopt, Draw
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.stages.extract import Extract
from documents.pipeline.stages.fetch import Fetch
from documents.pipeline.stages.finalize import Finalize
from documents.pipeline.stages.ingest import Ingest
from documents.pipeline.stages.modify import Modify
from documents.pipeline.stages.ocr import Ocr
from documents.pipeline.stages.pages import Pages
from documents.pipeline.stages.prove import Prove
from documents.pipeline.stages.redact import Redact
from documents.pipeline.stages.text import Text
from documents.pipeline.stages.turn import Turn

__all__ = ["STAGES", "Context", "Stage", "Stored"]

STAGES: dict[StepKind, Stage] = {
    StepKind.FETCH: Fetch(),
    StepKind.INGEST: Ingest(),
    StepKind.PAGES: Pages(),
    StepKind.OCR: Ocr(),
    StepKind.REDACT: Redact(),
    StepKind.MODIFY: Modify(),
    StepKind.TURN: Turn(),
    StepKind.TEXT: Text(),
    StepKind.FINALIZE: Finalize(),
    StepKind.PROVE: Prove(),
    StepKind.ADOPT: Adopt(),
    StepKind.DRAW: Draw(),
    StepKind.EXTRACT: Extract(),
}
