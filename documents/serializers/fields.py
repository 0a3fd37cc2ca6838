"""Kinds of input that documents have and DRF does not."""

import re
from typing import Any, cast

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from documents.actions import data_size

KEY = re.compile(r"[A-Za-z0-9_-]{1,50}")
MAX_VALUE = 300
MOST_KEYS = 1_000


class TitleField(serializers.CharField):
    """Kept as it was sent, because clients find their documents again by it; but not blank."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if not value.strip():
            self.fail("blank")
        return value


class FlagField(serializers.BooleanField):
    """A boolean that a form may leave out; DRF reads a missing one as false."""

    default_empty_html = empty


class AnyField(serializers.JSONField):
    """Any value; forms write it as JSON."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except RecursionError:
            self.fail("invalid")


class DataField(AnyField):
    """Custom metadata: keys to lists of short strings. A bare string becomes a list of one."""

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        data = super().to_internal_value(data)
        if not isinstance(data, dict):
            raise serializers.ValidationError("Send an object whose values are lists of strings.")
        cleaned = {self._key(key): self._values(key, value) for key, value in data.items()}
        if reason := data_size.refusal(cleaned):
            raise serializers.ValidationError(reason)
        return cleaned

    def _key(self, key: str) -> str:
        if not KEY.fullmatch(key):
            raise serializers.ValidationError(
                "Keys have 1 to 50 characters: letters and digits of ASCII, underscores and hyphens."
            )
        return key

    def _values(self, key: str, values: Any) -> list[str]:
        values = [values] if isinstance(values, str) else values
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise serializers.ValidationError(f"The value of {key} must be a list of strings.")
        trimmed = [value.strip() for value in values]
        for value in trimmed:
            if len(value) > MAX_VALUE:
                raise serializers.ValidationError(f"The values of {key} may have at most {MAX_VALUE} characters.")
            if "\x00" in value:
                raise serializers.ValidationError(f"The values of {key} may not contain null characters.")
            ProhibitSurrogateCharactersValidator()(value)
        return trimmed


class PrimaryKeysField(serializers.ListField):
    """Ids of rows, all of which must be among those that `allowed` gives for the requester; one query for all."""

    child = serializers.IntegerField()

    def __init__(self, *, allowed: Any, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MOST_KEYS, **kwargs})
        self.allowed = allowed

    def to_internal_value(self, data: Any) -> list[int]:
        ids: list[int] = list(dict.fromkeys(super().to_internal_value(data)))
        known = set(self.allowed(self.context["request"].user, ids)) if ids else set()
        missing = [f'Invalid pk "{pk}" - object does not exist.' for pk in ids if pk not in known]
        if missing:
            raise serializers.ValidationError(missing)
        return ids


class PrimaryKeyField(serializers.IntegerField):
    """The id of a row that must be among those that `allowed` gives for the requester."""

    def __init__(self, *, allowed: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = allowed

    def to_internal_value(self, data: Any) -> int:
        pk: int = super().to_internal_value(data)
        # the items of a request mostly name the same
        known = cast("dict[Any, Any]", self.context).setdefault(self.allowed, {})
        if pk not in known:
            known[pk] = pk in self.allowed(self.context["request"].user, [pk])
        if not known[pk]:
            raise serializers.ValidationError(f'Invalid pk "{pk}" - object does not exist.')
        return pk
