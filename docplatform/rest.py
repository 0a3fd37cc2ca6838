"""How the frameworks of the API are set up, whatever the environment says; docplatform.settings takes it over."""

from typing import Any

FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "organizations.tokens.BearerAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "docplatform.lib.parsers.LimitedJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": "docplatform.lib.options.Formats",
    "DEFAULT_SCHEMA_CLASS": "docplatform.lib.schema.ApiSchema",
    "EXCEPTION_HANDLER": "docplatform.lib.errors.handler",
    "DEFAULT_PAGINATION_CLASS": "docplatform.lib.pagination.VersionedPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
FLEX_FIELDS = {"EXPAND_PARAM": "expand", "FIELDS_PARAM": "fields", "OMIT_PARAM": "omit"}
SPECTACULAR: dict[str, Any] = {
    "TITLE": "DocPlatform",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "PREPROCESSING_HOOKS": ["docplatform.lib.schema.only_the_api"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "docplatform.lib.schema.add_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "DocumentAccess": "documents.choices.SHOWN_ACCESS",
        "CollaboratorAccess": "projects.models.Access",
        "BulkState": "documents.choices.BulkState",
        "BulkItemState": "documents.choices.BulkItemState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",  # nothing is loaded from elsewhere
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
