"""Step 1 of a redaction: a new PDF, in which the pages with boxes are pictures and the others are clean copies.

Nothing is edited in place, so nothing of the old file is there to be forgotten: what is not copied does not exist.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Page, Pdf, PdfError, String
from PIL import Image

from documents.pipeline.edits import RedactWork
from documents.pipeline.steps import covers, drawing, pdfium, words
from documents.pipeline.steps.clean import Cleaner
from documents.pipeline.steps.fonts.forget import Gone
from documents.pipeline.values import Cover

DPI = 200  # reads well; lossless, because a lossy picture would carry traces of the box's surroundings into it
COLOURS = 254
BLACK_AND_WHITE = bytes([0] * 3 + [255] * 3)
SIGNATURE = 8  # bytes before the first chunk of a PNG


def run(work: RedactWork) -> Mapping[str, object]:
    """Pages that cannot be copied cleanly become pictures too, and those with fonts that cannot be cleaned."""
    path, wanted = Path(work.folder) / "redacted.pdf", {cover.page for cover in work.covers}
    with pdfium.opened(work.pdf, forms=True) as document, Pdf.new() as new:
        sizes, pictured = pdfium.sizes(document), set(wanted)
        with _readable(work, len(sizes)) as old:
            gone = Gone()
            cleaner = _cleaner(old, new, gone, wanted) if old.pages else None
            for number, size in enumerate(sizes):
                copy = None if number in wanted or cleaner is None else cleaner.copy(number)
                if copy is None:
                    pictured.add(number)
                    copy = _picture(new, document, number, size, work.covers)
                new.pages.append(Page(copy))
            if cleaner is not None:
                cleaner.finish()
            for number in gone.forget(new, sorted(set(range(len(sizes))) - pictured)):
                pictured.add(number)
                new.pages[number] = Page(_picture(new, document, number, sizes[number], work.covers))
            new.save(path, object_stream_mode=ObjectStreamMode.generate)
        kept = set(range(len(sizes))) - pictured if cleaner and cleaner.layers.hidden else set()
        anew = pictured | set(_changed(document, path, kept))
    return {"pdf": str(path), "sizes": sizes, "pages": sorted(anew)}


def _cleaner(old: Pdf, new: Pdf, gone: Gone, wanted: Iterable[int]) -> Cleaner:
    """Before it changes anything, `gone` sees the text that is not in the new file."""
    for page in old.pages:
        gone.walk.annotations(page)
    cleaner = Cleaner(old, new)
    for number in range(len(old.pages)) if cleaner.layers.hidden else wanted:
        gone.walk.page(old.pages[number])
    return cleaner


def _changed(document: pdfium.Document, path: Path, kept: Iterable[int]) -> Iterator[int]:
    """Pages that had text in a hidden layer: it is not in their copies, and may not stay in what is known of them."""
    with pdfium.opened(path) as copies:
        yield from (number for number in kept if _text(document, number) != _text(copies, number))


def _text(document: pdfium.Document, number: int) -> str | None:
    try:
        with pdfium.page_of(document, number) as page:
            return words.read(page).text
    except (pdfium.Error, ValueError):
        return None


def _readable(work: RedactWork, count: int) -> Pdf:
    """The old PDF; one without pages where qpdf cannot make out the pages that PDFium sees."""
    try:
        pdf = Pdf.open(work.pdf)
        if len(pdf.pages) == count:
            return pdf
        pdf.close()
    except PdfError:
        pass
    return Pdf.new()


def _picture(
    new: Pdf, document: pdfium.Document, number: int, size: tuple[float, float], boxes: list[Cover]
) -> Dictionary:
    """The page as people see it, with the boxes painted over: one image and nothing else."""
    width, height = size
    image, space = _flat(draw(document, number, size), [cover for cover in boxes if cover.page == number])
    content = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Im Do Q".encode()
    return new.make_indirect(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(width, 4), round(height, 4)]),
            Resources=Dictionary(XObject=Dictionary(Im=_embedded(new, image, space))),
            Contents=new.make_stream(content),
        )
    )


def native(size: tuple[float, float]) -> tuple[int, int]:
    """The pixels of the picture of a page."""
    width, height = size
    return drawing.fit(width * DPI / 72, height * DPI / 72)


def draw(document: pdfium.Document, number: int, size: tuple[float, float]) -> Image.Image:
    """The page with comments, stamps and filled-in forms; blank where it cannot be drawn."""
    try:
        with pdfium.page_of(document, number) as page:
            image = drawing.render(page, *native(size), annotations=True)
    except (pdfium.Error, ValueError):
        image = Image.new("RGB", native(size), "white")
    return drawing.without_colour(image)


def _flat(image: Image.Image, boxes: list[Cover]) -> tuple[Image.Image, Object]:
    """The image with few shades and covered boxes, and its colour space in the PDF."""
    if image.mode == "L":
        image = image.point(drawing.FEW_GREYS)
        covers.paint(image, boxes)
        return image, Name.DeviceGray
    # First of all, so that not even the palette knows a colour from under a box.
    covers.paint(image, boxes, black=(0, 0, 0), white=(255, 255, 255))
    few = image.quantize(COLOURS, Image.Quantize.FASTOCTREE)
    palette = bytes(few.getpalette() or [])[: COLOURS * 3].ljust(COLOURS * 3, b"\0") + BLACK_AND_WHITE
    few.putpalette(palette)
    covers.paint(few, boxes, black=COLOURS, white=COLOURS + 1)
    return few, Array([Name.Indexed, Name.DeviceRGB, COLOURS + 1, String(palette)])


def _embedded(new: Pdf, few: Image.Image, space: Object) -> Object:
    """The image as a PDF holds it: nothing lost or blurred."""
    kept = io.BytesIO()
    few.save(kept, "PNG", compress_level=6)
    parameters = Dictionary(Predictor=15, Colors=1, BitsPerComponent=8, Columns=few.width)
    return new.make_stream(
        b"".join(_chunks(kept.getvalue(), b"IDAT")),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=few.width,
        Height=few.height,
        ColorSpace=space,
        BitsPerComponent=8,
        Filter=Name.FlateDecode,
        DecodeParms=parameters,
    )


def _chunks(png: bytes, kind: bytes) -> Iterator[bytes]:
    place = SIGNATURE
    while place < len(png):
        length = int.from_bytes(png[place : place + 4])
        if png[place + 4 : place + 8] == kind:
            yield png[place + 8 : place + 8 + length]
        place += length + 12
