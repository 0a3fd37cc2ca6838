"""How projects look in the API; documents expand them."""

from typing import Any

from django.db.models import BooleanField, CharField, Exists, OuterRef, QuerySet, Subquery, Value
from rest_framework import serializers

from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from organizations.permissions import Person
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
