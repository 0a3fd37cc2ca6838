"""The plugin of OCRmyPDF: Tesseract on images of the right size, with words spaced as in Tesseract's text.

OCRmyPDF draws the page and puts our words behind the picture.
"""

from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import ocrmypdf.builtin_plugins.pypdfium as rasterizer
from ocrmypdf import hookimpl
from ocrmypdf._exec import tesseract as program
from ocrmypdf.builtin_plugins.tesseract_ocr import TesseractOcrEngine
from ocrmypdf.models.ocr_element import Baseline, BoundingBox, OcrElement
from PIL import Image, ImageDraw

from documents.pipeline.steps import covers, directions, drawing, tesseract
from documents.pipeline.steps.tesseract import Piece, Reading
from documents.pipeline.values import Cover, Word
from documents.pipeline.work import Found

DPI = 300  # 150 makes 2.4 times the errors, 600 costs four times as much and reads no better
LONG_SIDE = 3508  # pixels: A4 at 300 dpi, for scans that do not know their size
FEW_WORDS, MUCH_INK = 20, 0.5
GUESSED, SURER = 0.6, 0.2  # confidence: 0.7 on photographs of receipts, never 0.55 on pages that stand on their head
DARK = [255] * 128 + [0] * 128
EDGE = 3  # pixels
HANGUL = range(0xAC00, 0xD7A4)

covered: list[Word] = []
"""Words of the page that are text already, and so are not read from its image."""
beneath: list[Cover] = []
"""Boxes of the page under which there is nothing to read, whatever they look like."""
given: list[Found] = []
"""What somebody else read on the page, if anybody did."""
confidences: list[float] = []
"""How sure Tesseract was of the words of each page that it read since somebody emptied this list."""

on_head: list[bool] = []
"""Whether the lines of the page that was read last stand on their heads."""


class Engine(TesseractOcrEngine):
    """Reads one page image at a time."""

    @staticmethod
    def supports_generate_ocr() -> bool:
        return True

    @staticmethod
    def generate_ocr(input_file: Path, options: Any, page_number: int = 0) -> tuple[OcrElement, str]:
        """The words of an image in its own pixels, and their text."""
        with Image.open(input_file) as image:
            dpi = float(image.info.get("dpi", (DPI, DPI))[0])
            width, height = image.size
            grey = image.convert("L")
            drawing.cover(grey, [*covered, *(_grown(box, width, height) for box in beneath)])
            reading = _given(image) if given else _read(grey, dpi, input_file, options.languages[0])
        if reading.confidence is not None:
            confidences.append(reading.confidence)
        seen = [piece for piece in reading.words if not _is_beneath(piece, width, height)]
        lines = [list(line) for _, line in groupby(seen, key=lambda piece: piece.line)]
        angles = directions.angles(lines, is_turned=reading.is_turned)
        on_head[:] = [angles.count(directions.HEAD) * 2 > len(angles)]
        box = BoundingBox(left=0, top=0, right=width, bottom=height)
        children = [_line(line, angle) for line, angle in zip(lines, angles, strict=True)]
        page = OcrElement(ocr_class="ocr_page", bbox=box, dpi=dpi, page_number=page_number, children=children)
        return page, reading.text


@hookimpl(tryfirst=True)
def get_ocr_engine(options: Any) -> Engine:
    return Engine()


def _save(pil_image: Image.Image, output_file: Path, format_name: str) -> None:
    """Page images live for seconds: packing them tightly would cost a quarter of the time."""
    quick = {"compress_level": 1} if format_name == "PNG" else {}
    pil_image.save(output_file, format_name, dpi=pil_image.info.get("dpi", (DPI, DPI)), **quick)


rasterizer._save_image = _save
# OCRmyPDF asks Tesseract for its version five times a page, and each answer takes a process.
program.version = cache(program.version)
program.get_languages = cache(program.get_languages)


