"""The words that a redaction removes, and where else they stand: people have to look there themselves."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q

from docplatform.lib import storage
from documents import paths, permissions
from documents.actions.covered import Covered
from documents.models import Document, Entity, Mention, Note, Page, Section
from documents.pipeline.values import Cover
from documents.search import analyzer
from documents.search.languages import STOP_WORDS
from organizations.models import User

LEAST = 3  # letters; shorter words stand everywhere
INSIDE = 0.2  # of a word's width and height: a box that only touches a word does not remove it
FIELDS = ("title", "slug", "description", "source", "related_article", "published_url")
AT_MOST = 100  # ids of each kind


class Removed:
    """What lies under boxes of a document, by the words that were read on its pages. They are read again for it."""

    def __init__(self, document: Document, covers: Sequence[Cover]) -> None:
        self.document = document
        self.covers = covers
        self.numbers = {cover.page for cover in covers}
        self._covered = Covered(covers)
        found = {word for number, page in self._pages() for word in self._beneath(number, page)}
        self._words = frozenset(word for word in found if word not in STOP_WORDS)
        self._unspaced = tuple(word for word in self._words if analyzer.UNSPACED.search(word))

    def in_text(self, text: str) -> bool:
        """Does one of the words stand in the text?"""
        if not self._words.isdisjoint(_words(text)):
            return True
        folded = text.casefold()
        return any(word in folded for word in self._unspaced)

    def in_data(self, key: str, values: Iterable[str]) -> bool:
        """Does one of them stand in an entry of the document's data?"""
        return self.in_text(" ".join([key, *values]))

    def found_in(self, actor: User) -> dict[str, Any]:
        """Names of fields, keys of data, and ids. `notes_under`: notes whose place is covered, whatever they say."""
        notes = list(Note.objects.filter(permissions.view_notes(actor), document=self.document).order_by("pk"))
        sections = Section.objects.filter(document=self.document).order_by("pk")
        visible = Entity.objects.filter(permissions.view_entities(actor)).values("pk")
        mentions = Mention.objects.filter(document=self.document, entity__in=visible).select_related("entity")
        data = self.document.data if isinstance(self.document.data, dict) else {}
        return {
            "fields": [name for name in FIELDS if self.in_text(getattr(self.document, name))],
            "data": [key for key, values in data.items() if self.in_data(key, values)],
            "notes": [note.pk for note in notes if self.in_text(f"{note.title} {note.content}")][:AT_MOST],
            "notes_under": [note.pk for note in notes if self._covers(note)][:AT_MOST],
            "sections": [section.pk for section in sections if self.in_text(section.title)][:AT_MOST],
            "entities": [mention.entity_id for mention in mentions if self._in_mention(mention)][:AT_MOST],
            "documents": self._documents(actor),
        }

    def _documents(self, actor: User) -> list[int]:
        """Other documents of the same file, or with one of the pages. The file only where the actor may have it: else a
        guess, uploaded and redacted, would tell what a published document was made from."""
        same = Q(pk__in=Document.objects.filter(version__pages__in=self._rows()).values("pk"))
        if self.document.original_hash:
            same |= Q(original_hash=self.document.original_hash) & permissions.edit(actor)
        others = Document.objects.filter(permissions.view(actor)).filter(same).exclude(pk=self.document.pk)
        return list(others.order_by("pk").values_list("pk", flat=True)[:AT_MOST])

    def _rows(self) -> list[int]:
        entries = self.document.version.entries if self.document.version else None
        return list(entries.filter(number__in=self.numbers).values_list("page", flat=True)) if entries else []

    def _pages(self) -> Iterator[tuple[int, Page]]:
        if self.document.version is None:
            return
        for entry in self.document.version.entries.filter(number__in=self.numbers).select_related("page"):
            yield entry.number, entry.page

    def _beneath(self, number: int, page: Page) -> Iterator[str]:
        """The words of a page that lie under one of the boxes."""
        for row in _rows(page):
            wide, high = INSIDE * (row["x2"] - row["x1"]), INSIDE * (row["y2"] - row["y1"])
            if self._covered.meets(number, row["x1"] + wide, row["y1"] + high, row["x2"] - wide, row["y2"] - high):
                yield from _words(row["text"])

    def _in_mention(self, mention: Mention) -> bool:
        said = (str(place["content"]) for place in mention.occurrences)
        return self.in_text(" ".join([mention.entity.name, *said]))

    def _covers(self, note: Note) -> bool:
        if note.x1 is None or note.x2 is None or note.y1 is None or note.y2 is None:
            return False
        return self._covered.meets(note.page_number, note.x1, note.y1, note.x2, note.y2)


def _rows(page: Page) -> list[dict[str, Any]]:
    """The page's words and their places."""
    if page.words is None:
        return []
    try:
        rows: list[dict[str, Any]] = json.loads(storage.backend().read(paths.page_boxes(page.words)))
    except storage.Missing:
        return []
    return rows


def _words(text: str) -> Iterator[str]:
    for match in analyzer.WORDS.finditer(text):
        if len(match.group()) >= LEAST:
            yield analyzer.fold(match.group())
