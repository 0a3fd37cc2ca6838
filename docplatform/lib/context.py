"""What every template knows about the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """The public address, so that scripts recognise links of the API as their own site's."""
    return {"site_url": settings.PUBLIC_URL}
