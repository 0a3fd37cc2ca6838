"""`/api/documents/data/import/`: custom metadata of many documents from a table."""

from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, ParseError, ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.parsers import MAX_BYTES, TooLong
from documents.actions import data_import
from documents.serializers.error import RefusedOutput
from documents.serializers.fields import DataField
from organizations.models import User

NO_FILE = "Send the table as the body (text/csv), or as a form with the field file."


class TableParser(BaseParser):
    """Bytes as they come, within a limit."""

    media_type = "text/csv"

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        """413 when it is too long."""
        return {"file": limited(stream)}


def limited(stream: IO[Any]) -> bytes:
    """What is in it; 413 when that is too much."""
    raw: bytes = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise TooLong(MAX_BYTES)
    return raw


class DataImportOutput(serializers.Serializer[Any]):
    """How many documents got new values. With `bulk` they are still getting them: that bulk job tells how far it is."""

    rows = serializers.IntegerField()
    bulk = serializers.IntegerField(allow_null=True)


class DataImportView(Uncached, ViewSet):
    """A table with a column `id`; every other column sets a key of the data, with or without `data_` before it."""

    permission_classes = (IsAuthenticated,)
    parser_classes = (TableParser, MultiPartParser)

    @extend_schema(
        request={"text/csv": OpenApiTypes.STR, "multipart/form-data": OpenApiTypes.OBJECT},
        responses={200: DataImportOutput, 202: DataImportOutput, 409: RefusedOutput},
    )
    def create(self, request: Request, **suffix: Any) -> Response:
        """All lines or none; more than 25 become a bulk job. An empty cell takes the key away. The columns of the
        download that are no data (title, access, …) are passed over; `; ` separates several values of a cell."""
        if not isinstance(request.user, User):
            raise NotAuthenticated
        rows = data_import.read(_text(request), check=DataField().run_validation)
        job = data_import.carry_out(rows, actor=request.user)
        body = {"rows": len(rows), "bulk": job and job.pk}
        return Response(body, status=202 if job else 200)


def _text(request: Request) -> str:
    sent = request.data.get("file") if isinstance(request.data, dict) else None
    if not isinstance(sent, bytes | UploadedFile):
        raise ValidationError({"file": [NO_FILE]})
    raw = sent if isinstance(sent, bytes) else limited(sent)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeError as error:
        raise ParseError("Save the table as UTF-8, then send it again.") from error
