"""Documents in the administration: looked at and, by buttons that call actions, processed again or cancelled."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.views.decorators.http import require_POST

from docplatform.lib.admin import ReadOnlyAdmin
from docplatform.lib.errors import Refused
from docplatform.lib.slugs import slug
from documents import permissions
from documents.actions import entity as entities
from documents.actions import processing, trash
from documents.actions.processing import Options
from documents.choices import StepState
from documents.models import BulkJob, Document, DocumentError, Entity, Job, Step
from organizations.models import User

SHOWN_STEPS = 50
Change = Callable[[Document, User], None]


def process(document: Document, actor: User) -> None:
    """Process the document again."""
    processing.start([(document, Options())], actor=actor)


def cancel(document: Document, actor: User) -> None:
    """Cancel its processing."""
    processing.cancel(document, actor=actor)


def restore(document: Document, actor: User) -> None:
    """Bring it back from the trash."""
    trash.restore(document.pk, actor=actor)


def hold(document: Document, actor: User) -> None:
    """Keep its files, whatever people do to it."""
    trash.hold(document.pk, actor=actor)


def release(document: Document, actor: User) -> None:
    """Leave it to people again."""
    trash.hold(document.pk, actor=actor, is_held=False)


class TrashFilter(admin.SimpleListFilter):
    """Documents in the trash."""

    title = "trash"
    parameter_name = "trash"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "In the trash")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        return queryset.filter(permissions.IN_TRASH) if self.value() == "yes" else queryset


class LookOnly(admin.TabularInline[Any, Any]):
    """Rows below another one that nobody edits here."""

    extra = 0
    can_delete = False
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class JobInline(LookOnly):
    """What was done to the document; each job leads to its steps."""

    model = Job
    fields = readonly_fields = (
        "kind",
        "state",
        "stage",
        "user",
        "pages_total",
        "images_left",
        "texts_left",
        "created_at",
        "finished_at",
    )
    show_change_link = True


class ErrorInline(LookOnly):
    """What went wrong."""

    model = DocumentError
    fields = readonly_fields = ("created_at", "code", "message")


class StepInline(LookOnly):
    """The pieces of a job."""

    model = Step
    fields = readonly_fields = (
        "kind",
        "idx",
        "queue",
        "state",
        "attempts",
        "worker",
        "lease_until",
        "run_after",
        "error",
    )


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    """Runs of work, with their steps."""

    list_display = ("id", "document_id", "user", "kind", "state", "stage", "left", "created_at", "finished_at")
    list_select_related = ("user",)
    list_filter = ("state",)
    show_facets = admin.ShowFacets.NEVER
    exclude = ("options",)  # may hold the signed address of a file
    inlines = (StepInline,)


@admin.register(Entity)
class EntityAdmin(ReadOnlyAdmin[Entity]):
    """Who and what documents mention. Public ones belong to nobody, so that only staff take a wrong one away."""

    list_display = ("id", "wikidata_id", "name", "access", "user", "created_at")
    list_display_links = ("id", "name")
    list_select_related = ("user",)
    list_filter = ("access",)
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("wikidata_id__exact",)
    search_help_text = "An id of Wikidata, such as Q84"
    actions = ("remove_chosen",)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """The button deletes rows."""
        return request.user.has_perm("documents.delete_entity")

    @admin.action(description="Delete, with its mentions in documents", permissions=["remove"])
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet[Entity]) -> None:
        """Whoever needs it makes it anew."""
        assert isinstance(request.user, User)
        for entity in queryset:
            entities.remove(entity, actor=request.user)
        self.message_user(request, "Deleted.", messages.SUCCESS)


@admin.register(BulkJob)
class BulkJobAdmin(ReadOnlyAdmin[BulkJob]):
    """What people had done to many documents at once."""

    list_display = ("id", "user", "action", "state", "total", "created_at", "finished_at")
    list_select_related = ("user",)
    list_filter = ("action", "state")
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("user__username__exact",)
    search_help_text = "Somebody's user name"


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin[Document]):
    """Everything about a document but its text."""

    list_display = ("id", "title", "user", "organization", "access", "status", "page_count", "created_at")
    list_display_links = ("id", "title")
    list_select_related = ("user", "organization")
    list_filter = ("access", "status", TrashFilter, "is_held")
    show_facets = admin.ShowFacets.NEVER  # they count every row
    search_fields = ("slug",)
    search_help_text = "An id, the beginning of a title, or somebody's user name"
    actions = ("process_chosen", "cancel_chosen", "restore_chosen", "hold_chosen", "release_chosen")
    inlines = (JobInline, ErrorInline)
    readonly_fields = ("steps",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Document], search_term: str
    ) -> tuple[QuerySet[Document], bool]:
        """Only what an index answers."""
        term = search_term.strip()
        if term.isdecimal():
            return queryset.filter(pk=int(term[:19])), False
        if term:
            people = User.objects.filter(username=term).values("pk")
            queryset = queryset.filter(Q(slug__startswith=slug(term)) | Q(user_id__in=people))
        return queryset, False

    @admin.display(description="unfinished steps")
    def steps(self, document: Document) -> str:
        """The steps of its newest job that are not done."""
        job = document.jobs.order_by("-pk").first()
        rows = job.steps.exclude(state=StepState.DONE).order_by("pk")[:SHOWN_STEPS] if job else []
        lines = [(row.kind, row.idx, row.state, row.attempts, row.worker, row.error) for row in rows]
        return format_html_join("", "<div>{} {}: {}, attempt {} {} {}</div>", lines) or "none"

    def has_process_permission(self, request: HttpRequest) -> bool:
        """Buttons change documents."""
        return request.user.has_perm("documents.change_document")

    @admin.action(description="Process again", permissions=["process"])
    def process_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        """Each by itself: one that cannot be processed does not hold up the others."""
        self._apply(process, request, queryset)

    @admin.action(description="Cancel processing", permissions=["process"])
    def cancel_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        """Each by itself."""
        self._apply(cancel, request, queryset)

    @admin.action(description="Restore from the trash", permissions=["process"])
    def restore_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        """Each by itself."""
        self._apply(restore, request, queryset, rule=permissions.IN_TRASH)

    @admin.action(description="Hold: keep the files", permissions=["process"])
    def hold_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        """Documents in the trash, too."""
        self._apply(hold, request, queryset, rule=Q())

    @admin.action(description="Hold no longer", permissions=["process"])
    def release_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        """Documents in the trash, too."""
        self._apply(release, request, queryset, rule=Q())

    def get_urls(self) -> list[URLPattern]:
        """The buttons of one document."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/process/", view(self.process_one), name="documents_document_process"),
            path("<int:pk>/cancel/", view(self.cancel_one), name="documents_document_cancel"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def process_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on a document's page."""
        return self._one(process, request, pk)

    @method_decorator(require_POST)
    def cancel_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on a document's page."""
        return self._one(cancel, request, pk)

    def _one(self, change: Change, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_process_permission(request):
            raise PermissionDenied
        chosen = Document.objects.filter(pk=pk)
        if not chosen.exists():
            raise Http404
        self._apply(change, request, chosen)
        return HttpResponseRedirect(reverse("admin:documents_document_change", args=[pk]))

    def _apply(
        self, change: Change, request: HttpRequest, chosen: QuerySet[Document], *, rule: Q = permissions.ALIVE
    ) -> None:
        assert isinstance(request.user, User)
        done = 0
        for document in chosen.filter(rule):
            try:
                change(document, request.user)
                done += 1
            except Refused as refusal:
                self.message_user(request, f"{document.pk} {document}: {refusal.message}", messages.WARNING)
        if done:
            self.message_user(request, f"Done for {done} documents." if done > 1 else "Done.", messages.SUCCESS)
