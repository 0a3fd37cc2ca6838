"""What a list of documents can be narrowed and ordered by."""

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Collate, Concat, Left, LPad
from django.utils.datastructures import MultiValueDict
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from docplatform.lib.filters import BIGGEST, ChoicesFilter, FlagFilter, IdsFilter, ManyInput, RowsFilter
from documents import permissions
from documents.choices import SHOWN_ACCESS, SHOWN_STATUS, ExtractKind
from documents.models import Document, Entity, Extract, Mention, Note
from organizations.models import Organization, User
from organizations.permissions import ANONYMOUS, view_organizations
from projects import permissions as project_permissions
from projects.models import Project, ProjectDocument


def _people(request: Request) -> QuerySet[User]:
    """People the person sees, and owners of documents the person sees."""
    owners = permissions.owners(permissions.view(request.user))
    return User.objects.filter(permissions.view_people(request.user) | owners)


def _organizations(request: Request) -> QuerySet[Organization]:
    """Organizations the person sees, and those whose documents the person sees."""
    theirs = Document.objects.filter(permissions.view(request.user), organization_id=OuterRef("pk"))
    return Organization.objects.filter(view_organizations(request.user) | Q(Exists(theirs)))


def _projects(request: Request) -> QuerySet[Project]:
    return Project.objects.filter(project_permissions.view(request.user))


class WholeNumberFilter(django_filters.Filter):
    """Compares a column with a whole number."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=-BIGGEST, max_value=BIGGEST, **kwargs)


class DocumentFilter(django_filters.FilterSet):
    """The filters of `GET /api/documents/`; unknown parameters are ignored, unknown values are 400."""

    user = RowsFilter(queryset=_people)
    organization = RowsFilter(queryset=_organizations)
    project = RowsFilter(queryset=_projects, method="in_projects")
    access = ChoicesFilter(choices=[(name, name) for name in SHOWN_ACCESS])
    status = ChoicesFilter(choices=[(name, name) for name in SHOWN_STATUS])
    created_at__lt = django_filters.IsoDateTimeFilter("created_at", lookup_expr="lt")
    created_at__gt = django_filters.IsoDateTimeFilter("created_at", lookup_expr="gt")
    updated_at__lt = django_filters.IsoDateTimeFilter("updated_at", lookup_expr="lt")
    updated_at__gt = django_filters.IsoDateTimeFilter("updated_at", lookup_expr="gt")
    page_count = WholeNumberFilter("page_count")
    page_count__lt = WholeNumberFilter("page_count", lookup_expr="lt")
    page_count__gt = WholeNumberFilter("page_count", lookup_expr="gt")
    id__in = IdsFilter(field_name="id")
    original_hash = django_filters.CharFilter(max_length=64, method="with_original")

    class Meta:
        model = Document
        fields: list[str] = []

    @extend_schema_field(OpenApiTypes.INT)
    def in_projects(self, rows: QuerySet[Document], name: str, projects: list[Project]) -> QuerySet[Document]:
        """Documents that stand in any of the projects, whether or not the projects share them."""
        if not projects:
            return rows
        places = ProjectDocument.objects.filter(project_id__in=[project.pk for project in projects])
        return rows.filter(pk__in=places.values("document_id"))

    def with_original(self, rows: QuerySet[Document], name: str, sha256: str) -> QuerySet[Document]:
        """Documents made from the bytes with this sha256, among those that the person may edit: only they get the
        bytes, so nobody else can find out what a document was before something in it was removed."""
        user = self.request.user if self.request else ANONYMOUS
        return rows.filter(permissions.edit(user), original_hash=sha256.lower())


def named_ids(request: Request) -> set[int]:
    """The ids in `id__in`, every spelling; 0, which is nobody's, for what is none."""
    texts = ManyInput().value_from_datadict(request.query_params, MultiValueDict(), "id__in")
    return {int(text) if text.isdecimal() and len(text) < 20 else 0 for text in texts}


