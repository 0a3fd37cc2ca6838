"""What a hold of the administrators stops: whatever would destroy something of a document for good.

A job is asked about before it is opened, a removal before it is carried out; what is left of jobs that were running
already stays until the hold is over, see documents.pipeline.sweep.
"""

from django.db.models import Q

from docplatform.lib.errors import Refused
from documents.choices import JobKind
from documents.models import Document

HELD = "This document is held by the administrators, so nothing of it can be removed for good. It can go to the trash."
NEW_FILE = (
    "This document is held by the administrators, so its file stays as it came. Upload the new one as a document of "
    "its own."
)
REDACTION = "This document is held by the administrators, so nothing of it can be redacted. Redact a copy (as_copy)."
PAGES = (
    "This document is held by the administrators, so its pages can only be changed under revision control, which keeps "
    "what they were. Switch revision_control on first."
)
LIFTED = Q(document__is_held=False)
"""Of what belongs to documents: what no hold keeps."""


def refuse_removal(document: Document) -> None:
    """409 for a document that is held."""
    if document.is_held:
        raise Refused("held", HELD, status=409)


def refuse_job(document: Document, kind: JobKind, *, has_new_file: bool) -> None:
    """409 for a job that would take away what the held document has now."""
    if document.is_held and (reason := _loss(document, kind, has_new_file=has_new_file)):
        raise Refused("held", reason, status=409)


def _loss(document: Document, kind: JobKind, *, has_new_file: bool) -> str:
    if kind == JobKind.REDACT:
        return REDACTION
    if kind == JobKind.PROCESS and has_new_file and document.original_hash:
        return NEW_FILE
    shows_others = kind != JobKind.EXTRACT and document.version_id is not None
    return PAGES if shows_others and not document.revision_control else ""
