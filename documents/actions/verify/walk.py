"""The whole walk, one finding after another."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q

from documents.actions.verify import contents, orphans, rows
from documents.actions.verify.finding import Finding
from documents.actions.verify.repair import Repair
from documents.choices import Status
from documents.models import Document

AT_ONCE = 200


def walk(*, quick: bool, repair: bool) -> Iterator[Finding]:
    """Everything that is wrong, with what became of it. Documents come and go meanwhile: each is looked at once."""
    repairs = Repair()
    for finding in _findings(quick=quick):
        yield replace(finding, outcome=repairs.mend(finding)) if repair else finding


def _findings(*, quick: bool) -> Iterator[Finding]:
    yield from list(rows.check())
    kept = Document.objects.filter(~Q(status=Status.DELETED) | Q(trashed_at__isnull=False))
    rows_in_order, last = kept.select_related("version").order_by("pk"), 0
    while batch := list(rows_in_order.filter(pk__gt=last)[:AT_ONCE]):
        for document in batch:
            yield from contents.check(document, quick=quick)
        last = batch[-1].pk
    yield from orphans.check()
