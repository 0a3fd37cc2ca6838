"""Pages without text are read from their image, and the PDF gets a text layer that says the same."""

import difflib
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from documents.choices import LANGUAGES
from documents.pipeline.steps import engine, packs, progress, tesseract
from documents.pipeline.values import StepFailed
from documents.pipeline.work import Chunk, OcrResult, PageRead
from tests.documents.pipeline import making

CJK = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
ARABIC = "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf"
LETTER = "The committee met on Tuesday, 14 March 2023,\nto review the annual budget of the city."


def plain(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def alike(one: str | None, two: str | None) -> float:
    return difflib.SequenceMatcher(None, plain(one), plain(two), autojunk=False).ratio()


def finished(tmp_path: Path, pdf: Path, result: OcrResult, number: int = 0) -> PageRead:
    """What the pages step reads in the PDF that readers get."""
    final = making.finalize(tmp_path, pdf, Chunk(result.pdf, [page.number for page in result.pages]))
    return making.read(tmp_path, final.pdf, [number])[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ({}, (612, 792)),
        ({"Rotate": 90}, (792, 612)),
        ({"CropBox": pikepdf.Array([0, 396, 612, 792])}, (612, 396)),
        ({"MediaBox": pikepdf.Array([-50, -50, 612, 792])}, (662, 842)),
    ],
)
def test_words_are_where_people_see_them(tmp_path: Path, keys: dict[str, object], size: tuple[float, float]) -> None:
    image = making.scan(LETTER)
    if keys.get("Rotate"):
        # Scanned lying on its side, and turned for people to read.
        image = making.scan(LETTER, width=1650, height=1275).transpose(Image.Transpose.ROTATE_90)
    pdf = making.scanned_pdf(tmp_path / "in.pdf", image, **keys)
    result = making.ocr(tmp_path, pdf)
    (read,) = result.pages
    assert alike(read.text, LETTER) > 0.98
    assert read.confidence is not None and read.confidence > 0.8
    assert (read.width, read.height) == size
    word = next(word for word in read.words if word.text == "committee")
    expected = _second_word(tmp_path, pdf)
    assert word.x1 == pytest.approx(expected[0], abs=0.02) and word.y1 == pytest.approx(expected[1], abs=0.02)
    again = finished(tmp_path, pdf, result)
    assert alike(again.text, LETTER) > 0.98
    same = next(word for word in again.words if word.text == "committee")
    assert same.x1 == pytest.approx(word.x1, abs=0.02) and same.y1 == pytest.approx(word.y1, abs=0.02)


def _second_word(tmp_path: Path, pdf: Path) -> tuple[float, float]:
    """Where the second word begins and the first line's top is, by the ink on the drawn page."""
    (shown,) = making.read(tmp_path, pdf, force_ocr=True)
    with Image.open(shown.images["large"]) as image:
        dark = image.convert("L").point(lambda value: 255 if value < 128 else 0)
    left, top, right, _ = dark.getbbox() or (0, 0, 0, 0)
    line = dark.crop((left, top, right, top + 30))
    columns = [line.crop((x, 0, x + 1, line.height)).getbbox() is not None for x in range(line.width)]
    gap = next(x for x in range(len(columns)) if not any(columns[x : x + 6]))
    start = next(x for x in range(gap, len(columns)) if columns[x])
    return (left + start) / dark.width, top / dark.height


