"""How the API describes itself at /api/schema/: what drf-spectacular cannot guess."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiParameter
from rest_flex_fields import EXPAND_PARAM, FIELDS_PARAM, OMIT_PARAM

from docplatform.lib.flex import Flexible

Endpoint = tuple[str, str, str, Any]

FLEX = {
    EXPAND_PARAM: "Show these as whole objects instead of ids, for example user,user.organization; ~all for all.",
    FIELDS_PARAM: "Only these fields, for example id,user.name.",
    OMIT_PARAM: "All but these fields.",
}


class ApiSchema(AutoSchema):
    """Names operations by their path, so that lists and single objects never collide, and tells of `expand`."""

    def get_operation_id(self) -> str:
        segments = [segment for segment in self.path.removeprefix("/api/").split("/") if segment]
        names = ["one" if segment.startswith("{") else segment.replace("-", "_") for segment in segments]
        return "_".join([*(names or ["index"]), self.method.lower()])

    def get_override_parameters(self) -> list[Any]:
        serializer = self.get_response_serializers()
        shape = serializer if isinstance(serializer, type) else type(getattr(serializer, "child", serializer))
        if not issubclass(shape, Flexible):
            return []
        return [OpenApiParameter(name, str, description=text) for name, text in FLEX.items()]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """`Authorization: Bearer <access token>`."""

    target_class = "organizations.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """A JSON web token."""
        scheme: dict[str, Any] = build_bearer_security_scheme_object("Authorization", "Bearer", "JWT")
        return scheme


def only_the_api(endpoints: list[Endpoint], **_: Any) -> list[Endpoint]:
    """The API's routes, each in one spelling: with a trailing slash and no suffix."""
    return [row for row in endpoints if row[0].startswith("/api/") and "{format}" not in row[0]]
