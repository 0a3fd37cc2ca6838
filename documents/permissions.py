"""Who may do what with which documents: the only place. A rule is a function from a user to a Q, without joins.

Beside the rules stand the audience tokens of the search index: `audience_of(document)` and `audiences_for(user)`
meet exactly where `view(user)` holds.
"""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from documents.choices import READY, Access, Status
from documents.models import Document, Mention, Note, Section
from organizations.models import Invitation, Organization, User
from organizations.permissions import (
    Person,
    administer_organizations,
    colleague,
    organization_ids,
    view_organizations,
)
from projects import permissions as project_permissions
from projects.models import Access as Role
from projects.models import Project, ProjectDocument
from projects.permissions import NOBODY, shared_with

ANY = Q()
ALIVE = ~Q(status=Status.DELETED) & ~Q(access=Access.INVISIBLE)
IN_TRASH = Q(status=Status.DELETED, trashed_at__isnull=False) & ~Q(access=Access.INVISIBLE)
PUBLISHED = Q(access=Access.PUBLIC, status__in=READY)
PUBLIC = Q(access=Access.PUBLIC)


def collaborator(user: Person, *roles: Role) -> Q:
    """Documents in the person's projects. A membership without edit_access shares nothing, not even view."""
    # as values, looked up for each document: as sets, PostgreSQL reads all that is shared before the first answer and,
    # where it takes that for more than fits into memory, once more for each document
    mine = shared_with(user, *roles).filter(project_id=OuterRef("project_id"))
    memberships = ProjectDocument.objects.filter(_is_any(mine), document_id=OuterRef("pk"), edit_access=True)
    return _is_any(memberships.values("pk"))


def _is_any(rows: QuerySet[Any]) -> Q:
    """There is one of these rows, which are looked up for each row of the query around them."""
    return Q(IsNull(Subquery(rows[:1]), rhs=False))


def view(user: Person) -> Q:
    """What everybody reads, one's own, one's organizations' and what projects share."""
    if user.is_anonymous:
        return PUBLISHED
    return ALIVE & (
        PUBLISHED
        | Q(user_id=user.pk)
        | (Q(access__in=(Access.PUBLIC, Access.ORGANIZATION)) & colleague(user))
        | collaborator(user)
    )


def share(user: Person) -> Q:
    """Delete a document, cancel its processing, or put it into a project with edit_access.

    Owners of private documents and everyone in the organization of the others; a published document belongs to
    its organization, so an owner who left it no longer decides.
    """
    return NOBODY if user.is_anonymous else ALIVE & _decides(user)


def trash(user: Person) -> Q:
    """What people find in their trash, bring back or remove for good: what they might delete if it were not there."""
    return NOBODY if user.is_anonymous else IN_TRASH & _decides(user)


def _decides(user: Person) -> Q:
    return (Q(user_id=user.pk) & ~PUBLIC) | (Q(access__in=(Access.PUBLIC, Access.ORGANIZATION)) & colleague(user))


def edit(user: Person) -> Q:
    """Those who may share, and collaborators who edit, as long as the document is not public."""
    if user.is_anonymous:
        return NOBODY
    return share(user) | (ALIVE & ~PUBLIC & collaborator(user, Role.EDIT, Role.ADMIN))


def change_owner(user: Person) -> Q:
    """The owner may hand a document over; once it is public, only from within its organization."""
    if user.is_anonymous:
        return NOBODY
    return ALIVE & Q(user_id=user.pk) & (~PUBLIC | colleague(user))


def view_people(user: Person) -> Q:
    """Those whom organizations and projects bring together, and whoever published something."""
    if user.is_anonymous:
        return NOBODY
    return project_permissions.view_people(user) | owners(PUBLISHED)


def view_notes(user: Person) -> Q:
    """Notes on documents that the person may view: public ones, their own, and what editors tell each other."""
    return _on(view(user)) & view_notes_of(user, editable=_on(edit(user)))


