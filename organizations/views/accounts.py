"""The pages where people sign in and out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View
from django.views.generic import FormView, RedirectView

from docplatform.lib import client
from organizations import sessions
from organizations.actions import people, signin
from organizations.actions.attempts import TooManyAttempts
from organizations.permissions import signed_in
from organizations.views.front_ends import way_back


class Throttled(FormView[Any]):
    """A form that answers 429 when its `too_many` is set."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        too_many: TooManyAttempts | None = getattr(form, "too_many", None)
        if too_many:
            response.status_code = 429
            response.headers["Retry-After"] = str(too_many.wait)
        return response


class SignInForm(AuthenticationForm):
    """A user name and a password."""

    too_many: TooManyAttempts | None = None

    def clean(self) -> dict[str, Any]:
        """Goes through the same door as the tokens of the API."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        assert self.request
        if name and password:
            try:
                self.user_cache = signin.verify(username=name, password=password, address=client.address(self.request))
            except TooManyAttempts as error:
                self.too_many = error
                raise forms.ValidationError(error.message) from error
            if self.user_cache is None:
                raise self.get_invalid_login_error()
        return self.cleaned_data


class SignIn(Throttled, LoginView):
    """Begins a session, and goes on to where the person wanted to be: on this site, or on a front end of it."""

    form_class = SignInForm
    template_name = "organizations/sign_in.html"

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        asked, name = request or self.request, self.redirect_field_name
        return way_back(asked, asked.POST.get(name) or asked.GET.get(name, ""))

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        sessions.describe(self.request)
        return response


class SignOut(LogoutView):
    """Ends this session."""


class Account(PasswordChangeView):
    """Where people change their password and sign out everywhere."""

    template_name = "organizations/account.html"

    def form_valid(self, form: Any) -> HttpResponse:
        user = people.change_password(form.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(self.request, user)  # stays signed in here
        messages.success(self.request, "Your password is changed. Everybody else who used it is signed out.")
        return redirect("account")


class SignOutEverywhere(LoginRequiredMixin, View):
    """Ends all sessions and tokens of the person."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out here too."""
        user = signed_in(request.user)
        people.sign_out_everywhere(user, actor=user)
        logout(request)
        messages.success(request, "You are signed out everywhere.")
        return redirect("sign-in")


sign_in_first = RedirectView.as_view(pattern_name="sign-in", query_string=True)
to_account = RedirectView.as_view(pattern_name="account")
