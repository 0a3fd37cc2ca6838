"""What: the life of a document."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
