"""Routes of the pages that people see."""

from django.urls import path, re_path

from documents.viewer import project, views

DOCUMENT = r"^documents/(?P<pk>[0-9]{1,18})(?:[-.][^/]*)?"

urlpatterns = [
    path("", views.library, name="library"),
    path("help/search/", views.search_help, name="search-help"),
    re_path(r"^documents/(?P<pk>[0-9]{1,18})(?:-(?P<slug>[^/]*))?/$", views.document, name="viewer"),
    re_path(rf"{DOCUMENT}/pages/(?P<number>[0-9]{{1,18}})(?:\.html)?/?$", views.page, name="viewer-page"),
    re_path(rf"{DOCUMENT}/annotations/(?P<number>[0-9]{{1,18}})(?:\.html)?/?$", views.note, name="viewer-note"),
    re_path(r"^projects/(?P<address>[\w.-]{1,300})/?$", project.project, name="project-page"),
]
