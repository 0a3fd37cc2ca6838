"""People in the administration."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest

from docplatform.lib.admin import SupportAdmin
from organizations.actions import passwords, people
from organizations.models import User
from organizations.permissions import signed_in


class NewUserForm(forms.ModelForm[User]):
    """A new person. Without a password they need a link to set one."""

    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
        help_text="Leave it empty and hand over a link instead: select the person in the list, then “Show a link”.",
    )

    class Meta:
        model = User
        fields = ("username", "name", "email", "is_staff")


@admin.register(User)
class UserAdmin(SupportAdmin[User]):
    """Adds people, lets them in and shuts them out."""

    list_display = ("username", "name", "email", "organization", "is_staff", "is_active", "created_at")
    list_filter = ("is_staff", "is_active")
    list_select_related = ("organization",)
    search_fields = ("username", "name", "email")
    fields = ("username", "name", "email", "avatar_url", "wants_mail", "is_staff", "is_active", "organization", "uuid")
    readonly_fields = ("username", "is_active", "organization", "uuid", "created_at", "last_login")
    actions = ("deactivate", "reactivate", "sign_out_everywhere", "mail_a_link", "show_a_link")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def get_form(self, request: HttpRequest, obj: User | None = None, *args: Any, **kwargs: Any) -> Any:
        return super().get_form(request, obj, *args, **kwargs) if obj else NewUserForm

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The form of new people has its own."""
        return (
            (*self.fields, "created_at", "last_login") if obj else ("username", "name", "email", "is_staff", "password")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            if "is_staff" in values:
                values["is_superuser"] = values["is_staff"]
            people.update(obj, actor=signed_in(request.user), **values)
            return
        values["password"] = values.get("password") or None
        obj.pk = people.create_user(**values, actor=signed_in(request.user)).pk
        obj.refresh_from_db()

    @admin.action(description="Deactivate: sign out and let in no more", permissions=["change"])
    def deactivate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Everybody but oneself."""
        self._each(request, rows.exclude(pk=signed_in(request.user).pk), people.deactivate, "are deactivated")

    @admin.action(description="Reactivate: let in again", permissions=["change"])
    def reactivate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Undo a deactivation."""
        self._each(request, rows, people.reactivate, "may sign in again")

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """End sessions and tokens."""
        self._each(request, rows, people.sign_out_everywhere, "are signed out everywhere")

    @admin.action(description="Mail a link to set a password", permissions=["change"])
    def mail_a_link(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """To those who have an e-mail address."""
        with_address = rows.exclude(email="")
        for user in with_address:
            passwords.mail_link(user.email)
        self.message_user(request, f"Mailed a link to {len(with_address)}.", messages.SUCCESS)

    @admin.action(description="Show a link to set a password", permissions=["change"])
    def show_a_link(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """To hand over by other means."""
        for user in rows.filter(is_active=True):
            self.message_user(request, f"{user.username}: {passwords.link(user)}", messages.INFO)

    def _each(self, request: HttpRequest, rows: QuerySet[User], act: Callable[..., User], done: str) -> None:
        people_ = list(rows)
        for user in people_:
            act(user, actor=signed_in(request.user))
        self.message_user(request, f"{len(people_)} {done}.", messages.SUCCESS)
