"""What every stage does around its sandboxed step: fetch before it, store and write rows after it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from docplatform.lib.storage.base import Content
from documents.models import Document, Job
from documents.pipeline import sandbox
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


class Stage(ABC):
    """One kind of step, seen from the rows. Its work on files is a function in documents.pipeline.steps."""

    @property
    def timeout(self) -> float:
        """The seconds that a step may take."""
        return float(settings.MAX_STEP_SECONDS)

    def batches(self, job: Job) -> list[list[int]]:
        """The pages (0-based) of each step to open, [] for one about the whole; no step where nothing is to do."""
        return [[]]

    @abstractmethod
    def sizes(self, context: Context) -> Iterable[int]:
        """The bytes of every file that `prepare` may fetch, so that the lease can be stretched meanwhile."""

    @abstractmethod
    def prepare(self, context: Context) -> Any:
        """Fetch the inputs and say what to do with them."""

    def run(self, context: Context, work: Any, on_tick: Callable[[], bool]) -> Any:
        """Do it, asking `on_tick` about once a second whether to go on. Raises as `sandbox.run` does."""
        return sandbox.run(context.claim.kind, work, timeout=self.timeout, on_tick=on_tick)

    @abstractmethod
    def store(self, context: Context, result: Any) -> Stored:
        """Name what must be kept. Keys contain the claim's token, so nothing is ever overwritten."""

    @abstractmethod
    def surrender(self, context: Context) -> Any:
        """The result of a step that cannot be done after all attempts; raises StepFailed where nothing can stand in."""

    @abstractmethod
    def apply(self, context: Context, job: Job, result: Any, stored: Stored) -> None:
        """Write the rows, inside the finishing transaction, under the job's lock."""

    def close(self, job: Job) -> None:  # noqa: B027  (most stages have nothing to add)
        """Every step of the stage is over, in the transaction of the last one."""

    def conclude(self, job: Job) -> None:  # noqa: B027
        """The document shows the new version: write what else that means, in the same transaction."""
