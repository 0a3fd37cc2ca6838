"""A column that holds the id of the transaction that wrote the row."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func


class TransactionId(models.BigIntegerField[int, int]):
    """The id of the transaction that wrote the row; unlike xmin it never wraps around. Set by the database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, db_default=Func(function="pg_current_xact_id"), editable=False)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, *args: Any, **kwargs: Any) -> Any:
        """Digits, which PostgreSQL takes for an xid8; it compares none with a number."""
        return str(value) if isinstance(value, int) else value

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> int | None:
        """The driver knows no xid8 and hands over its digits."""
        return None if value is None else int(value)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {key: kwargs[key] for key in kwargs if key not in ("db_default", "editable")}
