"""Going back to an earlier state of a document: it shows that version again, and nothing is processed for it."""

from django.db import transaction

from docplatform.lib.errors import Refused, Shape
from documents.actions import document as documents
from documents.models import Document, Revision
from documents.pipeline import drafts, extracts, revisions, versions
from documents.search import index
from organizations import events
from organizations.models import User

PROCESSING = "This document is being processed. Wait until that is over, then restore the revision."
GONE = "There is no such revision, or a redaction has removed it."


@transaction.atomic
def restore(document: Document, number: int, *, actor: User) -> None:
    """Show the version of revision `number` again, and say so in a new revision. Notes and sections stay."""
    [document] = documents.lock([document.pk])
    if document.is_processing:
        raise Refused("processing", PROCESSING)
    revision = revisions.kept(document).filter(number=number).first()
    if revision is None or revision.version is None:
        raise Refused("not_found", GONE, status=404, shape=Shape.DETAIL)
    _keep_present(document, actor)
    versions.show(revision.version)
    revisions.add(document, revision.version, user_id=actor.pk, comment=f"Restored revision {number}")
    drafts.outdate(revision.version)
    extracts.outdate(document.pk)
    index.write(document)
    data = {"revision": number}
    events.record(
        "document.restored", actor=actor, target=document, organization_id=document.organization_id, data=data
    )


def _keep_present(document: Document, actor: User) -> None:
    """What readers see now may be no revision, when control was off for a while: it would be lost."""
    version = document.version
    if version is not None and not Revision.objects.filter(version=version).exists():
        revisions.add(document, version, user_id=actor.pk, comment="Before restoring")
