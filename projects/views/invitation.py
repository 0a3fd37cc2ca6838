"""Where the link of an invitation leads: `/api/invitations/<token>/` for programs, a page for people."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login, password_validation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import FormView
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from docplatform.lib.caching import Uncached
from docplatform.lib.errors import Refused
from docplatform.lib.parsers import StrangersJSONParser
from organizations import scopes, sessions, tokens
from organizations.actions.invitations import shown_name
from organizations.models import Invitation, User
from organizations.views.password import sound
from projects.actions import invitations

BACKEND = "django.contrib.auth.backends.ModelBackend"


class OpenInvitationOutput(serializers.Serializer[Any]):
    """Who invites, and into which organization; null for a project, whose title only its members know."""

    organization = serializers.CharField(allow_null=True)
    inviter = serializers.CharField()
    expires_at = serializers.DateTimeField()


class AccountInput(serializers.ModelSerializer[User]):
    """A new account. Its e-mail address is the one that was invited."""

    name = serializers.CharField(max_length=255)
    password = serializers.CharField(trim_whitespace=False, max_length=1000, write_only=True)

    class Meta:
        model = User
        fields = ("username", "name", "password")

    def validate_username(self, value: str) -> str:
        """Letters that look alike count as the same."""
        return User.normalize_username(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The password must be sound, and not like the person's name."""
        person = User(username=attrs["username"], name=attrs["name"], email=self.context["email"])
        try:
            sound(attrs["password"], person)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"password": error.detail}) from error
        return attrs


class JoinedOutput(serializers.Serializer[Any]):
    """Who joined. Tokens are for those who made an account: they are signed in by them."""

    user = serializers.IntegerField()
    refresh = serializers.CharField(required=False)
    access = serializers.CharField(required=False)


class InvitationView(Uncached, APIView):
    """An open invitation; 404 once it was accepted, revoked or has expired."""

    permission_classes = (AllowAny,)
    key_scopes = scopes.MANAGES
    parser_classes = (StrangersJSONParser,)

    @extend_schema(responses=OpenInvitationOutput)
    def get(self, request: Request, token: str, **suffix: Any) -> Response:
        """What it invites to."""
        return Response(OpenInvitationOutput(facts(invitations.by_token(token))).data)

    @extend_schema(request=AccountInput, responses={200: JoinedOutput, 201: JoinedOutput})
    def post(self, request: Request, token: str, **suffix: Any) -> Response:
        """Accept it. Signed in, one joins and sends nothing; everybody else makes an account and is told its tokens."""
        invitation = invitations.by_token(token)
        if isinstance(request.user, User):
            return Response({"user": invitations.accept(token, user=request.user).pk})
        data = AccountInput(data=request.data, context={"email": invitation.email})
        data.is_valid(raise_exception=True)
        user = invitations.accept(token, account=data.validated_data)
        return Response({"user": user.pk, **tokens.pair(user)}, status=201)


def facts(invitation: Invitation) -> dict[str, Any]:
    """What the holder of a link is told."""
    organization = invitation.organization
    return {
        "organization": organization.name if organization else None,
        "inviter": shown_name(invitation.inviter),
        "expires_at": invitation.expires_at,
    }


class AccountForm(forms.ModelForm[User]):
    """A new account."""

    name = forms.CharField(max_length=255, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html(),
    )

    class Meta:
        model = User
        fields = ("username", "name")
        widgets = {"username": forms.TextInput(attrs={"autocomplete": "username"})}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs do not know it
        try:
            password_validation.validate_password(self.cleaned_data.get("password", ""), self.instance)
        except forms.ValidationError as error:
            self.add_error("password", error)


class JoinForm(forms.Form):
    """For people who are signed in: nothing to fill in."""


class InvitationPage(FormView[Any]):
    """Joins people who are signed in; everybody else makes an account here, or signs in first."""

    template_name = "organizations/invitation.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Links that do not work get a page that says so."""
        try:
            self.invitation = invitations.by_token(kwargs["token"])
        except Http404:
            return self.response_class(request, "organizations/invitation_over.html", {}, status=404)
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> Any:
        """Who is signed in fills in nothing."""
        if self.request.user.is_authenticated:
            return JoinForm(**self.get_form_kwargs())
        return AccountForm(**self.get_form_kwargs(), instance=User(email=self.invitation.email))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **facts(self.invitation))

    def form_valid(self, form: Any) -> HttpResponse:
        """Joins, and goes on to the library."""
        user, token = self.request.user, self.kwargs["token"]
        try:
            if isinstance(user, User):
                invitations.accept(token, user=user)
            else:
                self._register(invitations.accept(token, account=form.cleaned_data))
        except Refused as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        messages.success(self.request, "Welcome. You have joined.")
        return redirect("/")

    def _register(self, user: User) -> None:
        login(self.request, user, backend=BACKEND)
        sessions.describe(self.request)
