"""Finds the stored file behind an asset's path, as the contract spells it."""

import re
import uuid
from dataclasses import dataclass

from documents import paths
from documents.choices import JobState
from documents.models import Document, Job, Page, Version
from documents.pipeline import revisions

WHOLE = re.compile(r"[^/]+\.(?P<kind>pdf|txt|txt\.json)")
PAGE = re.compile(r"pages/[^/]+-p(?P<number>[1-9]\d{0,6})(?:\.(?P<kind>txt|position\.json)|-(?P<size>[a-z]+)\.gif)")
REVISION = re.compile(r"revisions/(?P<number>\d{4,9})-[^/]+\.(?P<extension>[a-z0-9]+)")
ORIGINAL = re.compile(r"original/[^/]+\.(?P<extension>[a-z0-9]+)")
TYPES = {"pdf": "application/pdf", "txt": "text/plain; charset=utf-8", "json": "application/json", "gif": "image/gif"}


@dataclass(frozen=True)
class Asset:
    """A stored file. `is_private`: for editors only, as it may hold more than readers are meant to see: the bytes as
    uploaded, and earlier states.

    `render` names the version and page (0-based) to draw when the file is made on demand and is not there yet.
    """

    key: str
    content_type: str
    filename: str
    is_private: bool = False
    render: tuple[Version, int] | None = None

    @property
    def disposition(self) -> str:
        """Only what a browser shows without running it is shown in place; everything else is saved."""
        shown = self.content_type in TYPES.values()
        return f'{"inline" if shown else "attachment"}; filename="{self.filename}"'


def find(document: Document, path: str, *, is_editor: bool) -> Asset | None:
    """The asset at `path` (`<slug>.pdf`, `pages/<slug>-p3.txt`, …; any slug). None: there is no such file.

    Readers get what the finished version holds; while the first one is being made, editors get its finished pages.
    """
    if match := ORIGINAL.fullmatch(path):
        return _original(document, match["extension"]) if is_editor else None
    if match := REVISION.fullmatch(path):
        return _revision(document, int(match["number"]), match["extension"]) if is_editor else None
    version = document.version or (_version_in_work(document) if is_editor else None)
    if version is None:
        return None
    if match := WHOLE.fullmatch(path):
        return _whole(document, version, match["kind"])
    if match := PAGE.fullmatch(path):
        return _page(document, version, int(match["number"]) - 1, match["kind"], match["size"])
    return None


def _version_in_work(document: Document) -> Version | None:
    job = Job.objects.filter(document=document, state=JobState.ACTIVE).select_related("version").first()
    return job.version if job else None


def _whole(document: Document, version: Version, kind: str) -> Asset | None:
    if not version.pdf_key:
        return None
    keys = {
        "pdf": version.pdf_key,
        "txt": paths.full_text(version.pdf_key),
        "txt.json": paths.json_text(version.pdf_key),
    }
    return Asset(keys[kind], TYPES[kind.rsplit(".", 1)[-1]], f"{document.slug}.{kind}")


def _page(document: Document, version: Version, number: int, kind: str | None, size: str | None) -> Asset | None:
    page = Page.objects.filter(entries__version=version, entries__number=number).first()
    name = f"{document.slug}-p{number + 1}"
    if page is None or (size and size not in paths.SIZES) or (kind and page.words is None):
        return None
    if size:
        on_demand = (version, number) if size not in paths.STORED_SIZES and version.pdf_key else None
        return Asset(paths.page_image(page.images, size), TYPES["gif"], f"{name}-{size}.gif", render=on_demand)
    words: uuid.UUID = page.words  # type: ignore[assignment]  # checked above
    if kind == "txt":
        return Asset(paths.page_text(words), TYPES["txt"], f"{name}.txt")
    return Asset(paths.page_boxes(words), TYPES["json"], f"{name}.position.json")


def _revision(document: Document, number: int, extension: str) -> Asset | None:
    """The PDF of that state; for a first one that was no PDF, the file as it was uploaded."""
    revision = revisions.kept(document).filter(number=number, extension=extension).first()
    if revision is None or revision.version is None:
        return None
    if extension != "pdf":
        return _original(document, extension)
    name = f"{number:04}-{document.slug}.pdf"
    return Asset(revision.version.pdf_key, TYPES["pdf"], name, is_private=True)


def _original(document: Document, extension: str) -> Asset | None:
    if not document.original_hash or extension != document.original_extension:
        return None

    content_type = TYPES["pdf"] if extension == "pdf" else "application/octet-stream"
    key = paths.original(document.pk, document.original_hash)
    return Asset(key, content_type, f"{document.slug}.{extension}", is_private=True)
