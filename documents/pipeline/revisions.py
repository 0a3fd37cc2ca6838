"""The states of documents under revision control, written in the transaction that makes them."""

from django.db.models import Max, QuerySet

from documents.choices import JobKind
from documents.models import Document, Job, Revision, Version

COMMENTS: dict[str, str] = {
    JobKind.PROCESS: "Processing",
    JobKind.REDACT: "Redacting",
    JobKind.MODIFY: "Modifying",
    JobKind.TEXT: "Editing text",
    JobKind.ADOPT: "Importing",
}
INITIAL, ENABLE, ENABLE_AGAIN = "Initial", "Enable", "Re-enable"


def after(job: Job, version: Version) -> None:
    """The job made a new state of its document. The first one also keeps the file as it was uploaded."""
    document = job.document
    if not document.revision_control or job.kind not in COMMENTS:
        return
    if job.kind == JobKind.PROCESS and _is_first(document):
        add(document, version, user_id=job.user_id, comment=INITIAL, extension=document.original_extension)
    else:
        add(document, version, user_id=job.user_id, comment=COMMENTS[job.kind])


def enable(document: Document, *, user_id: int) -> None:
    """Somebody switched revision control on: keep the state that is there, under the document's lock."""
    if document.version is not None:
        comment = ENABLE if _is_first(document) else ENABLE_AGAIN
        add(document, document.version, user_id=user_id, comment=comment)


def add(document: Document, version: Version, *, user_id: int, comment: str, extension: str = "pdf") -> Revision:
    """The next revision, under the document's lock."""
    last = Revision.objects.filter(document=document).aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.create(
        document=document, number=last + 1, user_id=user_id, version=version, comment=comment, extension=extension
    )


def kept(document: Document) -> QuerySet[Revision]:
    """Those that people may look at and go back to: a redaction takes the versions before it away for good."""
    mine = Revision.objects.filter(document=document, version__isnull=False)
    return mine.select_related("version").order_by("number")


def _is_first(document: Document) -> bool:
    return not Revision.objects.filter(document=document).exists()
