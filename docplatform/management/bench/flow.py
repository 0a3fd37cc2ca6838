"""Benchmarks of whole jobs: how soon the first page can be looked at, and whether time grows with the pages only."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from docplatform.management.bench import crew, scenery
from docplatform.management.bench.report import Line
from organizations.models import User

SIZES = (10, 100, 1000)
SCANS = 100
DRAWN = 4  # different pages of a scan: drawing a hundred would take longer than reading them
SHARE = 0.15
GROWTH = 1.2


def whole_jobs(user: User, folder: Path, *, sizes: tuple[int, ...] = SIZES, scans: int = SCANS) -> Iterator[Line]:
    """Born-digital documents of several sizes, and one scan of short letters."""
    with crew.crew():
        warm = scenery.digital_pdf(1, folder / "warm.pdf")
        crew.process(user, warm)
        runs = {pages: _digital(user, folder, pages) for pages in sizes}
        *_, most = sizes
        yield _first(f"first page of {most:,} born-digital ones", runs[most])
        yield _first(f"first page of {scans:,} scanned ones", crew.process(user, short_letters(scans, folder)))
    for pages in sizes[:-1]:
        name = f"a page of {most:,} beside one of {pages}"
        yield Line(name, 1000 * runs[most].whole / most, 1000 * runs[pages].whole / pages, "ms", GROWTH)


def short_letters(pages: int, folder: Path) -> Path:
    """A scan whose pages hold a few lines at 150 dpi: the share is about the order of things, not about OCR."""
    font, images = ImageFont.truetype(scenery.FONT, 28), []
    for number in range(DRAWN):
        image = Image.new("L", (1275, 825), 255)
        ImageDraw.Draw(image).text((120, 150), "\n".join(scenery.prose(number)[:3]), fill=20, font=font)
        image.save(folder / f"letter-{number}.png", dpi=(150, 150))
        images.append(folder / f"letter-{number}.png")
    return scenery.scanned_pdf([images[number % DRAWN] for number in range(pages)], folder / f"letters-{pages}.pdf")


def _digital(user: User, folder: Path, pages: int) -> crew.Run:
    return crew.process(user, scenery.digital_pdf(pages, folder / f"whole-{pages}.pdf"))


def _first(name: str, run: crew.Run) -> Line:
    return Line(name, run.first, run.whole, "s", SHARE)
