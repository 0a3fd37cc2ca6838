"""Projects in the administration, to be looked at."""

from django.contrib import admin
from django.http import HttpRequest

from docplatform.lib.admin import ReadOnlyAdmin
from projects.models import Collaborator, Project


class CollaboratorInline(admin.TabularInline[Collaborator, Project]):
    """With whom the project is shared."""

    model = Collaborator
    raw_id_fields = ("user",)
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return False


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin[Project]):
    """What is shared with whom."""

    list_display = ("title", "user", "private", "created_at")
    list_select_related = ("user",)
    search_fields = ("title",)
    inlines = (CollaboratorInline,)