@pytest.mark.slow
@pytest.mark.parametrize(
    ("turn", "place"),
    [
        (Image.Transpose.ROTATE_90, lambda x, y: (y, 1 - x)),
        (Image.Transpose.ROTATE_180, lambda x, y: (1 - x, 1 - y)),
        (Image.Transpose.ROTATE_270, lambda x, y: (1 - y, x)),
    ],
)
def test_scans_that_lie_on_their_side_or_stand_on_their_head(tmp_path: Path, turn: Image.Transpose, place: Any) -> None:
    text = f"{LETTER}\nAgreed"
    lies = turn != Image.Transpose.ROTATE_180
    size = {"width": 1650, "height": 1275} if lies else {}
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan(text, **size).transpose(turn))
    (upright,) = making.ocr(tmp_path, making.scanned_pdf(tmp_path / "up.pdf", making.scan(text, **size))).pages
    result = making.ocr(tmp_path, pdf)
    (read,) = result.pages
    assert alike(read.text, text) > 0.98 and read.confidence is not None and read.confidence > 0.8
    for found, expected in zip(read.words, upright.words, strict=True):
        assert found.text == expected.text
        corners = sorted([place(expected.x1, expected.y1), place(expected.x2, expected.y2)])
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        assert (found.x1, found.y1) == pytest.approx((xs[0], ys[0]), abs=0.02), found
        assert (found.x2, found.y2) == pytest.approx((xs[1], ys[1]), abs=0.02), found
    assert sorted(plain(finished(tmp_path, pdf, result).text).split()) == sorted(plain(text).split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "font", "text"),
    [
        ("rus", making.SERIF, "Комитет собрался во вторник,\nчтобы рассмотреть бюджет города."),
        ("ara", ARABIC, "اجتمعت اللجنة يوم الثلاثاء"),
        ("zho", CJK, "委员会于星期二召开会议审查年度预算。\n所有文件均可在办公室查阅。"),
        ("kor", CJK, "위원회는 화요일에 연간 예산을\n검토하기 위해 모였습니다."),
        ("jpn", CJK, "委員会は火曜日に年間予算を審査するために\n集まりました。"),
    ],
)
def test_other_scripts(tmp_path: Path, language: str, font: str, text: str) -> None:
    if packs.pack(language) not in packs.installed() or not Path(font).exists():
        pytest.skip("The pack or the font is not installed.")
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan(text, width=2550, height=3300, size=60, font=font))
    result = making.ocr(tmp_path, pdf, language=language)
    assert alike(result.pages[0].text, text) > 0.93
    assert alike(finished(tmp_path, pdf, result).text, text) > 0.93


@pytest.mark.slow
def test_a_stamp_on_a_scan_stays_and_the_scan_is_read(tmp_path: Path) -> None:
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan(LETTER), over=making.text_at(20, 20, "EXHIBIT 000123"))
    result = making.ocr(tmp_path, pdf)
    (read,) = result.pages
    assert read.text is not None and read.text.count("EXHIBIT 000123") == 1
    assert "committee met on Tuesday" in plain(read.text)
    again = finished(tmp_path, pdf, result)
    assert again.text is None or again.text.count("EXHIBIT 000123") == 1


@pytest.mark.slow
def test_forced_ocr_drops_the_text_that_was_there(tmp_path: Path) -> None:
    hidden = making.text_at(50, 700, "WRONG LAYER", mode=3)
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan(LETTER), over=hidden)
    result = making.ocr(tmp_path, pdf, force=True)
    assert "WRONG" not in (result.pages[0].text or "") and alike(result.pages[0].text, LETTER) > 0.98
    assert "WRONG" not in (finished(tmp_path, pdf, result).text or "")


@pytest.mark.slow
def test_forced_ocr_reads_what_people_see_in_a_born_digital_page(tmp_path: Path) -> None:
    pdf = making.pdf_of(tmp_path / "in.pdf", making.text_at(50, 700, "Plain words of a letter", 24))
    result = making.ocr(tmp_path, pdf, force=True)
    assert alike(result.pages[0].text, "Plain words of a letter") > 0.95
    assert result.pages[0].confidence is not None
    assert plain(finished(tmp_path, pdf, result).text).count("Plain words") == 1


@pytest.mark.slow
def test_only_the_pages_asked_for_are_read(tmp_path: Path) -> None:
    scans = [making.scan(f"This is page number {number} of the file") for number in range(4)]
    pdf = making.scanned_pdf(tmp_path / "in.pdf", *scans)
    result = making.ocr(tmp_path, pdf, [1, 3])
    assert [page.number for page in result.pages] == [1, 3]
    assert ["number 1" in plain(page.text) for page in result.pages] == [True, False]
    with pikepdf.open(result.pdf) as chunk:
        assert len(chunk.pages) == 2


