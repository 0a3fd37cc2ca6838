"""Where a claim stores its pages: folders made from its token, so that two claims never write the same key.

A claim that is lost after it stored something is known by its token alone; the sweep finds everything from it.
"""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

from docplatform.lib.storage.base import Content
from documents import paths
from documents.pipeline.values import RatedWord, Word
from documents.pipeline.work import PageRead
from documents.search import index


def images_folder(token: uuid.UUID, number: int) -> uuid.UUID:
    """The folder for the images of page `number` that the claim makes."""
    return uuid.uuid5(token, f"images/{number}")


def words_folder(token: uuid.UUID, number: int) -> uuid.UUID:
    """The folder for the text and boxes of page `number` that the claim makes."""
    return uuid.uuid5(token, f"words/{number}")


def images(token: uuid.UUID, page: PageRead) -> Iterator[tuple[str, Content]]:
    """A page's images, by key."""
    folder = images_folder(token, page.number)
    for size, path in page.images.items():
        yield paths.page_image(folder, size), Path(path)


def words(token: uuid.UUID, page: PageRead) -> Iterator[tuple[str, Content]]:
    """A page's text and word boxes, by key."""
    folder = words_folder(token, page.number)
    yield paths.page_text(folder), text_of(page).encode()
    yield paths.page_boxes(folder), json.dumps([box(word) for word in page.words], ensure_ascii=False).encode()


def text_of(page: PageRead) -> str:
    """The page's text, the same in storage and in the database."""
    return index.storable(page.text or "")


def box(word: Word) -> dict[str, str | float]:
    """One word as readers get it: the order of keys is the contract's."""
    text = index.storable(word.text)
    row: dict[str, str | float] = {"text": text, "x1": word.x1, "x2": word.x2, "y1": word.y1, "y2": word.y2}
    if isinstance(word, RatedWord):
        row |= {"confidence": word.confidence, "type": index.storable(word.type)}
    return row


def lost_keys(token: uuid.UUID, pages: list[int]) -> Iterator[str]:
    """Every key that a lost claim may have left behind."""
    for number in pages:
        yield from paths.page_artefacts(images_folder(token, number), words_folder(token, number))
