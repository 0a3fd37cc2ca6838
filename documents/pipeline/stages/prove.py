"""The last stage of a redaction: proof that nothing is left, before anybody sees it; then the old files go."""

from collections.abc import Iterable

from django.db import transaction

from docplatform.lib import storage
from documents import paths
from documents.choices import StepKind
from documents.models import Job, Page, Step, Version
from documents.pipeline import doomed, folders, leftovers, pdfs, redaction
from documents.pipeline.edits import ProvedPage, ProveResult, ProveWork
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.stages.redact import fetch_source
from documents.pipeline.values import StepFailed
from organizations import events

BATCH = 8  # pages: each is drawn twice and read once
FIGURES = ("pages", "boxes", "pixels", "words", "objects")


class Prove(Stage):
    """Steps of a few redacted pages; the first one also looks at what belongs to no page."""

    def batches(self, job: Job) -> list[list[int]]:
        pages = sorted({cover.page for cover in redaction.covers(job)})
        return [pages[i : i + BATCH] for i in range(0, len(pages), BATCH)]

    def sizes(self, context: Context) -> Iterable[int]:
        size = storage.backend().size(_version(context.job).pdf_key)
        return [size, size] if context.claim.idx == 0 else [size]

    def prepare(self, context: Context) -> ProveWork:
        is_first, covers = context.claim.idx == 0, redaction.covers(context.job)
        entries = _version(context.job).entries.filter(number__in=context.claim.pages).select_related("page")
        return ProveWork(
            pdf=str(folders.shared(_version(context.job).pdf_key)),
            pages=[_fetched(context, entry.number, entry.page) for entry in entries.order_by("number")],
            covers=redaction.covers(context.job, context.claim.pages),
            source=fetch_source(context) if is_first else None,
            redacted=sorted({cover.page for cover in covers}) if is_first else [],
            folder=str(context.folder),
        )

    def store(self, context: Context, result: ProveResult) -> Stored:
        """The redacted PDF takes the place of the file that was uploaded, so that it can be processed again."""
        pdf = folders.shared(_version(context.job).pdf_key)
        items = [(paths.original(context.document.pk, result.sha256), pdf)] if context.claim.idx == 0 else []
        return Stored(items, vars(result))

    def surrender(self, context: Context) -> ProveResult:
        raise StepFailed(
            "not_proven",
            "The redaction could not be checked: the program that does it stopped several times. The document was not "
            "changed and is hidden from the public. Redact it again.",
        )

    def apply(self, context: Context, job: Job, result: ProveResult, stored: Stored) -> None:
        """The figures stay in the step's result until the end."""

    def conclude(self, job: Job) -> None:
        results = list(
            Step.objects.filter(job=job, kind=StepKind.PROVE).order_by("idx").values_list("result", flat=True)
        )
        # First the stored files, then their copies on this host: the other way round a step could fetch them again.
        transaction.on_commit(doomed.carry_out_all, robust=True)
        leftovers.discard(job, original=results[0]["sha256"])
        figures = {name: sum(result[name] for result in results) for name in FIGURES}
        document = job.document
        data = {"job": job.pk, "proof": figures}
        owner = document.organization_id
        events.record("document.redacted", target=document, actor=job.user, organization_id=owner, data=data)


def _version(job: Job) -> Version:
    return Version.objects.get(pk=pdfs.version_id(job))


def _fetched(context: Context, number: int, page: Page) -> ProvedPage:
    """The stored files of a page, in the claim's own folder."""
    images = {size: context.folder / f"{number}-{size}.gif" for size in paths.STORED_SIZES}
    for size, path in images.items():
        storage.backend().fetch(paths.page_image(page.images, size), path)
    boxes = context.folder / f"{number}.json"
    if page.words is None:
        raise StepFailed("not_proven", "The words of a redacted page are missing. Redact the document again.")
    storage.backend().fetch(paths.page_boxes(page.words), boxes)
    return ProvedPage(number, {size: str(path) for size, path in images.items()}, str(boxes))