def _read(image: Image.Image, dpi: float, path: Path, pack: str) -> Reading:
    """What Tesseract sees on the image, in the image's pixels, whatever size Tesseract likes it in."""
    if min(image.size) < tesseract.LEAST_SIDE or drawing.is_blank(image):
        return Reading("", [], None)
    scale = min(DPI / dpi, max(1.0, LONG_SIDE / max(image.size)))
    width, height = drawing.fit(image.width * scale, image.height * scale)
    back_x, back_y = image.width / width, image.height / height
    if (width, height) != image.size:
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    scaled = path.with_suffix(".pgm")
    image.save(scaled, "PPM")
    reading = _attentively(image, scaled, pack, max(70.0, dpi * scale))
    return replace(reading, words=[_scaled(piece, back_x, back_y) for piece in reading.words])


def _given(image: Image.Image) -> Reading:
    """What was read before, except for words that the page has as text."""
    lines = [[word for word in line if not any(_meet(word, other) for other in covered)] for line in given[0].lines]
    pieces = [
        _scaled(Piece(str(i), word.text, word.x1, word.y1, word.x2, word.y2), image.width, image.height)
        for i, line in enumerate(lines)
        for word in line
    ]
    return Reading("\n".join(" ".join(word.text for word in line) for line in lines if line), pieces, None)


def _meet(word: Word, other: Word) -> bool:
    """Is the middle of the word inside the other?"""
    x, y = (word.x1 + word.x2) / 2, (word.y1 + word.y2) / 2
    return other.x1 <= x <= other.x2 and other.y1 <= y <= other.y2


def _attentively(image: Image.Image, path: Path, pack: str, dpi: float) -> Reading:
    """Read; and where next to nothing was found on a page full of ink, read again as one column.

    Tesseract's automatic layout sometimes takes lines of Korean or Arabic for columns and drops them. And it reads
    lines that run up or down by itself, but never notices that a page stands on its head.
    """
    reading = tesseract.read(path, pack=pack, dpi=dpi)
    if len(reading.words) < FEW_WORDS and _unread(image, reading) > MUCH_INK:
        again = tesseract.read(path, pack=pack, dpi=dpi, layout=tesseract.ONE_COLUMN)
        reading = max(reading, again, key=lambda one: len(one.text))
    if reading.confidence is None or reading.confidence >= GUESSED:
        return reading
    image.transpose(Image.Transpose.ROTATE_180).save(path, "PPM")
    turned = tesseract.read(path, pack=pack, dpi=dpi)
    is_surer = (turned.confidence or 0.0) > reading.confidence + SURER
    return directions.turned_back(turned, image.size) if is_surer else reading


def _unread(image: Image.Image, reading: Reading) -> float:
    """The share of the dark pixels that lies outside of all words."""
    rest = image.point(DARK)
    ink = rest.histogram()[255]
    brush = ImageDraw.Draw(rest)
    for piece in reading.words:
        brush.rectangle((piece.left, piece.top, piece.right, piece.bottom), fill=0)
    return rest.histogram()[255] / max(1, ink)


def _grown(box: Cover, width: int, height: int) -> Word:
    """With the edge that is painted around it, which looks like a line."""
    x, y = EDGE / width, EDGE / height
    return Word("", box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y)


def _is_beneath(piece: Piece, width: int, height: int) -> bool:
    """Does the word stand on both sides of a box, as if it went on beneath it?"""
    word = Word("", piece.left / width, piece.top / height, piece.right / width, piece.bottom / height)
    return any(covers.overlap(word, cover) for cover in beneath)


def _scaled(piece: Piece, x: float, y: float) -> Piece:
    return Piece(piece.line, piece.text, piece.left * x, piece.top * y, piece.right * x, piece.bottom * y)


def _line(pieces: list[Piece], angle: int) -> OcrElement:
    words = [OcrElement(ocr_class="ocrx_word", bbox=_box([piece]), text=_spaced(piece.text)) for piece in pieces]
    baseline = Baseline(slope=0.0, intercept=0.0)
    return OcrElement(ocr_class="ocr_line", bbox=_box(pieces), baseline=baseline, textangle=angle, children=words)


def _spaced(word: str) -> str:
    """OCRmyPDF runs words of East Asian letters together, which is right for all of them but Korean."""
    return f"{word} " if any(ord(char) in HANGUL for char in word) else word


def _box(pieces: list[Piece]) -> BoundingBox:
    return BoundingBox(
        left=min(piece.left for piece in pieces),
        top=min(piece.top for piece in pieces),
        right=max(piece.right for piece in pieces),
        bottom=max(piece.bottom for piece in pieces),
    )
