"""The routes of people and organizations: those of the API, and the pages where people sign in."""

from django.urls import path
from rest_framework.urlpatterns import format_suffix_patterns

from organizations.views import accounts, passwords
from organizations.views.organizations import OrganizationView
from organizations.views.tokens import RefreshView, TokenView

api = format_suffix_patterns(
    [
        path("token/", TokenView.as_view(), name="token"),
        path("refresh/", RefreshView.as_view(), name="refresh"),
        path("organizations/", OrganizationView.as_view({"get": "list"}), name="organizations"),
        path("organizations/<int:pk>/", OrganizationView.as_view({"get": "retrieve"}), name="organization"),
    ],
    allowed=["json"],
)
pages = [
    path("accounts/", accounts.Account.as_view(), name="account"),
    path("accounts/sign-in/", accounts.SignIn.as_view(), name="sign-in"),
    path("accounts/sign-out/", accounts.SignOut.as_view(), name="sign-out"),
    path("accounts/sign-out-everywhere/", accounts.SignOutEverywhere.as_view(), name="sign-out-everywhere"),
    path("accounts/password-reset/", passwords.AskForReset.as_view(), name="password-reset"),
    path("accounts/password-reset/sent/", passwords.ResetSent.as_view(), name="password-reset-sent"),
    path("accounts/password-reset/<uidb64>/<token>/", passwords.Reset.as_view(), name="password-reset-confirm"),
    # the administration has its own pages for these, which know nothing of throttles and tokens
    path("admin/login/", accounts.sign_in_first),
    path("admin/password_change/", accounts.to_account),
]
