"""The outline of a document: sections, of which a page begins one at most. Written as notes are."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from docplatform.lib.errors import Refused, Shape
from docplatform.lib.rows import assign
from documents.actions.document import hold
from documents.actions.note import check_page, freshly, record
from documents.models import Document, Section
from organizations.models import User

TAKEN = "Another section begins on this page already. Choose another page, or change that section."
SECTION_GONE = "This section is not there any more."


@transaction.atomic
def add(document: Document, values: Mapping[str, Any], *, actor: User) -> Section:
    """A new section."""
    held = hold(document.pk)
    check_page(held, values)
    _check_free(held, values["page_number"])
    section = Section.objects.create(document=held, **values)
    record("section.created", section, held, actor)
    return section


@transaction.atomic
def change(section: Section, values: Mapping[str, Any], *, actor: User) -> None:
    """Write new values. What is the same already is no change."""
    held = hold(section.document_id)
    fresh = freshly(section, SECTION_GONE)
    check_page(held, values)
    changed = assign(fresh, values)
    if "page_number" in changed:
        _check_free(held, fresh.page_number)
    if changed:
        fresh.save(update_fields=list(changed))
        record("section.updated", fresh, held, actor, fields=sorted(changed))


@transaction.atomic
def remove(section: Section, *, actor: User) -> None:
    """Delete it for good."""
    held = hold(section.document_id)
    fresh = freshly(section, SECTION_GONE)
    record("section.deleted", fresh, held, actor)
    fresh.delete()


def _check_free(document: Document, page: int) -> None:
    """All who write sections hold the document, so that nobody takes the page between this look and the write."""
    if Section.objects.filter(document=document, page_number=page).exists():
        raise Refused("page_number", TAKEN, shape=Shape.FIELD)
