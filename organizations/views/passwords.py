"""The pages for a forgotten password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.generic import TemplateView

from docplatform.lib import client
from organizations.actions import passwords, people
from organizations.actions.attempts import TooManyAttempts
from organizations.views.accounts import Throttled


class EmailForm(forms.Form):
    """The e-mail address of an account."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    too_many: TooManyAttempts | None = None


class AskForReset(Throttled):
    """Asks for a link by mail. The answer is the same whether the address is known or not."""

    form_class = EmailForm
    template_name = "organizations/password_reset.html"
    success_url = reverse_lazy("password-reset-sent")
    extra_context = {"mail_is_sent": settings.MAIL_IS_SENT}

    def form_valid(self, form: EmailForm) -> HttpResponse:
        try:
            passwords.ask(email=form.cleaned_data["email"], address=client.address(self.request))
        except TooManyAttempts as error:
            form.too_many = error
            form.add_error(None, error.message)
            return self.form_invalid(form)
        return super().form_valid(form)


class ResetSent(TemplateView):
    """Says that a mail is under way, if the address is known."""

    template_name = "organizations/password_reset_sent.html"


class Reset(PasswordResetConfirmView):
    """Where the link of the mail leads."""

    template_name = "organizations/password_reset_confirm.html"

    def form_valid(self, form: Any) -> HttpResponse:
        people.change_password(form.user, password=form.cleaned_data["new_password1"])
        messages.success(self.request, "Your password is set. Sign in with it.")
        return redirect("sign-in")
