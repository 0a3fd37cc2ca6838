"""Makes a PDF of an image: a page for every frame of a TIFF, one for everything else, without loss where possible."""

import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import img2pdf
import pikepdf
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestWork

LONG_SIDE = 11.69  # inches: images whose resolution is not believable become as long as an A4 page
LEAST_DPI, MOST_DPI, MOST_INCHES = 70, 1200, 34.0
SCREEN_DPI = 96
SHORTEST = 3  # points; the PDF standard's lower limit for a page
QUALITY = 92
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "PCX", "TGA", "XBM", "XPM", "SUN", "PSD", "PCD")
PLAIN_MODES = ("1", "L", "RGB")
warnings.simplefilter("error", Image.DecompressionBombWarning)


def convert(source: Path, pdf: Path, work: IngestWork) -> None:
    """Write the PDF. StepFailed for images that are broken or too large to be opened."""
    Image.MAX_IMAGE_PIXELS = work.pixel_limit
    try:
        with Image.open(source, formats=FORMATS) as image:
            _write(image, source, pdf, work)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise StepFailed(
            "image_too_large",
            f"The image has more than {work.pixel_limit // 1_000_000:,} million pixels, too many to be opened safely. "
            "Make it smaller and upload it as a new document.",
        ) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, img2pdf.ImageOpenError) as error:
        raise StepFailed(
            "damaged",
            "The image is damaged or incomplete. Open it in another program, save it again and upload that.",
        ) from error


def _write(image: Image.Image, source: Path, pdf: Path, work: IngestWork) -> None:
    with pikepdf.new() as document:
        for page in _pages(image, source):
            if len(document.pages) == work.page_limit:
                raise StepFailed("too_many_pages", f"The image has more than {work.page_limit:,} pages. Split it.")
            with pikepdf.open(io.BytesIO(page)) as one:
                document.pages.extend(one.pages)
        document.save(pdf)


def _pages(image: Image.Image, source: Path) -> Iterator[bytes]:
    """PDFs of a page each."""
    if image.format == "JPEG":
        # The very bytes, once it is sure that they can be decoded.
        image.load()
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        size = image.size[::-1] if turned else image.size
        yield _pdf(source.read_bytes(), _dpi(image, size))
        return
    frames = ImageSequence.Iterator(image) if image.format == "TIFF" else iter([image])
    for frame in frames:
        if frame.width * frame.height > (Image.MAX_IMAGE_PIXELS or 0):  # Pillow looks at the first one only
            raise Image.DecompressionBombError
        frame.load()
        plain = _plain(ImageOps.exif_transpose(frame))
        lossy = image.format == "WEBP" or frame.info.get("compression") in ("jpeg", "tiff_jpeg", "webp")
        kept = io.BytesIO()
        if lossy and plain.mode != "1":
            plain.save(kept, "JPEG", quality=QUALITY)
        else:
            plain.save(kept, "PNG", compress_level=1)
        yield _pdf(kept.getvalue(), _dpi(frame, plain.size))


def _plain(image: Image.Image) -> Image.Image:
    """Without transparency, on white, in a mode that every PDF reader shows."""
    if image.mode in PLAIN_MODES and "transparency" not in image.info:
        return image.copy()
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("I", "F"):
        return _stretched(image)
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        see_through = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(see_through)
        return white.convert("RGB")
    return image.convert("RGB")


def _stretched(image: Image.Image) -> Image.Image:
    """Numbers of any range as greys."""
    low, high = image.getextrema()
    scale = 255 / (high - low) if high > low else 0.0  # type: ignore[operator]
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")  # type: ignore[operator]


def _dpi(image: Image.Image, size: tuple[int, int]) -> float:
    """The resolution that the image claims, if a page of that size exists; cameras claim 72."""
    longest = max(size)
    claimed = image.info.get("dpi", (0, 0))
    try:
        dpi = float(claimed[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        dpi = 0.0
    if LEAST_DPI <= dpi <= MOST_DPI and longest / dpi <= MOST_INCHES and not (dpi in (72, 96) and longest > 20 * dpi):
        found = dpi
    else:
        found = max(SCREEN_DPI, longest / LONG_SIDE)
    return min(found, max(1.0, min(size) * 72 / SHORTEST))


def _pdf(image: bytes, dpi: float) -> bytes:
    layout = img2pdf.get_fixed_dpi_layout_fun((dpi, dpi))
    made: bytes = img2pdf.convert(image, layout_fun=layout, rotation=img2pdf.Rotation.ifvalid)
    return made