class NoteFilter(django_filters.FilterSet):
    """The filters of a document's notes."""

    page_number = WholeNumberFilter("page_number")

    class Meta:
        model = Note
        fields: list[str] = []


class WordsFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    """Rows with any of the values, in every spelling of a list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=ManyInput, **kwargs)


class EntityFilter(django_filters.FilterSet):
    """The filters of entities."""

    name = django_filters.CharFilter("name", max_length=500)
    wikidata_id = django_filters.CharFilter("wikidata_id", max_length=16)
    wikidata_id__in = WordsFilter(field_name="wikidata_id")

    class Meta:
        model = Entity
        fields: list[str] = []


class MentionFilter(django_filters.FilterSet):
    """The filters of the entities that a document mentions."""

    name = django_filters.CharFilter("entity__name", max_length=500)
    wikidata_id = django_filters.CharFilter("entity__wikidata_id", max_length=16)

    class Meta:
        model = Mention
        fields: list[str] = []


KINDS = (*"unknown person location organization event work_of_art consumer_good other".split(), *ExtractKind.values)
NOUNS = [(name, name) for name in ("proper", "common", "unknown")]


class ExtractFilter(django_filters.FilterSet):
    """The filters of what was found in a text; `occurences` is how the contract spells it."""

    kind = ChoicesFilter(choices=[(name, name) for name in KINDS])
    occurrences = ChoicesFilter(choices=NOUNS, method="of_nouns")
    occurences = ChoicesFilter(choices=NOUNS, method="of_nouns")
    relevance__gt = django_filters.NumberFilter("relevance", lookup_expr="gt")
    mid = FlagFilter(method="with_link")
    wikipedia_url = FlagFilter(method="with_link")

    class Meta:
        model = Extract
        fields: list[str] = []

    def of_nouns(self, rows: QuerySet[Extract], name: str, kinds: list[str]) -> QuerySet[Extract]:
        """Values that stand somewhere as one of the kinds."""
        wanted = Q()
        for kind in kinds:
            wanted |= Q(occurrences__contains=[{"kind": kind}])
        return rows.filter(wanted)

    def with_link(self, rows: QuerySet[Extract], name: str, wanted: bool) -> QuerySet[Extract]:  # noqa: FBT001
        """No value has one."""
        return rows.none() if wanted else rows


class FrugalFilterBackend(DjangoFilterBackend):
    """Costs nothing when the request filters nothing: building the form takes longer than a short list."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        known = view.filterset_class.base_filters
        if not any(name.removesuffix("[]") in known for name in request.query_params):
            return queryset
        rows: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return rows


def _with_id(column: Any) -> Concat:
    """A key that no two documents share, so that a cursor never loses its place among equal ones."""
    return Concat(column, Value("\x01"), LPad(Cast("pk", CharField()), 20, Value("0")), output_field=CharField())


MOMENTS = ("created_at", "updated_at")
KEYS: dict[str, Callable[[], Concat]] = {
    "page_count": lambda: _with_id(LPad(Cast("page_count", CharField()), 10, Value("0"))),
    "title": lambda: _with_id(Collate(Left("title", 200), "C")),
    "source": lambda: _with_id(Collate(Left("source", 200), "C")),
}


def ordered(documents: QuerySet[Document], request: Request) -> tuple[QuerySet[Document], tuple[str, ...]]:
    """The rows and the names to order them by, as `ordering` asks; by primary key where it asks for nothing known."""
    asked = request.query_params.get("ordering", "")
    name, sign = asked.removeprefix("-"), "-" if asked.startswith("-") else ""
    if name in MOMENTS:
        return documents, (f"{sign}{name}", f"{sign}pk")
    if name in KEYS:
        return documents.annotate(sort_key=KEYS[name]()), (f"{sign}sort_key",)
    return documents, ("-pk" if asked == "-id" else "pk",)
