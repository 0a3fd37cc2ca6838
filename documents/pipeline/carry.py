"""Notes, sections and prepared redactions go with their pages when these are moved, copied, turned or taken over.

Runs in the transaction in which readers get the new pages.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from django.db.models import F

from documents import permissions
from documents.models import Job, Note, RedactionDraft, Section, Version
from documents.pipeline.leaves import Leaf
from documents.pipeline.turning import Box, turned
from documents.search import notes

Boxed = TypeVar("Boxed", Note, RedactionDraft)
Places = Mapping[int, Sequence[tuple[int, int]]]
"""Page of the source → where it is now: (new page, degrees), in their order."""
NO_BOX = dict.fromkeys(Box._fields)
WHERE = ("page_number", *Box._fields)
OUT_OF_THE_WAY = 1_000_000_000  # no document has so many pages


def everything(job: Job, plan: Sequence[Leaf]) -> None:
    """Give everything on the job's document its new place, and copy what lies on pages of others."""
    places: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for number, leaf in enumerate(plan):
        places[leaf.version][leaf.page].append((number, leaf.turn))
    own = places.pop(job.options["base"], {})
    documents = Version.objects.filter(pk__in=places).values_list("document_id", "pk")
    foreign = {document: places[version] for document, version in documents}
    _notes(job, own, foreign)
    _drafts(job, own)
    _sections(job, own, foreign)


def _notes(job: Job, own: Places, foreign: Mapping[int, Places]) -> None:
    """Copies are only made of notes that the person who asked may see."""
    visible = Note.objects.filter(permissions.view_notes(job.user))
    mine = list(Note.objects.filter(document=job.document_id).order_by("pk"))
    seen = set(visible.filter(document=job.document_id).values_list("pk", flat=True))
    copies = [made for note in mine if note.pk in seen for made in _copies(note, own.get(note.page_number, ())[1:])]
    for note in visible.filter(document__in=foreign).order_by("pk"):
        copies += _copies(note, foreign[note.document_id].get(note.page_number, ()))
    for note in mine:
        if note.page_number in own:
            _put(note, *own[note.page_number][0])
        else:
            # The page is gone, what was said about it is not.
            _set(note, {"page_number": 0, **NO_BOX})
    Note.objects.bulk_update(mine, WHERE, batch_size=500)
    _add_notes(job, copies)


def _add_notes(job: Job, copies: list[Note]) -> None:
    """As old as what they are copies of."""
    times = [(note.created_at, note.updated_at) for note in copies]
    for note in copies:
        note.document_id = job.document_id
    Note.objects.bulk_create(copies)
    for note, (created_at, updated_at) in zip(copies, times, strict=True):
        note.created_at, note.updated_at = created_at, updated_at
    Note.objects.bulk_update(copies, ["created_at", "updated_at"], batch_size=500)
    notes.read([(note, job.document.language) for note in copies])


def _drafts(job: Job, own: Places) -> None:
    """A box on the wrong page would redact the wrong words; on a copied page the words are there twice."""
    drafts = list(RedactionDraft.objects.filter(document=job.document_id).order_by("pk"))
    gone = [draft.pk for draft in drafts if draft.page_number not in own]
    kept = [draft for draft in drafts if draft.page_number in own]
    copies = [made for draft in kept for made in _copies(draft, own[draft.page_number][1:])]
    for draft in kept:
        _put(draft, *own[draft.page_number][0])
    gone += [draft.pk for draft in kept if draft.x1 is None]
    RedactionDraft.objects.filter(pk__in=gone).delete()
    RedactionDraft.objects.bulk_update([draft for draft in kept if draft.x1 is not None], WHERE, batch_size=500)
    RedactionDraft.objects.bulk_create(draft for draft in copies if draft.x1 is not None)


def _sections(job: Job, own: Places, foreign: Mapping[int, Places]) -> None:
    """A page begins one section at most: the first that comes."""
    old = Section.objects.filter(document=job.document_id)
    kept: dict[int, Section] = {}
    copies: dict[int, Section] = {}
    for section in old.order_by("page_number"):
        for first, (number, _) in enumerate(own.get(section.page_number, ())):
            if first == 0:
                kept[number] = section
            else:
                copies[number] = Section(document_id=job.document_id, page_number=number, title=section.title)
    for section in Section.objects.filter(document__in=foreign).order_by("page_number"):
        for number, _ in foreign[section.document_id].get(section.page_number, ()):
            copies.setdefault(number, Section(document_id=job.document_id, page_number=number, title=section.title))
    old.exclude(pk__in=[section.pk for section in kept.values()]).delete()
    # Two sections that change places must not meet on the way.
    old.update(page_number=F("page_number") + OUT_OF_THE_WAY)
    for number, section in kept.items():
        section.page_number = number
    Section.objects.bulk_update(kept.values(), ["page_number"], batch_size=500)
    Section.objects.bulk_create(section for number, section in copies.items() if number not in kept)


def _copies(row: Boxed, places: Iterable[tuple[int, int]]) -> list[Boxed]:
    made = []
    for number, degrees in places:
        other = copy.copy(row)
        other.pk, other._state = None, copy.copy(row._state)
        other._state.adding = True
        _put(other, number, degrees)
        made.append(other)
    return made


def _put(row: Boxed, number: int, degrees: int) -> None:
    """Onto the new page, the box turned with it."""
    row.page_number = number
    if row.x1 is None or row.x2 is None or row.y1 is None or row.y2 is None:
        return
    box = turned(Box(row.x1, row.x2, row.y1, row.y2), degrees)
    if box.x1 < box.x2 and box.y1 < box.y2:
        _set(row, box._asdict())
    else:
        # narrower than numbers can tell once it is turned
        _set(row, NO_BOX)


def _set(row: Boxed, values: Mapping[str, float | None]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
