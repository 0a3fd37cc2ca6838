"""One kind of error for every refusal, and the one handler that gives it the shape its endpoint documents."""

from enum import StrEnum
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework.exceptions import APIException, NotFound, Throttled
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Shape(StrEnum):
    """How the body of a refusal looks; clients depend on it, endpoint by endpoint."""

    ERROR = "error"  # {"error": message, "code": code}
    LIST = "list"  # [message]
    DETAIL = "detail"  # {"detail": message, "code": code}
    FIELD = "field"  # {code: [message]}: the code is the name of the field that was sent


class Refused(APIException):
    """A request that cannot be carried out, with a stable code and a sentence that says what to do."""

    def __init__(self, code: str, message: str, *, status: int = 400, shape: Shape = Shape.ERROR) -> None:
        super().__init__(message, code)
        self.status_code = status
        self.code = code
        self.message = message
        self.shape = shape

    def body(self) -> Any:
        """The JSON body in the shape of the endpoint."""
        if self.shape is Shape.LIST:
            return [self.message]
        if self.shape is Shape.FIELD:
            return {self.code: [self.message]}
        return {self.shape.value: self.message, "code": self.code}


def handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: refusals in their own shape, everything else as DRF has it."""
    if isinstance(exc, Http404):
        exc = NotFound()  # without the name of the table that Django adds
    response = exception_handler(exc, context)
    if response is not None and isinstance(exc, Refused):
        response.data = exc.body()
    if response is not None and isinstance(exc, Throttled):
        response.data = {"message": response.data["detail"], **response.data}  # clients read `message`
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Where no route leads: programs get what the API says of everything that is not there, people a page."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": NotFound.default_detail}, status=404)
    return defaults.page_not_found(request, exception)
