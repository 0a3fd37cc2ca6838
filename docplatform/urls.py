"""Every route of the site."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import organizations.urls
import projects.urls
from docplatform.health import healthz
from docplatform.lib.index import IndexView
from docplatform.lib.storage.views import upload
from documents.views import files

admin.site.site_header = admin.site.site_title = "DocPlatform administration"
for queue_model in apps.get_app_config("django_q").get_models():
    if admin.site.is_registered(queue_model):
        admin.site.unregister(queue_model)  # whoever may write a schedule may call any function by its name

READ: Any = {"http_method_names": ["get", "head"]}
LISTS = ("documents", "entities", "organizations", "projects", "users")

handler404 = "docplatform.lib.errors.not_found"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", IndexView.as_view(names=LISTS), name="api"),
    path("api/", include("documents.urls")),
    path("api/", include(projects.urls.api)),
    path("api/", include(organizations.urls.api)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/schema/redoc/", RedirectView.as_view(pattern_name="docs", **READ), name="redoc"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(metadata_class=None), name="docs"),
    path("", include(projects.urls.pages)),
    path("", include(organizations.urls.pages)),  # before the administration, whose sign-in they replace
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("storage/<path:signed>", upload, name="upload"),
    path("files/signed/<str:token>/<str:filename>", files.signed_file, name="signed-file"),
    path("files/documents/<int:pk>/<path:path>", files.FileView.as_view(), name="file"),
    path("public/documents/<int:pk>/<path:path>", files.public_file, name="public-file"),
    path("", include("documents.viewer.urls")),
]
