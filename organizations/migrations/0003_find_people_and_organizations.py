"""Substring search of people and organizations without reading the whole table."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("organizations", "0002_extensions")]
    operations = [
        migrations.AddIndex(
            "user",
            GinIndex(
                OpClass(Upper("username"), name="gin_trgm_ops"),
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("email"), name="gin_trgm_ops"),
                name="user_find",
            ),
        ),
        migrations.AddIndex(
            "organization", GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="organization_find")
        ),
    ]
