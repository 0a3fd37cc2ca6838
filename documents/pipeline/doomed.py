"""Deleting stored files safely: their keys are written down in the transaction that stops speaking of them, and the
files go after it, however often that takes.
"""

from collections.abc import Iterable

from docplatform.lib import storage
from documents.models import Doomed

AT_ONCE = 2000


def doom(keys: Iterable[str]) -> None:
    """Have files deleted once the caller's transaction is committed. Keys of the pipeline are never used again."""
    Doomed.objects.bulk_create((Doomed(key=key) for key in keys), ignore_conflicts=True, batch_size=AT_ONCE)


def carry_out() -> int:
    """Delete some of the doomed files; how many. May run twice at once."""
    rows = list(Doomed.objects.order_by("pk")[:AT_ONCE])
    storage.backend().delete([row.key for row in rows])
    Doomed.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