def edit_notes(user: Person) -> Q:
    """Notes that the person may change and delete: their own, and as an editor of the document all but private ones."""
    return _on(view(user)) & edit_notes_of(user, editable=_on(edit(user)))


def view_notes_of(user: Person, *, editable: Q) -> Q:
    """The same among notes on documents that the person may view, of which they may edit those that are `editable`."""
    return PUBLIC if user.is_anonymous else PUBLIC | Q(user_id=user.pk) | (Q(access=Access.ORGANIZATION) & editable)


def edit_notes_of(user: Person, *, editable: Q) -> Q:
    """The same among notes on documents that the person may view, of which they may edit those that are `editable`."""
    if user.is_anonymous:
        return NOBODY
    return Q(user_id=user.pk) | (Q(access__in=(Access.PUBLIC, Access.ORGANIZATION)) & editable)


def view_entities(user: Person) -> Q:
    """Those that are the same for everybody, and one's own."""
    return PUBLIC if user.is_anonymous else PUBLIC | Q(user_id=user.pk)


def edit_entities(user: Person) -> Q:
    """One's own, as long as nobody else sees them."""
    return NOBODY if user.is_anonymous else Q(user_id=user.pk) & ~PUBLIC


def _on(documents: Q) -> Q:
    """What hangs on one of these documents."""
    return Q(document_id__in=Document.objects.filter(documents).values("pk"))


def owners(documents: Q) -> Q:
    """People who own one of these documents."""
    # as a value, not as EXISTS: PostgreSQL would read all those documents first, for a page of 25 people
    return _is_any(Document.objects.filter(documents, user_id=OuterRef("pk")).values("pk"))


def view_events(user: Person) -> Q:
    """Events about something that the person may see; of kinds that are not named here there are none to be seen."""
    if user.is_anonymous:
        return NOBODY
    administered = Organization.objects.filter(administer_organizations(user)).values("pk")
    visible: dict[str, QuerySet[Any]] = {
        "document": Document.objects.filter(view(user) | trash(user)),
        "note": Note.objects.filter(view_notes(user)),
        "section": Section.objects.filter(_on(view(user))),
        "mention": Mention.objects.filter(_on(view(user))),
        "project": Project.objects.filter(project_permissions.view(user)),
        "organization": Organization.objects.filter(view_organizations(user)),
        "invitation": Invitation.objects.filter(organization_id__in=administered),
        "user": User.objects.filter(view_people(user)),
    }
    seen = NOBODY
    for name, rows in visible.items():
        seen |= Q(target_type=name) & _is_one_of(rows)
    drafts = Q(kind__startswith="redaction_drafts.")
    return seen & (~drafts | _is_one_of(Document.objects.filter(edit(user))))


def _is_one_of(rows: QuerySet[Any]) -> Q:
    """The event's target is among the rows. As a value, as above: looked up for the events of one page."""
    return _is_any(rows.filter(pk=OuterRef("target_id")).values("pk"))


EVERYBODY = "public"


def audience_of(document: Document) -> set[str]:
    """The tokens of everybody who may view the document."""
    if document.status == Status.DELETED or document.access == Access.INVISIBLE:
        return set()
    tokens = {f"user:{document.user_id}"}
    if document.is_published:
        tokens.add(EVERYBODY)
    if document.access in (Access.PUBLIC, Access.ORGANIZATION):
        tokens.add(f"organization:{document.organization_id}")
    return tokens | {f"project:{place.project.mark}" for place in document.memberships.all() if place.edit_access}


def audiences_for(user: Person) -> set[str]:
    """The tokens that the person carries; one in common with a document means that they may view it."""
    if user.is_anonymous:
        return {EVERYBODY}
    organizations = {f"organization:{pk}" for pk in organization_ids(user)}
    projects = Project.objects.filter(pk__in=shared_with(user)).only("clearings")
    return {EVERYBODY, f"user:{user.pk}"} | organizations | {f"project:{project.mark}" for project in projects}
