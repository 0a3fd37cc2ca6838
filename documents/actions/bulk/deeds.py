"""What the actions of bulk jobs do to one document, and who may have that done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from docplatform.lib.errors import Refused
from docplatform.lib.permissions import holds
from documents import permissions
from documents.actions import document as documents
from documents.actions import engines, processing, trash, upload
from documents.actions.processing import PROCESSING, Options
from documents.choices import PROCESSING as IN_WORK
from documents.choices import Access, BulkAction
from documents.models import Document
from documents.pipeline.holds import HELD
from documents.search import index
from organizations import events
from organizations.models import User
from organizations.permissions import Person, may_upload
from projects.models import ProjectDocument

Asked = Mapping[str, Any]
Rule = Callable[[Person], Q]

DENIED = "You may not do this with this document."
CHANGED = "Its access was changed since."
VERIFIED = "Only members of a verified organization may do this."
NO_PROJECT = "You may not change this project any more."
NO_SHARE = "You may not let the members of a project edit this document."


@dataclass(frozen=True)
class Deed:
    """`scope` is who may know of the documents, `rule` who may have it done. `obstacles`: what it waits for or is
    refused for, with a sentence. `do` returns what an undo needs."""

    rule: Rule
    do: Callable[[Document, Asked, User], dict[str, Any]]
    scope: Rule = permissions.view
    obstacles: Callable[[Asked], list[tuple[str, Q]]] = lambda asked: []


def _access(document: Document, asked: Asked, actor: User) -> dict[str, Any]:
    if document.access != asked.get("expected", document.access):
        raise Refused("changed", CHANGED)
    if asked["access"] == document.access:
        return {}
    if asked["access"] == Access.PUBLIC and not may_upload(actor):
        raise Refused("not_verified", VERIFIED)
    planned = asked.get("publish_at")
    before = {
        "access": document.access,
        "publish_at": document.publish_at.isoformat() if document.publish_at else None,
    }
    changes = {"access": asked["access"]} | ({"publish_at": datetime.fromisoformat(planned)} if planned else {})
    documents.update({document.pk: changes}, actor=actor)
    return before


def _data(document: Document, asked: Asked, actor: User) -> dict[str, Any]:
    data = {**document.data, **asked.get("set", {})}
    for key, values in asked.get("add", {}).items():
        known = data.get(key, [])
        data[key] = known + [value for value in dict.fromkeys(values) if value not in known]
    for key, values in asked.get("remove", {}).items():
        data[key] = [value for value in data.get(key, []) if values and value not in values]
    documents.update({document.pk: {"data": {key: values for key, values in data.items() if values}}}, actor=actor)
    return {}


def _projects(document: Document, asked: Asked, actor: User) -> dict[str, Any]:
    added, removed = set(asked.get("add", ())), set(asked.get("remove", ()))
    if upload.projects_for(actor, added | removed) != added | removed:
        raise Refused("project", NO_PROJECT)
    may_share = holds(permissions.share, actor, document)
    edit_access = asked.get("edit_access")
    if edit_access and not may_share:
        raise Refused("edit_access", NO_SHARE)
    places = ProjectDocument.objects.filter(document=document)
    gone = set(places.filter(project_id__in=removed).values_list("project_id", flat=True))
    here = set(places.filter(project_id__in=added).values_list("project_id", flat=True))
    places.filter(project_id__in=gone).delete()
    share = may_share if edit_access is None else edit_access
    fresh = (ProjectDocument(project_id=pk, document=document, edit_access=share) for pk in sorted(added - here))
    ProjectDocument.objects.bulk_create(fresh, ignore_conflicts=True)
    if gone or added - here:
        index.write(document)
        data = {"fields": ["projects"], "added": sorted(added - here), "removed": sorted(gone)}
        events.record(
            "document.updated", actor=actor, target=document, organization_id=document.organization_id, data=data
        )
    return {}


def _process(document: Document, asked: Asked, actor: User) -> dict[str, Any]:
    options = Options(**asked)
    if not may_upload(actor):
        raise Refused("not_verified", VERIFIED)
    if reason := engines.refusal(options.ocr_engine, user=actor, language=document.language):
        raise Refused("ocr_engine", reason)
    processing.start([(document, options)], actor=actor)
    return {}


def _delete(document: Document, asked: Asked, actor: User) -> dict[str, Any]:
    documents.delete([document.pk], actor=actor, is_final=asked.get("purge", False))
    return {}


def _restore(document: Document, asked: Asked, actor: User) -> dict[str, Any]:
    trash.restore(document.pk, actor=actor)
    return {}


def _while_processing(asked: Asked) -> list[tuple[str, Q]]:
    return [(PROCESSING, Q(status__in=IN_WORK))]


def _while_held(asked: Asked) -> list[tuple[str, Q]]:
    return [(HELD, Q(is_held=True))] if asked.get("purge") else []


DEEDS: dict[str, Deed] = {
    BulkAction.ACCESS: Deed(permissions.edit, _access, obstacles=_while_processing),
    BulkAction.DATA: Deed(permissions.edit, _data),
    BulkAction.PROJECTS: Deed(permissions.view, _projects),
    BulkAction.PROCESS: Deed(permissions.edit, _process, obstacles=_while_processing),
    BulkAction.DELETE: Deed(permissions.share, _delete, obstacles=_while_held),
    BulkAction.RESTORE: Deed(permissions.trash, _restore, scope=permissions.trash),
}
