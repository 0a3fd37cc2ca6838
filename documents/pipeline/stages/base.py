"""What every stage does around its sandboxed step: fetch before it, store and write rows after it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from docplatform.lib.storage.base import Content
from documents.models import Document, Job
from documents.pipeline.claims import Claim


@dataclass(frozen=True)
class Context:
    """One claimed step as it stood when it began. `folder` is private to the claim and goes with it."""

    claim: Claim
    job: Job
    document: Document
    folder: Path


@dataclass(frozen=True)
class Stored:
    """What a stage wants kept: the bytes by key, and what its step row tells the next stage."""

    items: Sequence[tuple[str, Content]]
    result: dict[str, Any]


class Stage(Protocol):
    """One kind of step, seen from the rows. Its work on files is a function in documents.pipeline.steps."""

    timeout: float

    def sizes(self, context: Context) -> Iterable[int]:
        """The bytes of every file that `prepare` may fetch, so that the lease can be stretched meanwhile."""

    def prepare(self, context: Context) -> Any:
        """Fetch the inputs and say what to do with them."""

    def store(self, context: Context, result: Any) -> Stored:
        """Name what must be kept. Keys contain the claim's token, so nothing is ever overwritten."""

    def surrender(self, context: Context) -> Any:
        """The result of a step that cannot be done after all attempts; raises StepFailed where nothing can stand in."""

    def apply(self, context: Context, job: Job, result: Any, stored: Stored) -> None:
        """Write the rows, inside the finishing transaction, under the job's lock."""

    def advance(self, job: Job) -> None:
        """Every step of the stage is over: open the next stage, or end the job."""
