"""Absolute addresses of this site: always from PUBLIC_URL, never from the Host header of a request."""

from django.conf import settings
from django.http import HttpRequest


def absolute(path: str) -> str:
    """The address of `path`, which begins with a slash."""
    return f"{settings.PUBLIC_URL}{path}"


def here(request: HttpRequest) -> str:
    """The address that was asked for, with all its parameters."""
    return absolute(request.get_full_path())
