"""How a document looks in the API. Lists are hot: the row is built by hand, and one query brings all it needs."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, QuerySet, Value
from rest_framework import serializers
from rest_framework.request import Request

from docplatform.lib import flex, urls
from docplatform.lib.moments import moment
from documents import permissions
from documents.actions import upload
from documents.choices import SHOWN_ACCESS, SHOWN_STATUS
from documents.models import Document, Note, Section
from documents.pipeline import revisions
from documents.serializers.note import NoteOutput, notes_on
from documents.serializers.revision import RevisionOutput
from documents.serializers.section import SectionOutput
from organizations.permissions import Person
from organizations.serializers import OrganizationOutput, UserOutput, active_organizations, memberships
from projects import permissions as project_permissions
from projects.models import Project, ProjectDocument
from projects.serializers import ProjectOutput, with_rights

EXPANDABLE = ("user", "user.organization", "organization", "projects", "sections", "duplicates")
MOST_DUPLICATES = 100


def asset_url(document: Document) -> str:
    """Where the document's files are; anything below our own address is private to API clients."""
    return settings.PUBLIC_ASSET_URL if document.is_published else urls.absolute("/files/")


def canonical_url(document: Document) -> str:
    """Where people read the document."""
    return urls.absolute(f"/documents/{document.pk}-{document.slug}/")


def with_output(documents: QuerySet[Document], user: Person) -> QuerySet[Document]:
    """Adds what DocumentOutput shows beside the columns: `edit_access`, and the `project_ids` the person may see."""
    visible = Project.objects.filter(project_permissions.view(user)).values("pk")
    places = ProjectDocument.objects.filter(document_id=OuterRef("pk"), project_id__in=visible)
    # A rule that lets nobody in would come back as the number 0.
    edit = Value(value=False) if user.is_anonymous else permissions.edit(user)
    return documents.annotate(
        edit_access=ExpressionWrapper(edit, output_field=BooleanField()),
        project_ids=ArraySubquery(places.order_by("project_id").values("project_id")),
    )


def with_expanded(documents: QuerySet[Document], request: Request, *, at: str = "") -> QuerySet[Document]:
    """Loads what the request expands: a constant number of queries, however many documents. `at`: where documents
    stand in the answer, for example `document.`."""
    names = {name.removeprefix(at) for name in flex.expanded(request, [at + name for name in EXPANDABLE])}
    if names & {"user", "user.organization"}:
        documents = documents.select_related("user").prefetch_related(memberships("user__"))
    if "user.organization" in names:
        documents = documents.prefetch_related(active_organizations(request.user, "user__"))
    if "organization" in names:
        documents = documents.select_related("organization__plan")
    if "projects" in names:
        documents = documents.prefetch_related(_visible_projects(request.user))
    if "sections" in names:
        documents = documents.prefetch_related(Prefetch("sections", queryset=Section.objects.order_by("page_number")))
    if "duplicates" in names:
        documents = documents.annotate(duplicates=_duplicates(request.user))
    return documents


def _duplicates(user: Person) -> ArraySubquery:
    """Other documents of the organization, with the same original bytes, that the person may view: for editors."""
    same = Document.objects.filter(
        permissions.view(user), organization_id=OuterRef("organization_id"), original_hash=OuterRef("original_hash")
    )
    others = same.exclude(original_hash="").exclude(pk=OuterRef("pk")).filter(Exists(_editable(user)))
    return ArraySubquery(others.order_by("pk").values("pk")[:MOST_DUPLICATES])


def _editable(user: Person) -> QuerySet[Document]:
    return Document.objects.filter(permissions.edit(user), pk=OuterRef(OuterRef("pk")))


def _visible_projects(user: Person) -> "Prefetch[Any]":
    projects = Project.objects.filter(project_permissions.view(user))
    places = ProjectDocument.objects.filter(project_id__in=projects.values("pk")).order_by("project_id")
    shown = Prefetch("project", queryset=with_rights(projects, user))
    return Prefetch("memberships", queryset=places.prefetch_related(shown), to_attr="places")


