"""How projects and their collaborators look in the API, and what people may say about them; documents expand them."""

from typing import Any, ClassVar

from django.db.models import BooleanField, CharField, Exists, OuterRef, QuerySet, Subquery, Value
from rest_framework import serializers
from rest_framework.request import Request

from docplatform.lib import flex
from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from organizations.permissions import Person
from organizations.serializers import UserOutput, active_organizations, memberships
from projects.models import Access, Collaborator, Pin, Project

NO = Value(value=False, output_field=BooleanField())


def with_rights(projects: QuerySet[Project], user: Person) -> QuerySet[Project]:
    """Adds what ProjectOutput shows beside the columns: the person's `role`, and whether they `pinned` the project."""
    if user.is_anonymous:
        return projects.annotate(role=Value("anonymous", output_field=CharField()), pinned=NO)
    mine = Collaborator.objects.filter(project_id=OuterRef("pk"), user_id=user.pk)
    pins = Pin.objects.filter(project_id=OuterRef("pk"), user_id=user.pk)
    return projects.annotate(role=Subquery(mine.values("access")[:1]), pinned=Exists(pins))


class ProjectOutput(Flexible, serializers.Serializer[Project]):
    """A project; give it rows that went through `with_rights`. Rights are null for people who do not take part."""

    id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    description = serializers.CharField()
    edit_access = serializers.BooleanField(allow_null=True)
    add_remove_access = serializers.BooleanField(allow_null=True)
    private = serializers.BooleanField()
    slug = serializers.CharField()
    title = serializers.CharField()
    updated_at = serializers.DateTimeField()
    user = serializers.IntegerField()
    pinned = serializers.BooleanField()

    def row(self, instance: Project) -> dict[str, Any]:
        role: str | None = instance.role  # type: ignore[attr-defined]  # with_rights
        return {
            "id": instance.pk,
            "created_at": moment(instance.created_at),
            "description": instance.description,
            "edit_access": role and role == Access.ADMIN,
            "add_remove_access": role and role in (Access.EDIT, Access.ADMIN),
            "private": instance.private,
            "slug": instance.slug,
            "title": instance.title,
            "updated_at": moment(instance.updated_at),
            "user": instance.user_id,
            "pinned": instance.pinned,  # type: ignore[attr-defined]  # with_rights
        }


class ProjectInput(serializers.Serializer[Project]):
    """What people may say about a project; a title may be left out, even blank."""

    title = serializers.CharField(max_length=255, allow_blank=True, required=False)
    description = serializers.CharField(max_length=1000, allow_blank=True, required=False)
    private = serializers.BooleanField(required=False)


class ProjectUpdate(ProjectInput):
    """Changes to a project by its admins; `pinned` is everybody's own."""

    pinned = serializers.BooleanField(required=False)


class PinInput(serializers.Serializer[Project]):
    """What everybody may say who sees a project."""

    pinned = serializers.BooleanField()


def with_people(collaborators: QuerySet[Collaborator], request: Request) -> QuerySet[Collaborator]:
    """Loads what CollaboratorOutput expands."""
    names = flex.expanded(request, ("user", "user.organization"))
    if names:
        collaborators = collaborators.select_related("user").prefetch_related(memberships("user__"))
    if "user.organization" in names:
        collaborators = collaborators.prefetch_related(active_organizations(request.user, "user__"))
    return collaborators


class CollaboratorOutput(Flexible, serializers.Serializer[Collaborator]):
    """A person with whom a project is shared."""

    user = serializers.IntegerField()
    access = serializers.ChoiceField(choices=Access.choices)

    class Meta:
        expandable_fields: ClassVar[dict[str, Any]] = {"user": UserOutput}

    def row(self, instance: Collaborator) -> dict[str, Any]:
        return {"user": instance.user_id, "access": instance.access}


class CollaboratorInput(serializers.Serializer[Collaborator]):
    """Whom to share a project with."""

    email = serializers.EmailField(max_length=254)
    access = serializers.ChoiceField(choices=Access.choices, default=Access.VIEW)


class CollaboratorUpdate(serializers.Serializer[Collaborator]):
    """What the collaborator may do from now on. The address cannot be changed, only repeated."""

    email = serializers.EmailField(max_length=254)
    access = serializers.ChoiceField(choices=Access.choices, required=False)

    def validate_email(self, value: str) -> str:
        """A PUT names the person; another person is another collaborator."""
        if not isinstance(self.instance, Collaborator) or value.lower() != self.instance.user.email.lower():
            raise serializers.ValidationError("This is not the collaborator's address. It cannot be changed.")
        return value
