"""Substring search of projects without reading the whole table."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("organizations", "0002_extensions")]
    operations = [
        migrations.AddIndex("project", GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="project_find"))
    ]