class DocumentOutput(flex.Flexible, serializers.Serializer[Document]):
    """A document as everybody who may view it sees it; give it rows that went through `with_output`."""

    id = serializers.IntegerField()
    access = serializers.ChoiceField(choices=SHOWN_ACCESS)
    admin_noindex = serializers.BooleanField()
    asset_url = serializers.URLField()
    canonical_url = serializers.URLField()
    created_at = serializers.DateTimeField()
    data = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]
    description = serializers.CharField()
    edit_access = serializers.BooleanField()
    file_hash = serializers.CharField()
    noindex = serializers.BooleanField()
    language = serializers.CharField()
    organization = serializers.IntegerField()
    original_extension = serializers.CharField()
    page_count = serializers.IntegerField()
    page_spec = serializers.CharField()
    projects = serializers.ListField(child=serializers.IntegerField())
    publish_at = serializers.DateTimeField(allow_null=True)
    published_url = serializers.CharField()
    related_article = serializers.CharField()
    revision_control = serializers.BooleanField()
    slug = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=SHOWN_STATUS)
    title = serializers.CharField()
    updated_at = serializers.DateTimeField()
    user = serializers.IntegerField()

    class Meta:
        expandable_fields: ClassVar[dict[str, Any]] = {
            "user": UserOutput,
            "organization": OrganizationOutput,
            "projects": (ProjectOutput, {"many": True}),
            "sections": (SectionOutput, {"many": True}),
            "duplicates": (serializers.ListField, {"child": serializers.IntegerField()}),
        }

    def row(self, instance: Document) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "access": instance.access,
            "admin_noindex": instance.admin_noindex,
            "asset_url": asset_url(instance),
            "canonical_url": canonical_url(instance),
            "created_at": moment(instance.created_at),
            "data": instance.data,
            "description": instance.description,
            "edit_access": instance.edit_access,  # type: ignore[attr-defined]  # with_output
            "file_hash": instance.file_hash,
            "noindex": instance.noindex,
            "language": instance.language,
            "organization": instance.organization_id,
            "original_extension": instance.original_extension,
            "page_count": instance.page_count,
            "page_spec": instance.page_spec,
            **self.upload_place(instance),
            "projects": instance.project_ids,  # type: ignore[attr-defined]  # with_output
            "publish_at": instance.publish_at and moment(instance.publish_at),
            "published_url": instance.published_url,
            "related_article": instance.related_article,
            "revision_control": instance.revision_control,
            "slug": instance.slug,
            "source": instance.source,
            "status": instance.status,
            "title": instance.title,
            "updated_at": moment(instance.updated_at),
            "user": instance.user_id,
        }

    def upload_place(self, document: Document) -> dict[str, str]:
        """Viewers get no URL to upload to."""
        return {}

    def related(self, instance: Document, name: str) -> Any:
        if name == "projects":
            return [place.project for place in instance.places]  # type: ignore[attr-defined]  # with_expanded
        return super().related(instance, name)


class OneDocumentOutput(DocumentOutput):
    """A document by itself: with its notes, and for those who may edit it with its revisions."""

    class Meta:
        expandable_fields: ClassVar[dict[str, Any]] = {
            **DocumentOutput.Meta.expandable_fields,
            "notes": (NoteOutput, {"many": True}),
            "revisions": (RevisionOutput, {"many": True}),
        }

    def to_representation(self, instance: Document) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if not instance.edit_access:  # type: ignore[attr-defined]  # with_output
            shown.pop("revisions", None)
        return shown

    def related(self, instance: Document, name: str) -> Any:
        if name == "notes":
            return self._notes(instance)
        if name == "revisions":
            return revisions.kept(instance).select_related("document")
        return super().related(instance, name)

    def _notes(self, document: Document) -> Iterable[Note]:
        """Without pages there are none."""
        if not document.page_count:
            return ()
        return notes_on(document, self.context["request"], prefix="notes.").order_by("page_number", "pk")


class NewDocumentOutput(OneDocumentOutput):
    """A document without a file, as its owner sees it: with the URL that takes the file."""

    presigned_url = serializers.URLField()

    def upload_place(self, document: Document) -> dict[str, str]:
        return {"presigned_url": upload.presigned_url(document)}
