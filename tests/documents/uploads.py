"""Files as people upload them, made on the spot: born-digital PDFs, scans, pictures and plain text."""

import io
import random
import zlib
from functools import cache

from PIL import Image, ImageDraw, ImageFont

WORDS = (
    "council budget harbour report contract minister invoice school hospital railway permit water harvest "
    "evidence witness payment transfer company audit question answer meeting letter archive signature"
).split()
PNG_END = 12  # bytes of the last chunk


def sentences(seed: int, lines: int) -> list[str]:
    """The same lines for the same seed."""
    dice = random.Random(seed)
    return [" ".join(dice.choices(WORDS, k=7)).capitalize() + f" {dice.randrange(100, 999)}." for _ in range(lines)]


def born_digital(seed: int, pages: int) -> bytes:
    """A PDF whose pages have real text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in range(pages):
        content = _text_operators(sentences(seed * 1000 + page, 30))
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (pages, b" ".join(b"%d 0 R" % kid for kid in kids))
    return _pdf(objects)


def scan(seed: int, pages: int) -> bytes:
    """A PDF of pictures of pages: no text until somebody reads it."""
    images = [_drawn(seed * 1000 + page, 1240, 1754) for page in range(pages)]
    out = io.BytesIO()
    images[0].save(out, "PDF", resolution=150, save_all=True, append_images=images[1:])
    return out.getvalue()


def picture(seed: int) -> bytes:
    """A PNG with a few lines of writing."""
    out = io.BytesIO()
    _drawn(seed, 900, 600).save(out, "PNG", dpi=(150, 150))
    return out.getvalue()


def plain_text(seed: int) -> bytes:
    """A text file of two pages or so."""
    return "\n".join(sentences(seed, 70)).encode()


def another(content: bytes, extension: str, number: int) -> bytes:
    """A file of the very same pages with other bytes: a document of its own is made from it."""
    if extension == "pdf":
        return content + b"%% number %d\n" % number
    if extension == "png":
        return content[:-PNG_END] + _chunk(b"tEXt", b"Comment\0%d" % number) + content[-PNG_END:]
    assert extension == "txt"
    lines = content.splitlines()
    return b"".join(line + (b"\r\n" if number >> row & 1 else b"\n") for row, line in enumerate(lines))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


@cache
def _drawn(seed: int, width: int, height: int) -> Image.Image:
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=28)
    for row, line in enumerate(sentences(seed, min(12, height // 60))):
        pen.text((90, 80 + row * 50), line[:50], font=font, fill=10)
    return image


def _text_operators(lines: list[str]) -> bytes:
    shown = "".join(f"({line}) Tj T*\n" for line in lines)
    return f"BT /F1 11 Tf 14 TL 60 740 Td\n{shown}ET".encode()


def _pdf(objects: list[bytes]) -> bytes:
    out, offsets = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()
