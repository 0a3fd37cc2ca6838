"""The only speller of storage keys. Page numbers in names that people see are 1-based, inside they are 0-based."""

import uuid
from collections.abc import Iterator

SIZES: dict[str, int] = {"xlarge": 2000, "large": 1000, "normal": 700, "small": 180, "thumbnail": 60}
"""Widths of page images in pixels."""
STORED_SIZES: tuple[str, ...] = ("large", "normal", "small", "thumbnail")
"""The sizes that the pipeline makes; xlarge is made when first asked for."""


AREAS = ("uploads", "documents", "pages", "work", "mail")
"""The folders that hold everything; below them lies a folder for each document, page, job or person."""


def owner(key: str) -> str:
    """The document, folder of a page, job, or person that a key belongs to."""
    return key.split("/")[1]


def page_folder(folder: uuid.UUID) -> str:
    """The folder of a page's images, or of its text and boxes."""
    return f"pages/{folder}"


def new_upload(document_id: int) -> str:
    """A random key for one upload, so that a late PUT never replaces a processed file."""
    return f"uploads/{document_id}/{uuid.uuid4()}"


def fetched(document_id: int, token: uuid.UUID) -> str:
    """The bytes that a claim fetched from another server."""
    return f"uploads/{document_id}/{token}"


def uploads(document_id: int) -> str:
    """The folder of everything that was uploaded for a document."""
    return f"uploads/{document_id}"


def files(document_id: int) -> str:
    """The folder of everything that belongs to a document, except its pages."""
    return f"documents/{document_id}"


def original(document_id: int, sha256: str) -> str:
    """The bytes as they were uploaded, by their own hash."""
    return f"documents/{document_id}/original/{sha256}"


def pdf(document_id: int, version_id: int, token: uuid.UUID) -> str:
    """A version's PDF; the claim's token keeps a late worker from replacing it."""
    return f"documents/{document_id}/versions/{version_id}-{token}/document.pdf"


def full_text(pdf_key: str) -> str:
    """A version's whole text, beside its PDF."""
    return pdf_key.removesuffix("document.pdf") + "document.txt"


def json_text(pdf_key: str) -> str:
    """A version's text by page, beside its PDF."""
    return pdf_key.removesuffix("document.pdf") + "document.txt.json"


def page_image(images: uuid.UUID, size: str) -> str:
    """One GIF of a page."""
    return f"pages/{images}/{size}.gif"


def page_text(words: uuid.UUID) -> str:
    """The text of a page."""
    return f"pages/{words}/page.txt"


def page_boxes(words: uuid.UUID) -> str:
    """The word boxes of a page: a JSON array of {text, x1, x2, y1, y2}, fractions, origin top left."""
    return f"pages/{words}/boxes.json"


def work(job_id: int, name: str) -> str:
    """Something that one step of a job hands to a later one; removed when the job is over."""
    return f"work/{job_id}/{name}"


def new_mail(user_id: int) -> str:
    """A random key for one message that was mailed to a person."""
    return f"mail/{user_id}/{uuid.uuid4()}.eml"


def page_artefacts(images: uuid.UUID, words: uuid.UUID | None) -> Iterator[str]:
    """Every key that may exist for a page."""
    for size in SIZES:
        yield page_image(images, size)
    if words is not None:
        yield page_text(words)
        yield page_boxes(words)
