"""Images become pages of a believable size that show what the image shows."""

import struct
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestResult
from tests.documents.pipeline import making

A4 = 11.69 * 72


def picture(mode: str = "RGB") -> Image.Image:
    """Left half black, right half white, a red corner at the top right."""
    image = Image.new("RGB", (300, 200), "white")
    image.paste((0, 0, 0), (0, 0, 150, 200))
    image.paste((255, 0, 0), (250, 0, 300, 50))
    return image.convert(mode)


def colours(result: IngestResult, number: int = 0) -> list[tuple[int, ...]]:
    """What is seen at the left, at the right and in the top right corner."""
    with pypdfium2.PdfDocument(result.pdf) as document:
        drawn = document[number].render(scale=1).to_pil().convert("RGB")
    spots = ((0.1, 0.5), (0.7, 0.5), (0.97, 0.03))
    return [drawn.getpixel((int(x * drawn.width), int(y * drawn.height))) for x, y in spots]  # type: ignore[misc]


def alike(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(one, two, strict=True))


BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (255, 0, 0)


@pytest.mark.parametrize(
    ("format_", "mode", "extension"),
    [
        ("JPEG", "RGB", "jpg"),
        ("JPEG", "RGB", "jpeg"),
        ("PNG", "RGB", "png"),
        ("PNG", "P", "png"),
        ("GIF", "P", "gif"),
        ("BMP", "RGB", "bmp"),
        ("WEBP", "RGB", "webp"),
        ("TIFF", "RGB", "tif"),
        ("TIFF", "RGB", "tiff"),
        ("TIFF", "P", "tiff"),
        ("PNG", "RGB", "jpg"),
    ],
)
def test_every_format_shows_its_colours(tmp_path: Path, format_: str, mode: str, extension: str) -> None:
    result = making.ingest(tmp_path, making.image_bytes(picture(mode), format_), extension)
    assert all(map(alike, colours(result), (BLACK, WHITE, RED)))


@pytest.mark.parametrize(
    ("format_", "mode"), [("PNG", "1"), ("PNG", "L"), ("TIFF", "1"), ("TIFF", "L"), ("JPEG", "L"), ("TIFF", "F")]
)
def test_pictures_without_colour(tmp_path: Path, format_: str, mode: str) -> None:
    result = making.ingest(tmp_path, making.image_bytes(picture(mode), format_), format_.lower())
    assert all(map(alike, colours(result)[:2], (BLACK, WHITE)))


@pytest.mark.parametrize("format_", ["JPEG", "TIFF"])
def test_printers_colours(tmp_path: Path, format_: str) -> None:
    result = making.ingest(tmp_path, making.image_bytes(picture("CMYK"), format_), format_.lower())
    black, white, red = colours(result)
    assert alike(white, WHITE) and max(black) < 70 and red[0] > 180 and max(red[1:]) < 90


def test_sixteen_bits(tmp_path: Path) -> None:
    deep = Image.new("I;16", (60, 40), 65535)
    deep.paste(0, (0, 0, 30, 40))
    result = making.ingest(tmp_path, making.image_bytes(deep, "PNG"), "png")
    assert all(map(alike, colours(result)[:2], (BLACK, WHITE)))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str) -> None:
    clear = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 150, 200))
    content = making.image_bytes(clear.convert(mode), "PNG" if mode != "PA" else "TIFF") if mode != "PA" else None
    if content is None:
        content = making.image_bytes(clear.quantize(8), "PNG")
    result = making.ingest(tmp_path, content, "png")
    assert all(map(alike, colours(result)[:2], (BLACK, WHITE)))


@pytest.mark.parametrize(("format_", "extension"), [("JPEG", "jpg"), ("TIFF", "tif"), ("PNG", "png")])
def test_a_camera_held_sideways(tmp_path: Path, format_: str, extension: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to look at it
    result = making.ingest(tmp_path, making.image_bytes(picture(), format_, exif=exif), extension)
    width, height = result.sizes[0]
    assert width < height
    with pypdfium2.PdfDocument(result.pdf) as document:
        drawn = document[0].render(scale=1).to_pil().convert("L")
    # What was left is on top now.
    assert drawn.getpixel((drawn.width // 2, 10)) < 60
    assert drawn.getpixel((drawn.width // 2, drawn.height - 10)) > 200


def test_every_page_of_a_fax(tmp_path: Path) -> None:
    pages = [making.scan(f"page {number}").convert("1") for number in range(3)]
    content = making.image_bytes(
        pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(150, 150)
    )
    result = making.ingest(tmp_path, content, "tif")
    assert result.sizes == [pytest.approx((612, 792), abs=0.5)] * 3


def test_the_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("L", (60, 40), shade) for shade in (0, 255)]
    content = making.image_bytes(frames[0], "GIF", save_all=True, append_images=frames[1:])
    result = making.ingest(tmp_path, content, "gif")
    assert len(result.sizes) == 1 and alike(colours(result)[0], BLACK)


def test_the_bytes_of_a_photograph_are_kept(tmp_path: Path) -> None:
    content = making.image_bytes(picture(), "JPEG", quality=60)
    with pikepdf.open(making.ingest(tmp_path, content, "jpg").pdf) as document:
        (image,) = document.pages[0].get_images().values()
        assert image.read_raw_bytes() == content


@pytest.mark.parametrize(
    ("pixels", "dpi", "inches"),
    [
        ((2550, 3300), (300, 300), 11.0),
        ((1700, 2200), (200, 200), 11.0),
        ((3000, 4000), (72, 72), 11.69),  # cameras claim 72
        ((3000, 4000), None, 11.69),
        ((640, 480), None, 640 / 96),
        ((640, 480), (1, 1), 640 / 96),
        ((200, 200), (30000, 30000), 200 / 96),
        ((10, 10), None, 10 / 96),
    ],
)
def test_pages_have_a_believable_size(
    tmp_path: Path, pixels: tuple[int, int], dpi: tuple[int, int] | None, inches: float
) -> None:
    options = {"dpi": dpi} if dpi else {}
    content = making.image_bytes(Image.new("L", pixels, 200), "PNG", **options)
    (size,) = making.ingest(tmp_path, content, "png").sizes
    assert max(size) / 72 == pytest.approx(inches, rel=0.01)


def test_a_single_pixel(tmp_path: Path) -> None:
    assert making.ingest(tmp_path, making.image_bytes(Image.new("L", (1, 1)), "PNG"), "png").sizes


def test_ten_thousand_million_pixels_are_not_even_read(tmp_path: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    chunks = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in (header, data)
    )
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, b"\x89PNG\r\n\x1a\n" + chunks, "png")
    assert failed.value.code == "image_too_large"


def test_images_that_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, making.image_bytes(Image.new("1", (20_000, 20_000)), "PNG"), "png")
    assert failed.value.code == "image_too_large"
