"""Putting documents into projects and taking them out. The project is held first, then documents in the order of ids.

Nothing here costs more because a project is large, except to take its documents out. Those are then not written anew
in the search index: the project gets another mark there, which tells at once that nothing is shared any more, and
the documents lose the old one later, see documents.actions.stale_marks.
"""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import QuerySet

from docplatform.lib.errors import Refused, Shape
from documents import permissions
from documents.actions import stale_marks
from documents.models import Document
from documents.search import index
from organizations.models import User
from projects.actions import project as projects
from projects.models import Project, ProjectDocument

AT_ONCE = 100
"""Up to so many documents that leave a project are written anew in the same transaction."""
GONE = "Some of these documents are not there any more."


@transaction.atomic
def put(project: Project, wishes: Mapping[int, bool], *, actor: User) -> None:
    """Put documents into the project, by id, with their edit_access; those that stand there only change it."""
    held = projects.hold(project)
    _lock(wishes)
    _write(held, wishes, actor=actor)


@transaction.atomic
def take_out(project: Project, documents: Collection[int], *, actor: User) -> None:
    """The documents stand in the project no longer; those that did not anyway are passed over."""
    held = projects.hold(project)
    places = ProjectDocument.objects.filter(project=held, document_id__in=documents)
    found = sorted(places.values_list("document_id", flat=True))
    _take_out(held, found, actor=actor)


@transaction.atomic
def replace(project: Project, wishes: Mapping[int, bool], *, actor: User) -> None:
    """Exactly these documents, by id, with their edit_access; what the person does not see stays where it is."""
    held = projects.hold(project)
    others = _visible(held, actor).exclude(document_id__in=list(wishes))
    few = sorted(others.values_list("document_id", flat=True)[: AT_ONCE + 1])
    _lock({*wishes, *few} if len(few) <= AT_ONCE else wishes, wanted=wishes)
    if len(few) <= AT_ONCE:
        _take_out(held, few, actor=actor)
        _write(held, wishes, actor=actor)
    else:
        held = _clear(held, others, actor=actor)
        _write(held, wishes, actor=actor, anew=True)


@transaction.atomic
def delete(project: Project, *, actor: User) -> None:
    """The project is no more. Nobody carries its mark from now on, so the index may forget it later."""
    held = projects.hold(project, entirely=True)
    stale_marks.owe(held.mark)
    projects.delete(held, actor=actor)


def _write(project: Project, wishes: Mapping[int, bool], *, actor: User, anew: bool = False) -> None:
    places = ProjectDocument.objects.filter(project=project, document_id__in=list(wishes))
    known = dict(places.values_list("document_id", "edit_access"))
    changed = {pk: shares for pk, shares in wishes.items() if known.get(pk) is not shares}
    ProjectDocument.objects.bulk_create(
        [ProjectDocument(project=project, document_id=pk, edit_access=shares) for pk, shares in changed.items()],
        update_conflicts=True,
        unique_fields=["project", "document"],
        update_fields=["edit_access"],
    )
    if written := wishes if anew else changed:
        index.write_all(list(written))
    if added := sorted(changed.keys() - known.keys()):
        projects.record("project.documents_added", project, actor, documents=added)
    if updated := sorted(changed.keys() & known.keys()):
        projects.record("project.documents_updated", project, actor, documents=updated)


def _take_out(project: Project, documents: Collection[int], *, actor: User) -> None:
    if documents:
        ProjectDocument.objects.filter(project=project, document_id__in=documents).delete()
        index.write_all(documents)
        projects.record("project.documents_removed", project, actor, count=len(documents), documents=list(documents))


def _clear(project: Project, places: QuerySet[ProjectDocument], *, actor: User) -> Project:
    """Take out very many. Held entirely: a document that is put in meanwhile would be indexed under the old mark."""
    held = projects.hold(project, entirely=True)
    stale_marks.owe(held.mark)
    held.clearings += 1
    held.save(update_fields=["clearings"])
    count, _ = places.delete()
    projects.record("project.documents_removed", held, actor, count=count)
    return held


def _visible(project: Project, person: User) -> QuerySet[ProjectDocument]:
    visible = Document.objects.filter(permissions.view(person)).values("pk")
    return ProjectDocument.objects.filter(project=project, document_id__in=visible)


def _lock(documents: Collection[int], *, wanted: Collection[int] | None = None) -> None:
    """Hold the rows of documents; the wanted ones (all, if nothing is said) must be alive."""
    rows = Document.objects.select_for_update(no_key=True).filter(pk__in=list(documents)).order_by("pk")
    alive = set(rows.filter(permissions.ALIVE).values_list("pk", flat=True)) if documents else set()
    if not alive >= set(documents if wanted is None else wanted):
        raise Refused("not_found", GONE, shape=Shape.LIST)
