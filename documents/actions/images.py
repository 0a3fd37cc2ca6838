"""Draws the page images that are made only when somebody looks closely."""

import tempfile
import threading
from pathlib import Path

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from documents import paths
from documents.actions.assets import Asset
from documents.models import Version
from documents.pipeline import sandbox
from documents.pipeline.work import ImageWork

SECONDS = 60
_drawing = threading.BoundedSemaphore(2)  # drawing costs a core: readers of finished images come first


def make_if_missing(asset: Asset) -> None:
    """Draw the asset's page and keep it, unless it is kept already. Refused(503) while too many are being drawn."""
    if asset.render is None or storage.backend().exists(asset.key):
        return
    if not _drawing.acquire(timeout=10):
        raise Refused("busy", "Too many pages are being drawn. Try again in a few seconds.", status=503)
    try:
        if not storage.backend().exists(asset.key):
            _draw(asset.key, *asset.render)
    finally:
        _drawing.release()


def _draw(key: str, version: Version, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "document.pdf"
        storage.backend().fetch(version.pdf_key, pdf)
        work = ImageWork(pdf=str(pdf), page=number, width=paths.SIZES["xlarge"], folder=folder)
        drawn = sandbox.run("image", work, timeout=SECONDS, on_tick=lambda: True)
        storage.backend().put(key, Path(drawn.image))
