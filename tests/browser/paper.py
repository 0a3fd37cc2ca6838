"""Prints documents for browser tests: real page images, texts and word boxes in the storage, found by the search."""

import io
import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from PIL import Image, ImageDraw, ImageFont

from docplatform.lib import storage
from documents import paths
from documents.models import Document, Page, Version, VersionPage
from documents.search import index
from organizations.models import User
from tests.documents.factories import make_document

POINTS = (612.0, 792.0)
WIDE = 1000
MARGIN = 110
LINE = 34


def draw(text: str, number: int) -> tuple[Image.Image, list[dict[str, Any]]]:
    """A page of text with a heading line for its number, and the boxes of its words."""
    height = round(WIDE * POINTS[1] / POINTS[0])
    image = Image.new("L", (WIDE, height), 255)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=22)
    words = []
    for row, line in enumerate(text.splitlines()):
        x, y = float(MARGIN), MARGIN + row * LINE
        for word in line.split():
            width = pen.textlength(word, font=font)
            pen.text((x, y), word, font=font, fill=20)
            box = {"x1": x / WIDE, "x2": (x + width) / WIDE, "y1": (y + 2) / height, "y2": (y + 28) / height}
            words.append({"text": word, **box})
            x += width + 8
    pen.text((WIDE / 2, height - 70), str(number + 1), font=font, fill=120)
    return image, words


def gif(image: Image.Image, width: int) -> bytes:
    """The image at a width, as the pipeline stores it."""
    out = io.BytesIO()
    image.resize((width, round(image.height * width / image.width)), Image.Resampling.BILINEAR).save(out, "GIF")
    return out.getvalue()


def store_page(page: Page, text: str, number: int) -> None:
    """Put a page's artefacts where readers find them."""
    assert page.words
    image, words = draw(text, number)
    items = [(paths.page_image(page.images, size), gif(image, paths.SIZES[size])) for size in paths.SIZES]
    items.append((paths.page_text(page.words), text.encode()))
    items.append((paths.page_boxes(page.words), json.dumps(words).encode()))
    storage.backend().put_many(items)


def print_document(user: User, texts: Sequence[str], *, copies: int = 1, **fields: Any) -> Document:
    """A finished document with these pages. `copies` repeats them all without storing them anew."""
    with transaction.atomic():
        document = make_document(user, **fields)
        version = Version.objects.create(document=document, file_hash="f" * 40)
        version.pdf_key = paths.pdf(document.pk, version.pk, uuid.uuid4())
        firsts = [_page(document) for _ in texts]
        for number, (page, text) in enumerate(zip(firsts, texts, strict=True)):
            store_page(page, text, number)
        copied = [_page(document, like=first) for _ in range(copies) for first in firsts]
        pages = Page.objects.bulk_create(copied)
        VersionPage.objects.bulk_create(VersionPage(version=version, number=n, page=p) for n, p in enumerate(pages))
        index.add_pages(list(zip(pages, list(texts) * copies, strict=True)))
        _finish(document, version, list(texts) * copies)
        index.write(document)
    return document


def _page(document: Document, *, like: Page | None = None) -> Page:
    page = Page(words=uuid.uuid4(), width=POINTS[0], height=POINTS[1], language=document.language)
    if like:
        page.images, page.words = like.images, like.words
    return page


def _finish(document: Document, version: Version, texts: list[str]) -> None:
    entries = [{"page": number, "contents": text, "ocr": None} for number, text in enumerate(texts)]
    backend = storage.backend()
    backend.put(version.pdf_key, b"%PDF-1.4\n%%EOF\n")
    backend.put(paths.full_text(version.pdf_key), "\n\n".join(texts).encode())
    backend.put(paths.json_text(version.pdf_key), json.dumps({"updated": 0, "pages": entries}).encode())
    last = len(texts) - 1
    version.page_count = len(texts)
    version.page_spec = f"{POINTS[0]:.2f}x{POINTS[1]:.2f}:0" + (f"-{last}" if last else "")
    version.save()
    document.version, document.file_hash = version, version.file_hash
    document.page_count, document.page_spec = version.page_count, version.page_spec
    document.save()
