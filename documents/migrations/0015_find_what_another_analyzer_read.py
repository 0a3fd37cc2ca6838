"""Finds what another analyzer read. And PostgreSQL draws no samples of page texts for its planner any more, which has
no use for them: a redacted text would stand there until the next one. (A new type, even the same, drops the old.)"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0014_saved_searches_that_find_very_many")]

    operations = [
        migrations.AddIndex(
            model_name="pagetext",
            index=models.Index(fields=["analyzer"], name="page_text_by_analyzer"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["analyzer"], name="search_doc_by_analyzer"),
        ),
        migrations.RunSQL(
            "ALTER TABLE documents_pagetext ALTER body TYPE text, ALTER body SET STATISTICS 0",
            "ALTER TABLE documents_pagetext ALTER body SET STATISTICS -1",
        ),
    ]
