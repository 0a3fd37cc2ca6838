"""Every hit's digest is read for its score: it stays in the row instead of being moved aside."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE documents_searchdoc ALTER COLUMN digest SET STORAGE MAIN",
            "ALTER TABLE documents_searchdoc ALTER COLUMN digest SET STORAGE EXTENDED",
        )
    ]
