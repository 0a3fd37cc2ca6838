"""Routes of the pages that people see."""

from django.urls import path, re_path

from documents.viewer import views

urlpatterns = [
    path("", views.library, name="library"),
    re_path(r"^documents/(?P<pk>[0-9]{1,18})(?:-(?P<slug>[^/]*))?/$", views.document, name="viewer"),
]
