"""Which index rows are of documents that the person may edit: `permissions.edit`, said in marks of the index."""

from documents.choices import Access
from documents.search import vectors
from documents.search.conditions import NOTHING, Match, both, either, negation
from organizations.permissions import Person, organization_ids
from projects.models import Access as Role
from projects.models import Project
from projects.permissions import shared_with


def editable(user: Person) -> Match:
    """Among the documents that the person may see, those they may edit."""
    if user.is_anonymous:
        return NOTHING
    public = _marked("access", Access.PUBLIC.value)
    shown = either([public, _marked("access", Access.ORGANIZATION.value)])
    colleagues = either(_marked("organization", pk) for pk in sorted(organization_ids(user)))
    projects = Project.objects.filter(pk__in=shared_with(user, Role.EDIT, Role.ADMIN)).order_by("pk").only("clearings")
    shared = either(_quoted(vectors.audience(f"project:{project.mark}")) for project in projects)
    mine = either([_marked("user", user.pk), shared])
    return either([both([mine, negation(public)]), both([shown, colleagues])])


def _marked(name: str, value: object) -> Match:
    return _quoted(vectors.marker(name, value))


def _quoted(lexeme: str) -> Match:
    return Match(vectors.quoted(lexeme))
