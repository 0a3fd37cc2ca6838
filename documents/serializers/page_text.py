"""What people may say about the text of pages. Checked by hand: there may be a hundred thousand words."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.conf import settings
from rest_framework import serializers

from documents.pipeline.page_text import NewText
from documents.search import index
from documents.serializers.fields import AnyField

OCR_LIMIT = 20
COORDINATES = ("x1", "x2", "y1", "y2")


class PagesField(AnyField):
    """A list of {page_number, text, ocr, positions}; becomes a list of NewText."""

    def to_internal_value(self, data: Any) -> Any:
        data = super().to_internal_value(data)
        if not isinstance(data, list):
            raise serializers.ValidationError("Send a list of objects, one for each page.")
        if len(data) > settings.TEXT_PAGES_LIMIT:
            raise serializers.ValidationError(f"Set the text of at most {settings.TEXT_PAGES_LIMIT} pages at once.")
        pages = [_page(item) for item in data]
        _check_order(pages)
        return pages


def _check_order(pages: Sequence[NewText]) -> None:
    numbers = [page["page_number"] for page in pages]
    if len(set(numbers)) < len(numbers):
        raise serializers.ValidationError("Name every page once.")
    placed = any(page["positions"] is not None for page in pages)
    if placed and any(after != before + 1 for before, after in pairwise(numbers)):
        raise serializers.ValidationError("With positions, the pages must follow one another: send them in order.")


def _page(item: Any) -> NewText:
    if not isinstance(item, dict):
        raise serializers.ValidationError("Send an object for each page.")
    number = item.get("page_number")
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise serializers.ValidationError("Give each page its page_number, a whole number from 0 on.")
    text, ocr, positions = item.get("text"), item.get("ocr"), item.get("positions")
    if not isinstance(text, str):
        raise serializers.ValidationError(f"Page {number} needs a text.")
    if ocr is not None and (not isinstance(ocr, str) or len(ocr) > OCR_LIMIT or not ocr.isprintable()):
        raise serializers.ValidationError(f"The ocr of page {number} may be a line of up to {OCR_LIMIT} characters.")
    if positions is not None and not isinstance(positions, list):
        raise serializers.ValidationError(f"The positions of page {number} must be a list.")
    boxes = [_box(number, position) for position in positions or ()]
    return NewText(page_number=number, text=index.storable(text), ocr=ocr, positions=boxes or None)


def _box(number: int, position: Any) -> dict[str, Any]:
    """A word box as readers get it: metadata lies beside the rest, and never hides it."""
    if not isinstance(position, dict) or not isinstance(position.get("text"), str):
        raise serializers.ValidationError(f"Every position on page {number} must be an object with a text.")
    box: dict[str, Any] = {"text": index.storable(position["text"])}
    for name in COORDINATES:
        value = position.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            raise serializers.ValidationError(f"Every position on page {number} needs {name}, a number from 0 to 1.")
        box[name] = float(value)
    metadata = position.get("metadata")
    if metadata is None:
        return box
    return (metadata if isinstance(metadata, dict) else {"metadata": metadata}) | box
