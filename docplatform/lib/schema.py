"""How the API describes itself at /api/schema/: what drf-spectacular cannot guess."""

from copy import deepcopy
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiParameter
from rest_flex_fields import EXPAND_PARAM, FIELDS_PARAM, OMIT_PARAM
from rest_framework.serializers import Serializer

from docplatform.lib.flex import Flexible

Endpoint = tuple[str, str, str, Any]
Direction = Literal["request", "response"]

REFUSAL = "Refusal"
REFUSALS = {
    "400": "What was sent is wrong: by field, by item, or as one sentence.",
    "403": "Not for this person; people without an account sign in first.",
    "404": "Not there, or not visible to this person.",
    "406": "No answer in the format that was asked for.",
    "409": "In conflict with what is there now.",
    "413": "More than one request may send.",
    "415": "Not a format that is read here.",
    "429": "Too many requests today; Retry-After says when to go on.",
    "503": "Too many requests at once, or a part of the site is down; Retry-After says when to go on.",
}
WITH_BODY = {"413", "415"}
SHAPES: dict[str, Any] = {
    "description": "One of: an object of lists of sentences by field, a list with such an object per item, a list of"
    " one sentence, {error, code}, {detail, code}.",
    "anyOf": [{"type": "object", "additionalProperties": {}}, {"type": "array", "items": {}}],
}

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

    def _get_paginator(self) -> Any:
        """Only lists that are read come in pages; what a change of many answers is a plain array."""
        return super()._get_paginator() if self.method == "GET" else None  # type: ignore[no-untyped-call]

    def get_filter_backends(self) -> list[Any]:
        backends: list[Any] = super().get_filter_backends()
        return backends if self.method == "GET" else []

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Flexible):
            schema.pop("required", None)  # `fields` and `omit` take any of them away
            for name, shape in serializer._expandable_fields.items():
                self._map_expandable(schema, name, shape, direction)
        return schema

    def _map_expandable(self, schema: dict[str, Any], name: str, shape: Any, direction: Direction) -> None:
        """An id that `expand` turns into an object, or a list of ids into one of objects."""
        kind, options = shape if isinstance(shape, tuple) else (shape, {})
        if isinstance(kind, type) and issubclass(kind, Serializer):
            whole: Any = self.resolve_serializer(kind, direction).ref
            whole = {"type": "array", "items": whole} if options.get("many") else whole
            plain = schema["properties"].get(name)
            schema["properties"][name] = {"anyOf": [plain, whole]} if plain else whole
        else:
            field = kind(**deepcopy(options))
            plain = self._map_serializer_field(field, direction)  # type: ignore[no-untyped-call]
            schema["properties"].setdefault(name, plain)


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


def add_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every operation may refuse; what is the same everywhere is said here, once."""
    result["components"].setdefault("schemas", {})[REFUSAL] = SHAPES
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{REFUSAL}"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            takes_body = "requestBody" in operation
            for status, description in REFUSALS.items():
                if takes_body or status not in WITH_BODY:
                    operation["responses"].setdefault(status, {"description": description, "content": content})
    return result
