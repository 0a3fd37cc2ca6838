"""Who may do what with which documents: the only place. A rule is a function from a user to a Q, without joins.

Beside the rules stand the audience tokens of the search index: `audience_of(document)` and `audiences_for(user)`
meet exactly where `view(user)` holds.
"""

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from documents.choices import READY, Access, Status
from documents.models import Document
from organizations.permissions import Person, colleague, organization_ids
from projects import permissions as project_permissions
from projects.models import Access as Role
from projects.models import ProjectDocument
from projects.permissions import NOBODY, shared_with

ALIVE = ~Q(status=Status.DELETED) & ~Q(access=Access.INVISIBLE)
PUBLISHED = Q(access=Access.PUBLIC, status__in=READY)
PUBLIC = Q(access=Access.PUBLIC)


def collaborator(user: Person, *roles: Role) -> Q:
    """Documents in the person's projects. A membership without edit_access shares nothing, not even view."""
    memberships = ProjectDocument.objects.filter(project_id__in=shared_with(user, *roles), edit_access=True)
    return Q(pk__in=memberships.values("document_id"))


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
    if user.is_anonymous:
        return NOBODY
    return ALIVE & (
        (Q(user_id=user.pk) & ~PUBLIC) | (Q(access__in=(Access.PUBLIC, Access.ORGANIZATION)) & colleague(user))
    )


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
    readable = Q(document_id__in=Document.objects.filter(view(user)).values("pk"))
    if user.is_anonymous:
        return readable & PUBLIC
    editable = Q(document_id__in=Document.objects.filter(edit(user)).values("pk"))
    return readable & (PUBLIC | Q(user_id=user.pk) | (Q(access=Access.ORGANIZATION) & editable))


def owners(documents: Q) -> Q:
    """People who own one of these documents."""
    theirs = Document.objects.filter(documents, user_id=OuterRef("pk")).values("pk")[:1]
    # as a value, not as EXISTS: PostgreSQL would read all those documents first, for a page of 25 people
    return Q(IsNull(Subquery(theirs), rhs=False))


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
    projects = ProjectDocument.objects.filter(document=document, edit_access=True).values_list("project_id", flat=True)
    return tokens | {f"project:{project}" for project in projects}


def audiences_for(user: Person) -> set[str]:
    """The tokens that the person carries; one in common with a document means that they may view it."""
    if user.is_anonymous:
        return {EVERYBODY}
    organizations = {f"organization:{pk}" for pk in organization_ids(user)}
    return {EVERYBODY, f"user:{user.pk}"} | organizations | {f"project:{pk}" for pk in shared_with(user)}
