"""The private PostgreSQL: used when no DATABASE_URL is set; on a unix socket, under the data directory."""

from docplatform.lib.postgres.cluster import Cluster, is_running, shared_memory_bytes
from docplatform.lib.postgres.place import Unusable, django_database, private_folder, url

__all__ = ["Cluster", "Unusable", "django_database", "is_running", "private_folder", "shared_memory_bytes", "url"]
