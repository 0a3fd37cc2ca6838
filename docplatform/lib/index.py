"""`/api/`: where everything is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from docplatform.lib.caching import Uncached
from docplatform.lib.urls import absolute


class IndexView(Uncached):
    """The addresses of the lists, by name; `names` is given where the routes are known."""

    permission_classes = (AllowAny,)
    names: tuple[str, ...] = ()

    @extend_schema(responses={200: dict[str, str]})
    def get(self, request: Request, **suffix: Any) -> Response:
        """The same for everybody."""
        return Response({name: absolute(reverse(name)) for name in self.names})
