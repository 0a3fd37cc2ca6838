"""Who may see and change which projects."""

from django.db.models import Q, QuerySet

from organizations import permissions as organization_permissions
from organizations.permissions import Person
from projects.models import Access, Collaborator

NOBODY = Q(pk__in=[])


def shared_with(user: Person, *roles: Access) -> "QuerySet[Collaborator, int]":
    """The projects in which the person has one of the roles (any role when none is named), as a subquery."""
    mine = Collaborator.objects.filter(user_id=user.pk or 0)  # nobody has the id 0
    return (mine.filter(access__in=roles) if roles else mine).values_list("project_id", flat=True)


def view(user: Person) -> Q:
    """Public projects, and those that are shared with the person."""
    if user.is_anonymous:
        return Q(private=False)
    return Q(private=False) | Q(pk__in=shared_with(user))


def view_people(user: Person) -> Q:
    """Those whom one's organizations or projects bring together."""
    if user.is_anonymous:
        return NOBODY
    collaborators = Collaborator.objects.filter(project_id__in=shared_with(user)).values("user_id")
    return organization_permissions.view_people(user) | Q(pk__in=collaborators)


def change_documents(user: Person) -> Q:
    """Projects that the person may put documents into."""
    return NOBODY if user.is_anonymous else Q(pk__in=shared_with(user, Access.EDIT, Access.ADMIN))


def change(user: Person) -> Q:
    """Projects that the person may edit, delete and share."""
    return NOBODY if user.is_anonymous else Q(pk__in=shared_with(user, Access.ADMIN))
