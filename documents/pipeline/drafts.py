"""What becomes of prepared redactions when a job changes the pages of their document, written in its transaction."""

from documents.choices import JobKind
from documents.models import Job, RedactionDraft, Version


def after(job: Job, version: Version) -> None:
    """Those that a redaction carried out go; when a document was read anew, what its reviewers saw may be gone."""
    drafts = RedactionDraft.objects.filter(document_id=job.document_id)
    if job.kind == JobKind.REDACT:
        drafts.filter(pk__in=job.options.get("drafts", ())).delete()
    elif job.kind == JobKind.PROCESS:
        outdate(version)


def outdate(version: Version) -> None:
    """The document shows this version now, whose pages are other ones: boxes stay, but nobody has seen them there."""
    drafts = RedactionDraft.objects.filter(document_id=version.document_id)
    drafts.filter(page_number__gte=version.page_count).delete()
    drafts.update(reviewer=None, reviewed_at=None)
