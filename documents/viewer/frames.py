"""Which requests come from a frame on another site: the pages that may stand in one ask here."""

from django.http import HttpRequest


def is_frame(request: HttpRequest) -> bool:
    """The address says so, as those do that oEmbed gives: `?embed=1`."""
    return bool(request.GET.get("embed"))
