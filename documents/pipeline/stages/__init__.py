"""The stages of processing, in their order."""

from documents.choices import StepKind
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.stages.finalize import Finalize
from documents.pipeline.stages.ingest import Ingest
from documents.pipeline.stages.ocr import Ocr
from documents.pipeline.stages.pages import Pages

__all__ = ["STAGES", "Context", "Stage", "Stored"]

STAGES: dict[StepKind, Stage] = {
    StepKind.INGEST: Ingest(),
    StepKind.PAGES: Pages(),
    StepKind.OCR: Ocr(),
    StepKind.FINALIZE: Finalize(),
}
