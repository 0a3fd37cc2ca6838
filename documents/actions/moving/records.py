"""What an archive says of rows: plain values, without the ids of this installation's people."""

import hashlib
from typing import Any

from docplatform.lib.moments import moment
from documents.models import Document, Note, Page, Revision, SavedSearch, Section
from organizations.models import Event, Organization, User
from projects.models import Project

DOCUMENT = (
    "title",
    "access",
    "status",
    "language",
    "original_extension",
    "description",
    "source",
    "data",
    "related_article",
    "published_url",
    "noindex",
    "revision_control",
    "page_count",
    "file_hash",
    "original_hash",
)
NOTE = ("page_number", "access", "title", "content", "x1", "x2", "y1", "y2")


def email_hash(email: str) -> str:
    """An address by which somebody is found again, but not learned of; empty where there is none."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest() if email else ""


def person(user: User) -> dict[str, Any]:
    """Who it is."""
    return {"username": user.username, "email_sha256": email_hash(user.email)}


def organization(row: Organization) -> dict[str, Any]:
    """Which it is."""
    return {"slug": row.slug, "uuid": str(row.uuid)}


def document(row: Document) -> dict[str, Any]:
    """All that people know about a document."""
    facts = {name: getattr(row, name) for name in DOCUMENT}
    dates = {"created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}
    publish_at = moment(row.publish_at) if row.publish_at else None
    whose = {"user": person(row.user), "organization": organization(row.organization)}
    return {"kind": "document", "id": row.pk, **facts, **dates, "publish_at": publish_at, **whose}


def note(row: Note) -> dict[str, Any]:
    """A note with its author."""
    facts = {name: getattr(row, name) for name in NOTE}
    dates = {"created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}
    return {"kind": "note", "id": row.pk, **facts, **dates, "user": person(row.user)}


def section(row: Section) -> dict[str, Any]:
    """Where a section begins."""
    return {"kind": "section", "id": row.pk, "page_number": row.page_number, "title": row.title}


def revision(row: Revision) -> dict[str, Any]:
    """An earlier state."""
    facts = {"number": row.number, "comment": row.comment, "extension": row.extension}
    return {"kind": "revision", **facts, "created_at": moment(row.created_at), "user": person(row.user)}


def event(row: Event) -> dict[str, Any]:
    """A line of the log; its ids are those of the installation that it was exported from."""
    facts = {"event": row.kind, "at": moment(row.at), "actor": row.actor_id, "data": row.data}
    return {"kind": "event", **facts, "target_type": row.target_type, "target": row.target_id}


def page(number: int, row: Page, words: list[Any]) -> dict[str, Any]:
    """A page's text and where its words stand."""
    facts = {"ocr": row.ocr, "language": row.language, "confidence": row.confidence, "error": row.error}
    size = {"width": row.width, "height": row.height}
    text = getattr(row, "text", None)  # a page that lost it is exported all the same
    return {"page": number, **size, **facts, "text": text.body if text else None, "words": words}


def project(row: Project) -> dict[str, Any]:
    """A project with its people."""
    facts = {"id": row.pk, "title": row.title, "description": row.description, "private": row.private}
    people = [{**person(place.user), "access": place.access} for place in row.collaborators.all()]
    return {"kind": "project", **facts, "created_at": moment(row.created_at), "collaborators": people}


def search(row: SavedSearch) -> dict[str, Any]:
    """A search that somebody keeps."""
    return {"kind": "search", "uuid": str(row.uuid), "name": row.name, "query": row.query}
