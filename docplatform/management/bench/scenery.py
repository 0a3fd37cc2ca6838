"""Makes the documents that the benchmarks read: prose without meaning, born digital or scanned."""

import random
from pathlib import Path

import img2pdf
import pikepdf
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
WORDS = (
    "the council voted on budget levy and road repair while residents asked why minutes of earlier meetings had "
    "been missing from public record since spring when auditors first reported that contracts were signed without "
    "notice harbour school water bridge land court letter evidence witness report page order appeal judge"
).split()
LINES = 42
DPI = 300


def prose(seed: int) -> list[str]:
    """The lines of one page, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  (text, not secrets)
    return [" ".join(chance.choices(WORDS, k=9)) for _ in range(LINES)]


def scan(seed: int, path: Path) -> Path:
    """A letter page as a scanner sees it: 300 dpi, grey, PNG."""
    image = Image.new("L", (int(8.5 * DPI), 11 * DPI), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 44)
    for number, line in enumerate(prose(seed)):
        draw.text((200, 200 + number * 68), line, fill=20, font=font)
    image.save(path, dpi=(DPI, DPI), compress_level=1)
    return path


def scanned_pdf(pages: list[Path], path: Path) -> Path:
    """A PDF that holds nothing but the page images."""
    path.write_bytes(bytes(img2pdf.convert([str(page) for page in pages])))
    return path


def digital_pdf(pages: int, path: Path) -> Path:
    """A born-digital PDF of letter pages."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Times-Roman")
            )
        )
        for number in range(pages):
            lines = " ".join(f"({line}) Tj T*" for line in prose(number))
            page = pdf.add_blank_page(page_size=(612, 792))
            page.Contents = pdf.make_stream(f"BT /F1 12 Tf 16 TL 48 740 Td {lines} ET".encode())
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        pdf.save(path)
    return path
