"""The last step of a redaction: looks in the files as readers get them for anything that is left under the boxes, and
for anything in the new PDF that its pages do not show.

The first finding ends the job, so that nobody takes the document for redacted.
"""

import ctypes
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pypdfium2.raw as c
from pikepdf import Array, Dictionary, Object, Pdf, Stream
from PIL import Image

from documents.pipeline.edits import ProvedPage, ProveWork
from documents.pipeline.steps import covers, drawing, pdfium, prove_fonts, tesseract
from documents.pipeline.values import Cover, StepFailed

DPI = 300
BLURRED = 3  # pixels at the edge of a box that mix with their neighbours where an image is made smaller
PACK = "eng"  # whatever it is, no letters are expected
SPAN = 10_000_000  # PDFium maps whole pixels of a device: a large one keeps the precision
HAIR = 0.0007  # of the page: letters and boxes that only touch do not meet
ROOT = set("/Type /Pages /Version /Extensions".split())
PAGE = set("/Type /Parent /MediaBox /CropBox /Rotate /UserUnit /Group /Contents /Resources /Annots".split())
ANNOTATION = set("/Type /Subtype /Rect /Border /A".split())
UNSEEN = set(
    "/AA /AF /ActualText /Alternates /EmbeddedFiles /JavaScript /LastModified /Measure /Metadata /OC /OPI /PieceInfo "
    "/Properties /PtData /Ref /StructParent /StructParents /Thumb".split()
)
"""What may be nowhere: it holds text, files or pictures that pages do not show. Written down here and not shared with
what takes it away, so that a gap there is found."""
Rectangle = tuple[float, float, float, float]
Area = tuple[int, int, int, int]


def run(work: ProveWork) -> Mapping[str, object]:
    """Figures of what was looked at; StepFailed where anything is found."""
    found = {"pages": len(work.pages), "boxes": 0, "pixels": 0, "words": 0, "objects": 0}
    with pdfium.opened(work.pdf, forms=True) as document:
        for page in work.pages:
            boxes = [cover for cover in work.covers if cover.page == page.number]
            found["boxes"] += len(boxes)
            found["words"] += _check_words(document, page, boxes)
            found["pixels"] += _check_pixels(document, page, boxes, Path(work.folder))
    if work.source is not None:
        found["objects"] = _check_objects(work.pdf)
        if (number := prove_fonts.telling(work.source, work.pdf, work.redacted)) is not None:
            raise failed(f"a font on page {number + 1} has letters that only the redacted pages showed")
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
    """No letter stands in a box, neither in the PDF nor in what is stored of its words."""
    rows = json.loads(Path(page.boxes).read_bytes())
    with pdfium.page_of(document, page.number) as opened:
        text = opened.get_textpage()
        try:
            # PDFium itself says what stands in a rectangle of the page, however it is cropped and turned.
            found = any(text.get_text_bounded(*_on_page(opened, box, HAIR)).strip() for box in boxes)
            letters: int = text.count_chars()
        finally:
            text.close()
    stored = (
        _meet(Cover(page.number, *(row[side] for side in ("x1", "y1", "x2", "y2"))), box)
        for row in rows
        for box in boxes
    )
    if found or any(stored):
        raise failed(f"on page {page.number + 1} there is text under a box")
    return letters + len(rows)


def _on_page(page: pdfium.Page, box: Cover, margin: float) -> Rectangle:
    """Left, bottom, right, top of the box in the page's own coordinates, as PDFium converts them."""
    margin = min(margin, (box.x2 - box.x1) / 3, (box.y2 - box.y1) / 3)
    corners = []
    for x, y in ((box.x1 + margin, box.y1 + margin), (box.x2 - margin, box.y2 - margin)):
        across, up = ctypes.c_double(), ctypes.c_double()
        c.FPDF_DeviceToPage(page.raw, 0, 0, SPAN, SPAN, 0, round(x * SPAN), round(y * SPAN), across, up)
        corners.append((across.value, up.value))
    (left, right), (bottom, top) = (sorted(side) for side in zip(*corners, strict=True))
    return left, bottom, right, top


def _on_image(page: pdfium.Page, box: Cover, size: tuple[int, int], margin: int) -> Area | None:
    """The pixels of the box on a drawing of the page, as PDFium converts them; None where there are none."""
    left, bottom, right, top = _on_page(page, box, 0)
    corners = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        c.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (left_, right_), (top_, bottom_) = (sorted(side) for side in zip(*corners, strict=True))
    area = left_ + margin, top_ + margin, right_ - margin, bottom_ - margin
    return area if area[2] > area[0] and area[3] > area[1] else None


def _meet(one: Cover, other: Cover) -> bool:
    """Do two boxes share more than an edge?"""
    return (
        one.x1 + HAIR < other.x2 and other.x1 + HAIR < one.x2 and one.y1 + HAIR < other.y2 and other.y1 + HAIR < one.y2
    )


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
    """The boxes are black wherever the page is drawn; those with a label look as they must."""
    pixels = 0
    with pdfium.page_of(document, page.number) as opened:
        size = pdfium.size(opened)
        picture = _picture(opened, page.number)
        large = drawing.render(opened, *drawing.fit(size[0] * DPI / 72, size[1] * DPI / 72), annotations=True)
        black = [box for box in boxes if not any(other.label and _meet(box, other) for other in boxes)]
        pixels += _check_labels(opened, picture, boxes, page.number)
        for image, margin in ((picture, 0), (large, 0), *((_stored(path), BLURRED) for path in page.images.values())):
            areas = [area for box in black if (area := _on_image(opened, box, image.size, margin))]
            if not all(_is_black(image.crop(area), margin) for area in areas):
                raise failed(f"a box on page {page.number + 1} does not cover all of its area")
            pixels += sum(map(_area, areas))
            if image is large:
                _check_unread(image, areas, folder, page.number)
    return pixels


def _check_labels(page: pdfium.Page, picture: Image.Image, boxes: Sequence[Cover], number: int) -> int:
    """Boxes with labels, and what they meet, hold the labels and nothing else."""
    if not any(box.label for box in boxes):
        return 0
    model = Image.new("RGB", picture.size, "white")
    covers.paint(model, boxes, black=(0, 0, 0), white=(255, 255, 255))
    areas = [area for box in boxes if (area := _on_image(page, box, picture.size, 0))]
    if any(picture.crop(area).tobytes() != model.crop(area).tobytes() for area in areas):
        raise failed(f"a box on page {number + 1} does not cover all of its area")
    return sum(map(_area, areas))


def _stored(path: str) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _is_black(image: Image.Image, margin: int) -> bool:
    """One colour all over; black, where the image is not made smaller with few colours."""
    extremes: Any = image.getextrema()
    return all(low == high and (margin or high == 0) for low, high in extremes)


def _check_unread(image: Image.Image, areas: Sequence[Area], folder: Path, number: int) -> None:
    """Tesseract reads nothing where only the boxes are left of the page."""
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
            if any(key in UNSEEN for key in _keys(thing, 20)):
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


def _area(box: Area) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
