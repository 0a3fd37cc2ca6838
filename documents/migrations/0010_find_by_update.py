"""Programs that keep up with changes ask for documents by the time of their last one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_bulk_options_of_documents")]

    operations = [
        migrations.AddIndex("document", models.Index(fields=["updated_at", "id"], name="document_by_updated")),
    ]
