"""Vectors are read far more often than written: lz4 (where the server has it) unpacks them several times faster than
PostgreSQL's own compression. And one index less that tempts the planner to read them all."""

from django.db import migrations

COMPRESS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)) THEN
    ALTER TABLE documents_searchdoc ALTER terms SET COMPRESSION {method}, ALTER digest SET COMPRESSION {method};
    ALTER TABLE documents_pagetext ALTER tsv SET COMPRESSION {method}, ALTER body SET COMPRESSION {method};
  END IF;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_search_digest_inline")]

    operations = [
        migrations.RunSQL(COMPRESS.format(method="lz4"), COMPRESS.format(method="default")),
        migrations.RemoveIndex("searchdoc", "search_doc_created"),
    ]
