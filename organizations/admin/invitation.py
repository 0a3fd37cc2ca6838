"""Invitations in the administration: looked at, and revoked."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from docplatform.lib.admin import ReadOnlyAdmin
from organizations.actions import invitations
from organizations.models import Invitation
from organizations.permissions import signed_in


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin[Invitation]):
    """Who was invited by whom, and what came of it. The links are known to nobody here."""

    list_display = (
        "email",
        "organization",
        "inviter",
        "admin",
        "created_at",
        "expires_at",
        "accepted_at",
        "accepted_by",
    )
    list_select_related = ("organization", "inviter", "accepted_by")
    search_fields = ("email",)
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke: the links are dead at once", permissions=["view"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """Those that nobody accepted yet."""
        waiting = list(rows.filter(pk__in=invitations.waiting()))
        for invitation in waiting:
            invitations.revoke(invitation, actor=signed_in(request.user))
        self.message_user(request, f"{len(waiting)} revoked.", messages.SUCCESS)
