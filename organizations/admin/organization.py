"""Organizations, their members and plans in the administration."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from docplatform.lib.admin import SupportAdmin
from organizations.actions import credits, organization, plans
from organizations.models import Membership, Organization, Plan, User
from organizations.permissions import signed_in

MOST_CREDITS = 10**9  # in one go


class OrganizationForm(forms.ModelForm[Organization]):
    """What may be changed, and credits to add."""

    avatar_url = forms.URLField(label="Picture", required=False, max_length=1024, assume_scheme="https")
    add_credits = forms.IntegerField(
        required=False,
        min_value=-MOST_CREDITS,
        max_value=MOST_CREDITS,
        help_text="Purchased credits to add; a negative number takes some back.",
    )

    class Meta:
        model = Organization
        fields = ("name", "avatar_url", "private", "verified", "plan", "parent", "groups", "share_resources")

    def clean(self) -> dict[str, Any]:
        """An organization is not its own parent, nor a member of itself."""
        values = super().clean() or self.cleaned_data
        for name, others in (("parent", [values.get("parent")]), ("groups", values.get("groups") or [])):
            if self.instance.pk and self.instance in others:
                self.add_error(name, "Choose another organization than this one.")
        return values


@admin.register(Organization)
class OrganizationAdmin(SupportAdmin[Organization]):
    """Founds shared organizations, verifies them and puts them on plans."""

    form = OrganizationForm
    list_display = ("name", "individual", "verified", "private", "plan", "created_at")
    list_filter = ("individual", "verified")
    list_select_related = ("plan",)
    search_fields = ("name",)
    autocomplete_fields = ("parent", "groups")
    stored = ("slug", "uuid", "individual", "monthly_credits", "purchased_credits", "credit_reset_date", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def get_fields(self, request: HttpRequest, obj: Organization | None = None) -> Any:
        """A new one has a name and two flags; the rest follows."""
        changeable = (
            "name",
            "avatar_url",
            "private",
            "verified",
            "plan",
            "parent",
            "groups",
            "share_resources",
            "add_credits",
        )
        return (*changeable, *self.stored) if obj else ("name", "private", "verified")

    def get_readonly_fields(self, request: HttpRequest, obj: Organization | None = None) -> Any:
        return self.stored if obj else ()

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: Any) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if not change:
            obj.pk = organization.create_organization(**values, actor=signed_in(request.user)).pk
            obj.refresh_from_db()
            return
        amount = values.pop("add_credits", None)
        if "groups" in values:
            organization.set_groups(obj, groups=values.pop("groups"), actor=signed_in(request.user))
        if "plan" in values:
            organization.set_plan(obj, plan=values.pop("plan"), actor=signed_in(request.user))
        if values:
            organization.update(obj, actor=signed_in(request.user), **values)
        if amount:
            credits.grant(obj, amount=amount, actor=signed_in(request.user))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The groups are written above, by an action."""


@admin.register(Membership)
class MembershipAdmin(SupportAdmin[Membership]):
    """Who belongs to which organization."""

    list_display = ("user", "organization", "admin", "created_at")
    list_select_related = ("user", "organization")
    autocomplete_fields = ("user", "organization")
    search_fields = ("user",)
    search_help_text = "A part of a user name or of an organization's name"
    fields = ("user", "organization", "admin")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Membership], search_term: str
    ) -> tuple[QuerySet[Membership], bool]:
        """By subqueries: over a join no index would serve both names."""
        if not search_term:
            return queryset, False
        users = User.objects.filter(username__icontains=search_term).values("pk")
        organizations = Organization.objects.filter(name__icontains=search_term).values("pk")
        return queryset.filter(Q(user__in=users) | Q(organization__in=organizations)), False

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return request.user.is_superuser and (obj is None or not obj.organization.individual)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        return ("user", "organization") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only shared organizations take members."""
        if db_field.name == "organization":
            kwargs["queryset"] = Organization.objects.filter(individual=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: Any) -> None:
        added = organization.add_member(obj.organization, user=obj.user, admin=obj.admin, actor=signed_in(request.user))
        obj.pk = added.pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        organization.remove_member(obj, actor=signed_in(request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset.filter(organization__individual=False):
            organization.remove_member(membership, actor=signed_in(request.user))


@admin.register(Plan)
class PlanAdmin(SupportAdmin[Plan]):
    """What organizations may do."""

    list_display = ("name", "feature_level", "monthly_credits")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: Any) -> None:
        plans.keep(obj, actor=signed_in(request.user))
