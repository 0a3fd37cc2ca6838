"""Draws the page images that are made only when somebody looks closely."""

import tempfile
import threading
from pathlib import Path

from docplatform.lib import storage
from docplatform.lib.errors import Refused, Shape
from documents import paths
from documents.actions.assets import Asset
from documents.models import Version
from documents.pipeline import sandbox
from documents.pipeline.values import StepFailed
from documents.pipeline.work import ImageWork

SECONDS = 60
NOT_DRAWN = "This page could not be drawn in this size. Take the large one."
_drawing = threading.BoundedSemaphore(2)  # drawing costs a core: readers of finished images come first
_waiting = threading.BoundedSemaphore(4)  # each holds a thread of the web server, which has other things to do


def make_if_missing(asset: Asset) -> None:
    """Draw the asset's page and keep it, unless it is kept already. Raises Missing where there is no PDF to draw from,
    and Refused: 503 while too many pages are being drawn, 404 for a page that cannot be drawn.
    """
    if asset.render is None or storage.backend().exists(asset.key):
        return
    _take_turn()
    try:
        if not storage.backend().exists(asset.key):
            _draw(asset.key, *asset.render)
    except (StepFailed, sandbox.Crashed) as error:
        raise Refused("not_drawn", NOT_DRAWN, status=404, shape=Shape.DETAIL) from error
    finally:
        _drawing.release()


def _take_turn() -> None:
    if _drawing.acquire(blocking=False):
        return
    if _waiting.acquire(blocking=False):
        try:
            if _drawing.acquire(timeout=10):
                return
        finally:
            _waiting.release()
    raise Refused("busy", "Too many pages are being drawn. Try again in a few seconds.", status=503)


def _draw(key: str, version: Version, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "document.pdf"
        storage.backend().fetch(version.pdf_key, pdf)
        work = ImageWork(pdf=str(pdf), page=number, width=paths.SIZES["xlarge"], folder=folder)
        drawn = sandbox.run("image", work, timeout=SECONDS, on_tick=lambda: True)
        storage.backend().put(key, Path(drawn.image))
        if not Version.objects.filter(pk=version.pk).exists():
            # It was redacted meanwhile, and its images were deleted before this one was there.
            storage.backend().delete([key])
