"""`/api/documents/<id>/data/`: a document's custom metadata, key by key."""

from typing import Any

from django.http import HttpResponseBase, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions import data as actions
from documents.models import Document
from documents.serializers.data import ValuesChangeInput, ValuesInput
from documents.serializers.fields import KEY
from documents.views.below import BelowDocument

Values = list[str]
Data = dict[str, Values]


class DataKey:
    """A key, in addresses; what cannot be one is no address."""

    regex = KEY.pattern

    def to_python(self, value: str) -> str:
        """As it stands there."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


class DataView(BelowDocument[Document]):
    """Everybody who may view the document reads its data; editors write them."""

    serializer_class: Any = ValuesInput
    queryset = Document.objects.none()  # names the model to the schema
    pagination_class = None

    @extend_schema(responses={200: Data})
    def everything(self, request: Request, **address: Any) -> Response:
        """All keys with their values."""
        return Response(self.document.data)

    @extend_schema(responses={200: Values | None})
    def retrieve(self, request: Request, key: str, **address: Any) -> HttpResponseBase:
        """The values of one key; null where there are none."""
        values = self.document.data.get(key)
        # DRF would send nothing at all instead of null.
        return JsonResponse(None, safe=False) if values is None else Response(values)

    @extend_schema(request=ValuesInput, responses={200: Data})
    def update(self, request: Request, key: str, **address: Any) -> Response:
        """PUT: these values and no others. Answers with all data."""
        values = ValuesInput(data=request.data)
        values.is_valid(raise_exception=True)
        return Response(actions.put(self.document, key, values.validated_data["values"], actor=self.actor))

    @extend_schema(request=ValuesChangeInput, responses={200: Data})
    def partial_update(self, request: Request, key: str, **address: Any) -> Response:
        """PATCH: `values` more, `remove` less; a key without values goes. Answers with all data."""
        change = ValuesChangeInput(data=request.data)
        change.is_valid(raise_exception=True)
        said = change.validated_data
        data = actions.patch(self.document, key, add=said["values"], remove=said["remove"], actor=self.actor)
        return Response(data)

    def destroy(self, request: Request, key: str, **address: Any) -> Response:
        """The key goes, if it is there."""
        actions.delete(self.document, key, actor=self.actor)
        return Response(status=204)
