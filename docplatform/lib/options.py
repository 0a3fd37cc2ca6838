"""The answer to OPTIONS."""

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views import this module while they are being defined
    from rest_framework.views import APIView


class Formats(BaseMetadata):
    """What a view takes and gives. DRF's own answer also tries out a PUT, which lists do not have in DRF's sense."""

    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, Any]:
        """Its name and its formats."""
        return {
            "name": view.get_view_name(),
            "description": view.get_view_description(),
            "renders": [renderer.media_type for renderer in view.renderer_classes],
            "parses": [parser.media_type for parser in view.parser_classes],
        }
