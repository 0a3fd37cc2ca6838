"""The last step of a redaction: looks in the files as readers get them for anything that is left under the boxes, and
for anything in the new PDF that its pages do not show.

The first finding ends the job, so that nobody takes the document for redacted.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pypdfium2.raw as c
from pikepdf import Array, Dictionary, Object, Pdf, Stream
from PIL import Image

from documents.pipeline.edits import ProvedPage, ProveWork
from documents.pipeline.steps import covers, drawing, pdfium, tesseract, words
from documents.pipeline.steps.clean import SHOWN, UNSHOWN
from documents.pipeline.values import Cover, StepFailed, Word

DPI = 300
BLURRED = 2  # pixels at the edge of a box that mix with their neighbours where an image is made smaller
PACK = "eng"  # whatever it is, no letters are expected
ROOT = {"/Type", "/Pages", "/Version", "/Extensions"}
PAGE = {*SHOWN, "/Type", "/Parent", "/Contents", "/Resources", "/Annots"}
ANNOTATION = {"/Type", "/Subtype", "/Rect", "/Border", "/A"}


def run(work: ProveWork) -> Mapping[str, object]:
    """Figures of what was looked at; StepFailed where anything is found."""
    found = {"pages": len(work.pages), "boxes": 0, "pixels": 0, "words": 0, "objects": 0}
    with pdfium.opened(work.pdf, forms=True) as document:
        for page in work.pages:
            boxes = [cover for cover in work.covers if cover.page == page.number]
            found["boxes"] += len(boxes)
            found["words"] += _check_words(document, page, boxes)
            found["pixels"] += _check_pixels(document, page, boxes, Path(work.folder))
    if work.is_whole:
        found["objects"] = _check_objects(work.pdf)
    with Path(work.pdf).open("rb") as file:
        return found | {"sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def failed(where: str) -> StepFailed:
    """What people read when something is left. The document stays out of sight of readers."""
    return StepFailed(
        "not_proven",
        f"The redaction was checked and failed: {where}. The document was not changed and is hidden from the public. "
        "Redact it again with slightly larger boxes; if that fails too, tell the administrator.",
    )


def _check_words(document: pdfium.Document, page: ProvedPage, boxes: Sequence[Cover]) -> int:
    """No word stands in a box, neither in the PDF nor in what is stored of its words."""
    with pdfium.page_of(document, page.number) as opened:
        in_pdf = words.read(opened).words
    rows = json.loads(Path(page.boxes).read_bytes())
    stored = [Word(row["text"], row["x1"], row["y1"], row["x2"], row["y2"]) for row in rows]
    for word in (*in_pdf, *stored):
        if any(covers.overlap(word, box) for box in boxes):
            raise failed(f"on page {page.number + 1} there is text under a box")
    return len(in_pdf) + len(stored)


def _picture(page: pdfium.Page, number: int) -> Image.Image:
    """The page is one picture, and text that nobody sees: nothing can lie under anything else. Drawn pixel by pixel."""
    images = []
    for thing in page.get_objects(max_depth=10):
        kind = c.FPDFPageObj_GetType(thing.raw)
        if kind == c.FPDF_PAGEOBJ_IMAGE:
            images.append(thing.get_px_size())
        elif kind == c.FPDF_PAGEOBJ_TEXT:
            if c.FPDFTextObj_GetTextRenderMode(thing.raw) != c.FPDF_TEXTRENDERMODE_INVISIBLE:
                raise failed(f"page {number + 1} is not a picture only")
        elif kind != c.FPDF_PAGEOBJ_FORM:
            raise failed(f"page {number + 1} is not a picture only")
    if len(images) != 1:
        raise failed(f"page {number + 1} is not a picture only")
    return drawing.render(page, *images[0], annotations=True)


def _check_pixels(document: pdfium.Document, page: ProvedPage, boxes: Sequence[Cover], folder: Path) -> int:
    """The boxes are of one colour wherever the page is drawn; those with a label look as they must."""
    with pdfium.page_of(document, page.number) as opened:
        size = pdfium.size(opened)
        picture = _picture(opened, page.number)
        large = drawing.render(opened, *drawing.fit(size[0] * DPI / 72, size[1] * DPI / 72), annotations=True)
    model = Image.new("RGB", picture.size, "white")
    covers.paint(model, boxes, black=(0, 0, 0), white=(255, 255, 255))
    pixels = 0
    for box in boxes:
        area = covers.outer(box, picture.size)
        if picture.crop(area).tobytes() != model.crop(area).tobytes():
            raise failed(f"a box on page {page.number + 1} does not cover all of its area")
        pixels += _area(area)
    black = covers.plain(boxes)
    pixels += sum(_one_colour(large, box, 0, page.number) for box in black)
    _check_unread(large, black, folder, page.number)
    for path in page.images.values():
        with Image.open(path) as image:
            shown = image.convert("RGB")
        pixels += sum(_one_colour(shown, box, BLURRED, page.number) for box in black)
    return pixels


def _one_colour(image: Image.Image, box: Cover, margin: int, number: int) -> int:
    """How many pixels of the box are of one colour: all of them."""
    area = covers.inner(box, image.size, margin)
    if area is None:
        return 0
    extremes: Any = image.crop(area).getextrema()
    if any(low != high for low, high in extremes):
        raise failed(f"something shows through a box on page {number + 1}")
    return _area(area)


def _check_unread(image: Image.Image, boxes: Sequence[Cover], folder: Path, number: int) -> None:
    """Tesseract reads nothing where only the boxes are left of the page."""
    areas = [area for box in boxes if (area := covers.inner(box, image.size, 0))]
    if not areas:
        return
    frame = (min(a[0] for a in areas), min(a[1] for a in areas), max(a[2] for a in areas), max(a[3] for a in areas))
    rest = Image.new("L", (frame[2] - frame[0], frame[3] - frame[1]), 0)
    for area in areas:
        rest.paste(image.crop(area).convert("L"), (area[0] - frame[0], area[1] - frame[1]))
    if min(rest.size) < tesseract.LEAST_SIDE:
        return
    path = folder / "boxes.pgm"
    rest.save(path, "PPM")
    if tesseract.read(path, pack=PACK, dpi=DPI).text:
        raise failed(f"letters can be read in a box on page {number + 1}")


def _check_objects(path: str) -> int:
    """The PDF is its pages and nothing more; the number of its objects."""
    with Pdf.open(path) as pdf:
        if "/Info" in pdf.trailer or set(pdf.Root.keys()) - ROOT:
            raise failed("the file holds more than its pages")
        for page in pdf.pages:
            if set(page.obj.keys()) - PAGE or any(set(one.keys()) - ANNOTATION for one in page.obj.get("/Annots", [])):
                raise failed("a page holds more than it shows")
        count = 0
        for thing in pdf.objects:
            count += 1
            if any(key in UNSHOWN for key in _keys(thing, 20)):
                raise failed("the file holds more than its pages show")
        return count


def _keys(thing: object, depth: int) -> Iterator[str]:
    if isinstance(thing, Dictionary | Stream) and depth:
        for key in list(thing.keys()):
            yield key
            yield from _inside(thing[key], depth)
    elif isinstance(thing, Array) and depth:
        for value in thing:
            yield from _inside(value, depth)


def _inside(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, Object) and not value.is_indirect:
        yield from _keys(value, depth - 1)


def _area(box: covers.Pixels) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
