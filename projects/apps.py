"""With whom: projects and their collaborators."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"
