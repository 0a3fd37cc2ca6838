"""The states of documents under revision control, written in the transaction that makes them."""

from django.db.models import Max

from documents.choices import JobKind
from documents.models import Document, Job, Revision, Version

COMMENTS: dict[str, str] = {
    JobKind.PROCESS: "Processing",
    JobKind.REDACT: "Redacting",
    JobKind.MODIFY: "Modifying",
    JobKind.TEXT: "Editing text",
}
INITIAL = "Initial"


def after(job: Job, version: Version) -> None:
    """The job made a new state of its document. The first one also keeps the file as it was uploaded."""
    document = job.document
    if not document.revision_control:
        return
    is_first = not Revision.objects.filter(document=document).exists()
    if is_first and job.kind == JobKind.PROCESS:
        add(document, version, user_id=job.user_id, comment=INITIAL, extension=document.original_extension)
    else:
        add(document, version, user_id=job.user_id, comment=COMMENTS[job.kind])


def add(document: Document, version: Version, *, user_id: int, comment: str, extension: str = "pdf") -> Revision:
    """The next revision, under the document's lock."""
    last = Revision.objects.filter(document=document).aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.create(
        document=document, number=last + 1, user_id=user_id, version=version, comment=comment, extension=extension
    )
