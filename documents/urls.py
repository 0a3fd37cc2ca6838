"""The API's routes below `documents/`, and `users/`."""

from typing import Any

from django.urls import path, register_converter
from rest_framework.urlpatterns import format_suffix_patterns

from documents.views.bulk import BulkItemsView, BulkJobView, BulkListView
from documents.views.data import DataKey, DataView
from documents.views.data_import import DataImportView
from documents.views.deactivation import AccountView
from documents.views.document import DocumentView
from documents.views.documents import DocumentListView
from documents.views.download import DownloadView
from documents.views.entities import EntityListView, EntityView
from documents.views.errors import ErrorListView
from documents.views.events import DocumentEventsView, EventsView
from documents.views.export import ExportView
from documents.views.extracts import DatesView, ExtractsView, ValuesView
from documents.views.farewell import FarewellView
from documents.views.mail import MailFileView, MailView
from documents.views.mentions import MentionListView, MentionView
from documents.views.modifications import ModificationsView
from documents.views.notes import NoteListView, NoteView
from documents.views.oembed import OembedView
from documents.views.processing import BulkProcessView, PendingView, ProcessView
from documents.views.project_documents import PlaceListView, PlaceView
from documents.views.projects import ProjectListView, ProjectView
from documents.views.redaction_drafts import (
    DraftApplyView,
    DraftListView,
    DraftReviewView,
    DraftSearchView,
    DraftView,
)
from documents.views.redactions import RedactionsView
from documents.views.revisions import RestoreView
from documents.views.saved_searches import SavedSearchView
from documents.views.search import SearchView, WithinView
from documents.views.sections import SectionListView, SectionView
from documents.views.similar import SimilarView
from documents.views.suggest import SuggestView
from documents.views.trash import TrashView
from documents.views.users import MeView, UserView

LIST: dict[str, Any] = {"get": "list"}
MANY = LIST | {"post": "create", "put": "update", "patch": "partial_update", "delete": "destroy"}
SHOW: dict[str, Any] = {"get": "retrieve"}
ONE = SHOW | {"put": "update", "patch": "partial_update", "delete": "destroy"}
CHOOSE = SHOW | {"put": "update", "patch": "partial_update"}
ADD: dict[str, Any] = {"post": "create"}
START: dict[str, Any] = {"post": "start"}
CANCEL: dict[str, Any] = {"delete": "cancel"}

register_converter(DataKey, "key")

urlpatterns = format_suffix_patterns(
    [
        path("documents/", DocumentListView.as_view(MANY), name="documents"),
        path("documents/process/", BulkProcessView.as_view(START), name="documents-process"),
        path("documents/pending/", PendingView.as_view(LIST), name="documents-pending"),
        path("documents/search/", SearchView.as_view(LIST), name="documents-search"),
        path("documents/search/saved/", SavedSearchView.as_view(LIST | ADD), name="saved-searches"),
        path("documents/search/saved/<uuid:uuid>/", SavedSearchView.as_view(ONE), name="saved-search"),
        path("documents/suggest/", SuggestView.as_view(LIST), name="documents-suggest"),
        path("documents/<int:pk>/similar/", SimilarView.as_view(SHOW), name="document-similar"),
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
        path("documents/<int:document_pk>/errors/", ErrorListView.as_view(LIST | ADD), name="document-errors"),
        path("documents/<int:document_pk>/notes/", NoteListView.as_view(LIST | ADD), name="document-notes"),
        path("documents/<int:document_pk>/notes/<int:pk>/", NoteView.as_view(ONE), name="document-note"),
        path("documents/<int:document_pk>/sections/", SectionListView.as_view(LIST | ADD), name="document-sections"),
        path("documents/<int:document_pk>/sections/<int:pk>/", SectionView.as_view(ONE), name="document-section"),
        path("documents/<int:document_pk>/data/", DataView.as_view({"get": "everything"}), name="document-data"),
        path("documents/<int:document_pk>/data/<key:key>/", DataView.as_view(ONE), name="document-data-key"),
        path(
            "documents/<int:document_pk>/entities/",
            MentionListView.as_view(LIST | ADD | {"delete": "destroy"}),
            name="document-entities",
        ),
        path(
            "documents/<int:document_pk>/entities/<int:entity_pk>/",
            MentionView.as_view(ONE),
            name="document-entity",
        ),
        path(
            "documents/<int:document_pk>/legacy_entities_2/",
            ExtractsView.as_view(LIST | START | {"delete": "destroy"}),
            name="document-extracts",
        ),
        path("documents/<int:document_pk>/legacy_entities/", ValuesView.as_view(LIST), name="document-values"),
        path("documents/<int:document_pk>/dates/", DatesView.as_view(LIST), name="document-dates"),
        path("entities/", EntityListView.as_view(LIST | ADD), name="entities"),
        path("entities/<int:pk>/", EntityView.as_view(ONE), name="entity"),
        path("oembed/", OembedView.as_view(SHOW), name="oembed"),
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
        path("bulk/", BulkListView.as_view(LIST | {"post": "create"}), name="bulk"),
        path("bulk/<int:pk>/", BulkJobView.as_view(SHOW | {"delete": "destroy"}), name="bulk-job"),
        path("bulk/<int:pk>/undo/", BulkJobView.as_view({"post": "undo"}), name="bulk-undo"),
        path("bulk/<int:pk>/items/", BulkItemsView.as_view(LIST), name="bulk-items"),
        path("documents/data/import/", DataImportView.as_view({"post": "create"}), name="data-import"),
        path("download/", DownloadView.as_view(LIST), name="download"),
        path("export/", ExportView.as_view(SHOW), name="export"),
        path("events/", EventsView.as_view(LIST), name="events"),
        path("documents/<int:document_pk>/events/", DocumentEventsView.as_view(LIST), name="document-events"),
        path("mail/", MailView.as_view(LIST), name="mail"),
        path("mail/<int:pk>/", MailView.as_view(SHOW | {"delete": "destroy"}), name="mail-message"),
        path("mail/<int:pk>/file/", MailFileView.as_view(), name="mail-file"),
        path("trash/", TrashView.as_view(LIST), name="trash"),
        path("trash/<int:pk>/", TrashView.as_view(SHOW | {"delete": "destroy"}), name="trashed"),
        path("trash/<int:pk>/restore/", TrashView.as_view({"post": "restore"}), name="trash-restore"),
        path("projects/", ProjectListView.as_view(LIST | ADD), name="projects"),
        path("projects/<int:pk>/", ProjectView.as_view(ONE), name="project"),
        path("projects/<int:project_pk>/documents/", PlaceListView.as_view(MANY), name="project-documents"),
        path("projects/<int:project_pk>/documents/<int:document_pk>/", PlaceView.as_view(ONE), name="project-document"),
        path("users/", UserView.as_view(LIST), name="users"),
        path("users/me/", MeView.as_view(CHOOSE), name="me"),
        path("users/<int:pk>/", UserView.as_view(CHOOSE), name="user"),
        path("users/<int:pk>/deactivate/", AccountView.as_view({"post": "deactivate"}), name="user-deactivate"),
        path("users/<int:pk>/delete/", FarewellView.as_view({"post": "farewell"}), name="user-delete"),
        path("users/<int:pk>/reactivate/", AccountView.as_view({"post": "reactivate"}), name="user-reactivate"),
    ],
    allowed=["json"],
)
