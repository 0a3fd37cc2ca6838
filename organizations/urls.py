"""The routes of people and organizations: those of the API, and the pages where people sign in."""

from django.urls import path, re_path
from rest_framework.urlpatterns import format_suffix_patterns

from organizations.views import accounts, front_ends, passwords
from organizations.views.api_keys import ApiKeysView
from organizations.views.credits import CreditsView
from organizations.views.invitations import InvitationsView
from organizations.views.mailkey import MailkeyView
from organizations.views.members import MembersView
from organizations.views.messages import MessagesView
from organizations.views.notifications import NotificationsView
from organizations.views.organizations import OrganizationView
from organizations.views.password import PasswordView
from organizations.views.sessions import SessionsView
from organizations.views.tokens import RefreshView, TokenView

api = format_suffix_patterns(
    [
        path("token/", TokenView.as_view(), name="token"),
        path("refresh/", RefreshView.as_view(), name="refresh"),
        path("organizations/", OrganizationView.as_view({"get": "list"}), name="organizations"),
        path("keys/", ApiKeysView.as_view({"get": "list", "post": "create"}), name="api-keys"),
        path("keys/<int:pk>/", ApiKeysView.as_view({"get": "retrieve", "delete": "destroy"}), name="api-key"),
        path("organizations/<int:pk>/", OrganizationView.as_view({"get": "retrieve"}), name="organization"),
        path(
            "organizations/<int:organization_pk>/ai_credits/",
            CreditsView.as_view({"post": "charge"}),
            name="organization-credits",
        ),
        path(
            "organizations/<int:organization_pk>/members/",
            MembersView.as_view({"get": "list"}),
            name="organization-members",
        ),
        path(
            "organizations/<int:organization_pk>/members/<int:user_pk>/",
            MembersView.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
            name="organization-member",
        ),
        path(
            "organizations/<int:organization_pk>/invitations/",
            InvitationsView.as_view({"get": "list", "post": "create"}),
            name="organization-invitations",
        ),
        path(
            "organizations/<int:organization_pk>/invitations/<int:pk>/",
            InvitationsView.as_view({"delete": "destroy"}),
            name="organization-invitation",
        ),
        path(
            "organizations/<int:organization_pk>/invitations/<int:pk>/resend/",
            InvitationsView.as_view({"post": "resend"}),
            name="organization-invitation-resend",
        ),
        path("notifications/", NotificationsView.as_view({"get": "list"}), name="notifications"),
        path("notifications/read/", NotificationsView.as_view({"post": "read_all"}), name="notifications-read"),
        path(
            "notifications/<int:pk>/",
            NotificationsView.as_view({"get": "retrieve", "patch": "partial_update"}),
            name="notification",
        ),
        path("messages/", MessagesView.as_view({"post": "create"}), name="messages"),
        path("users/mailkey/", MailkeyView.as_view(), name="mailkey"),
        path("users/me/password/", PasswordView.as_view(), name="my-password"),
        path("users/me/sessions/", SessionsView.as_view({"get": "list", "delete": "destroy_all"}), name="my-sessions"),
        path("users/me/sessions/<uuid:uuid>/", SessionsView.as_view({"delete": "destroy"}), name="my-session"),
    ],
    allowed=["json"],
)
pages = [
    path("accounts/", accounts.Account.as_view(), name="account"),
    # where front ends on other origins send people
    re_path(r"^accounts/login/squarelet/?$", front_ends.sign_in),
    re_path(r"^accounts/logout/?$", front_ends.sign_out),
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
