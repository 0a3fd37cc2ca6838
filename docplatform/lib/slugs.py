"""Titles as they stand in addresses."""

from anyascii import anyascii
from django.utils.text import slugify


def slug(title: str) -> str:
    """An ASCII slug of at most 255 characters; `untitled` where nothing is left."""
    return slugify(anyascii(title))[:255].strip("-") or "untitled"
