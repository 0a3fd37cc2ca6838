"""Bulk jobs remember the filters beside their query; their documents may have options of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_stale_marks")]

    operations = [
        migrations.AddField("bulkjob", "filters", models.JSONField(default=dict)),
        migrations.AddField("bulkitem", "options", models.JSONField(default=dict)),
    ]
