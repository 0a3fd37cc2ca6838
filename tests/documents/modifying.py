"""For tests of modifications: send one, carry it out, and look at what is left of pages, notes and sections."""

from typing import Any

from documents.models import Document, Note, Page, Section
from organizations.models import User
from tests.conftest import client_of
from tests.documents.processing import drain

TURNS = {name: [{"type": "rotate", "angle": name}] for name in ("cc", "ccw", "hw")}
BOX = {"x1": 0.1, "x2": 0.3, "y1": 0.2, "y2": 0.6}


def send(user: Any, document: Document, body: Any) -> Any:
    return client_of(user).post(f"/api/documents/{document.pk}/modifications/", body, format="json")


def modify(user: User, document: Document, body: Any) -> Document:
    """Carried out to its end; the document as it then is."""
    response = send(user, document, body)
    assert response.status_code == 201, response.json()
    drain()
    document.refresh_from_db()
    return document


def rows(document: Document) -> list[Page]:
    assert document.version
    return [entry.page for entry in document.version.entries.order_by("number").select_related("page__text")]


def note(document: Document, page: int, user: User, title: str = "Look", access: str = "public", **box: float) -> Note:
    owner = {"user": user, "organization": user.organization}
    return Note.objects.create(document=document, page_number=page, title=title, access=access, **owner, **box)


def notes(document: Document) -> list[tuple[Any, ...]]:
    found = Note.objects.filter(document=document).order_by("page_number", "pk")
    return [(one.page_number, one.title, one.x1, one.x2, one.y1, one.y2) for one in found]


def section(document: Document, page: int, title: str) -> Section:
    return Section.objects.create(document=document, page_number=page, title=title)


def sections(document: Document) -> list[tuple[int, str]]:
    return list(Section.objects.filter(document=document).order_by("page_number").values_list("page_number", "title"))
