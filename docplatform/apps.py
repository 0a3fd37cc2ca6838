"""The frame as a Django app, so that its checks, commands and static files are found."""

from django.apps import AppConfig

from docplatform import checks

__all__ = ["DocPlatformConfig", "checks"]


class DocPlatformConfig(AppConfig):
    name = "docplatform"