@pytest.mark.slow
def test_a_page_that_cannot_be_read_has_no_text_and_says_so(tmp_path: Path) -> None:
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan("first"), making.scan("second"))
    content = pdf.read_bytes()
    with pikepdf.open(pdf) as document:
        number = document.pages[1].obj.objgen[0]
    pdf.write_bytes(content.replace(f"\n{number} 0 obj".encode(), f"\n{number + 70} 0 obj".encode()))
    pages = making.ocr(tmp_path, pdf, [0, 1]).pages
    assert [bool(page.error) for page in pages] == [False, True]
    assert pages[0].text == "first" and pages[1].text == ""


@pytest.mark.slow
def test_a_picture_without_words_is_no_error(tmp_path: Path) -> None:
    pdf = making.scanned_pdf(tmp_path / "in.pdf", Image.linear_gradient("L").resize((600, 800)))
    (read,) = making.ocr(tmp_path, pdf).pages
    assert not read.error and len(read.text or "") < 20


def test_a_missing_pack_names_the_package(tmp_path: Path) -> None:
    missing = next(code for code in LANGUAGES if packs.pack(code) not in packs.installed())
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan("x"))
    with pytest.raises(StepFailed) as failed:
        making.ocr(tmp_path, pdf, language=missing)
    assert failed.value.code == "language_pack"
    assert packs.package(missing) in failed.value.message


@pytest.mark.parametrize("asked", ["--version", "--list-langs"])
def test_a_question_to_tesseract_that_was_killed_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """It is no reason to give up a page, or to say that Tesseract is not there."""
    real = shutil.which("tesseract")
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\ncase "$*" in *{asked}*) kill -9 $$;; esac\nexec {real} "$@"\n')
    program.chmod(0o755)
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan("The harbour"))
    for answer in (packs.installed, engine.program.version):
        answer.cache_clear()
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with pytest.raises(progress.Killed):
        making.ocr(tmp_path, pdf)
    monkeypatch.undo()
    assert making.ocr(tmp_path, pdf).pages[0].text == "The harbour"


@pytest.mark.parametrize(
    ("language", "package"),
    [
        ("zho", "tesseract-ocr-chi-sim"),
        ("tra", "tesseract-ocr-chi-tra"),
        ("aze_cyrl", "tesseract-ocr-aze-cyrl"),
        ("kur", "tesseract-ocr-kmr"),
        ("tgl", "tesseract-ocr-fil"),
        ("eng", "tesseract-ocr-eng"),
    ],
)
def test_packages_of_languages(language: str, package: str) -> None:
    assert packs.package(language) == package


def test_every_language_of_the_api_has_a_pack_of_its_own() -> None:
    assert len({packs.pack(code) for code in LANGUAGES}) == len(LANGUAGES) == 102


HEADER = "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext"


def table(*words: tuple[int, str]) -> str:
    """Tesseract's list of words: line and text."""
    rows = [f"5\t1\t1\t1\t{line}\t{i}\t{i * 10}\t0\t9\t9\t{90}\t{text}" for i, (line, text) in enumerate(words)]
    return "\n".join([HEADER, "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t", *rows])


@pytest.mark.parametrize(
    ("text", "words", "joined"),
    [
        ("委员会于\n", [(1, "委员"), (1, "会"), (1, "于")], ["委员会于"]),
        ("위원회는 화요일\n", [(1, "위"), (1, "원회는"), (1, "화요"), (1, "일")], ["위원회는", "화요일"]),
        ("one two\nthree\n", [(1, "one"), (1, "two"), (2, "three")], ["one", "two", "three"]),
        ("ab\ncd", [(1, "ab"), (2, "cd")], ["ab", "cd"]),
        ("something else", [(1, "one"), (1, "two")], ["one", "two"]),
        ("", [], []),
    ],
)
def test_words_are_put_together_as_the_text_spaces_them(
    text: str, words: list[tuple[int, str]], joined: list[str]
) -> None:
    reading = tesseract._reading(text, table(*words))
    assert [word.text for word in reading.words] == joined
    assert reading.confidence == (0.9 if words else None)


def test_tesseract_is_here() -> None:
    assert shutil.which("tesseract")
