"""The extensions of PostgreSQL that search and the support pages rest on; every managed service has them."""

from django.contrib.postgres.operations import CreateExtension
from django.core.management.base import CommandError
from django.db import migrations
from django.db.utils import NotSupportedError, OperationalError, ProgrammingError


class Extension(CreateExtension):
    """Says what to do where the database user may not create it, or the server lacks it."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except (NotSupportedError, OperationalError, ProgrammingError) as error:
            database = schema_editor.connection.settings_dict["NAME"]
            raise CommandError(
                f'The extension {self.name} of PostgreSQL is missing in the database "{database}" and could not be '
                f"created: {str(error).strip()}. Let an administrator of the database server run "
                f"CREATE EXTENSION {self.name}; in this database (the Debian package postgresql has it), "
                "then start again."
            ) from error


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]
    operations = [Extension("pg_trgm"), Extension("fuzzystrmatch"), Extension("unaccent")]
