"""Deleting stored files safely: their keys are written down in the transaction that stops speaking of them, and the
files go after it, however often that takes.
"""

from collections.abc import Iterable, Sequence

from docplatform.lib import storage
from documents.models import Doomed

AT_ONCE = 2000


def doom(keys: Iterable[str]) -> None:
    """Have files deleted once the caller's transaction is committed. Keys of the pipeline are never used again."""
    Doomed.objects.bulk_create((Doomed(key=key) for key in keys), ignore_conflicts=True, batch_size=AT_ONCE)


def carry_out() -> int:
    """Delete some of the doomed files; how many. May run twice at once."""
    keys = list(Doomed.objects.order_by("pk").values_list("key", flat=True)[:AT_ONCE])
    delete(keys)
    return len(keys)


def delete(keys: Sequence[str]) -> None:
    """Delete doomed files; only then forget them."""
    storage.backend().delete(keys)
    Doomed.objects.filter(key__in=keys).delete()


def carry_out_all() -> None:
    """Delete everything that is doomed by now, without waiting for the next round."""
    while carry_out():
        pass
