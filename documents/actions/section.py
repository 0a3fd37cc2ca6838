"""The outline of a document: sections, of which a page begins one at most. Written as notes are."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from docplatform.lib.errors import Refused, Shape
from documents.actions.document import hold
from documents.actions.note import check_page, record
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
    fresh = _fresh(section)
    check_page(held, values)
    changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
    if "page_number" in changed:
        _check_free(held, changed["page_number"])
    if changed:
        for name, value in changed.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=list(changed))
        record("section.updated", fresh, held, actor, fields=sorted(changed))


@transaction.atomic
def remove(section: Section, *, actor: User) -> None:
    """Delete it for good."""
    held = hold(section.document_id)
    fresh = _fresh(section)
    record("section.deleted", fresh, held, actor)
    fresh.delete()


def _check_free(document: Document, page: int) -> None:
    """All who write sections hold the document, so that nobody takes the page between this look and the write."""
    if Section.objects.filter(document=document, page_number=page).exists():
        raise Refused("page_number", TAKEN, shape=Shape.FIELD)


def _fresh(section: Section) -> Section:
    fresh = Section.objects.filter(pk=section.pk).first()
    if fresh is None:
        raise Refused("not_found", SECTION_GONE, status=404, shape=Shape.DETAIL)
    return fresh
