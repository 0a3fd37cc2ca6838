"""A database that lacks an extension gets a sentence that says what to do."""

from importlib import import_module

import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.migrations.state import ProjectState

MIGRATION = import_module("organizations.migrations.0002_extensions")


@pytest.mark.parametrize("name", ["pg_trgm", "fuzzystrmatch", "unaccent"])
def test_the_extensions_are_there(db: None, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = %s", [name])
        assert cursor.fetchone()


def test_a_missing_one_is_explained(db: None) -> None:
    operation, state = MIGRATION.Extension("no_such_thing"), ProjectState()
    with pytest.raises(CommandError, match="CREATE EXTENSION no_such_thing;"), transaction.atomic():
        operation.database_forwards("organizations", connection.schema_editor(), state, state)
