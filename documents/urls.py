"""The API's routes below `documents/`, and `users/`."""

from typing import Any

from django.urls import path
from rest_framework.urlpatterns import format_suffix_patterns

from documents.views.document import DocumentView
from documents.views.documents import DocumentListView
from documents.views.errors import ErrorListView
from documents.views.modifications import ModificationsView
from documents.views.processing import BulkProcessView, PendingView, ProcessView
from documents.views.redaction_drafts import (
    DraftApplyView,
    DraftListView,
    DraftReviewView,
    DraftSearchView,
    DraftView,
)
from documents.views.redactions import RedactionsView
from documents.views.revisions import RestoreView
from documents.views.search import SearchView, WithinView
from documents.views.users import MeView, UserView

LIST: dict[str, Any] = {"get": "list"}
MANY = LIST | {"post": "create", "put": "update", "patch": "partial_update", "delete": "destroy"}
SHOW: dict[str, Any] = {"get": "retrieve"}
ONE = SHOW | {"put": "update", "patch": "partial_update", "delete": "destroy"}
CHOOSE = SHOW | {"put": "update", "patch": "partial_update"}
ADD: dict[str, Any] = {"post": "create"}
START: dict[str, Any] = {"post": "start"}
CANCEL: dict[str, Any] = {"delete": "cancel"}

urlpatterns = format_suffix_patterns(
    [
        path("documents/", DocumentListView.as_view(MANY), name="documents"),
        path("documents/process/", BulkProcessView.as_view(START), name="documents-process"),
        path("documents/pending/", PendingView.as_view(LIST), name="documents-pending"),
        path("documents/search/", SearchView.as_view(LIST), name="documents-search"),
        path("documents/<int:pk>/search/", WithinView.as_view(SHOW), name="document-search"),
        path("documents/<int:pk>/", DocumentView.as_view(ONE), name="document"),
        path("documents/<int:pk>/process/", ProcessView.as_view(START | CANCEL), name="document-process"),
        path("documents/<int:pk>/pending/", PendingView.as_view(SHOW), name="document-pending"),
        path("documents/<int:pk>/modifications/", ModificationsView.as_view(ADD), name="document-modifications"),
        path("documents/<int:pk>/redactions/", RedactionsView.as_view(ADD), name="document-redactions"),
        path(
            "documents/<int:pk>/revisions/<int:version>/restore/",
            RestoreView.as_view(START),
            name="revision-restore",
        ),
        path("documents/<int:document_pk>/errors/", ErrorListView.as_view(LIST), name="document-errors"),
        path(
            "documents/<int:document_pk>/redaction_drafts/",
            DraftListView.as_view(LIST | {"post": "create"}),
            name="redaction-drafts",
        ),
        path("documents/<int:document_pk>/redaction_drafts/<int:pk>/", DraftView.as_view(ONE), name="redaction-draft"),
        path(
            "documents/<int:document_pk>/redaction_drafts/review/",
            DraftReviewView.as_view(START),
            name="redaction-drafts-review",
        ),
        path(
            "documents/<int:document_pk>/redaction_drafts/apply/",
            DraftApplyView.as_view(START),
            name="redaction-drafts-apply",
        ),
        path(
            "documents/<int:document_pk>/redaction_drafts/search/",
            DraftSearchView.as_view(START),
            name="redaction-drafts-search",
        ),
        path("users/", UserView.as_view(LIST), name="users"),
        path("users/me/", MeView.as_view(CHOOSE), name="me"),
        path("users/<int:pk>/", UserView.as_view(CHOOSE), name="user"),
    ],
    allowed=["json"],
)
