"""Stage 0 of documents that come by URL: fetch the file from its server, as if its owner had uploaded it."""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now

from docplatform.lib import http
from documents import paths
from documents.choices import Status
from documents.models import Document, Job, Step
from documents.pipeline import claims, sandbox
from documents.pipeline.claims import Claim
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.stages.ingest import most_bytes
from documents.pipeline.values import StepFailed
from documents.search import index

WHAT_NOW = "Check the address and process the document again, or upload the file as a new document."


class Unavailable(sandbox.Crashed):
    """The other server may be well again in a while."""

    pause = 5.0


class Fetch(Stage):
    """One step. Nothing is parsed here, so it needs no sandbox; the next stage checks what came."""

    def sizes(self, context: Context) -> Iterable[int]:
        return []

    def prepare(self, context: Context) -> str:
        return str(context.job.options["file_url"])

    def run(self, context: Context, work: str, on_tick: Callable[[], bool]) -> Path:
        def go_on(received: int, size: int | None) -> bool:
            _tell(context.claim, received, size)
            return on_tick()

        source = context.folder / "fetched"
        limits = {"most": most_bytes(context.document.original_extension), "seconds": settings.MAX_FETCH_SECONDS}
        try:
            http.download(work, source, **limits, go_on=go_on)
        except http.Stopped as stopped:
            raise sandbox.Cancelled from stopped
        except http.Failed as error:
            if error.is_passing and context.claim.attempts < claims.MAX_ATTEMPTS:
                raise Unavailable(error.message) from error
            raise StepFailed(error.code, f"{error.message} {WHAT_NOW}") from error
        return source

    def store(self, context: Context, result: Path) -> Stored:
        key = paths.fetched(context.document.pk, context.claim.token)
        return Stored([(key, result)], {"upload": key})

    def surrender(self, context: Context) -> Path:
        raise StepFailed(
            "fetch_crashed", f"The file could not be fetched: the program stopped several times. {WHAT_NOW}"
        )

    def apply(self, context: Context, job: Job, result: Path, stored: Stored) -> None:
        job.upload_key = stored.result["upload"]
        Job.objects.filter(pk=job.pk).update(upload_key=job.upload_key)
        waiting = Document.objects.filter(pk=job.document_id).exclude(status=Status.DELETED)
        if waiting.update(upload_key=job.upload_key, status=Status.PENDING, updated_at=Now()):
            index.write(Document.objects.get(pk=job.document_id))


def _tell(claim: Claim, received: int, size: int | None) -> None:
    """Let people see how far it is. Where the database is away for a moment, they see it later."""
    try:
        Step.objects.filter(pk=claim.step_id, token=claim.token).update(result={"fetched": received, "size": size})
    except (OperationalError, InterfaceError):
        connection.close()
