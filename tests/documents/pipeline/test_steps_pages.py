"""Text, word boxes and images of pages that have text."""

import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from documents.pipeline import sandbox
from documents.pipeline.values import Word
from documents.pipeline.work import ImageWork, PageRead
from tests.documents.pipeline import making

HELLO = making.text_at(60, 700, "Hello")


def page(tmp_path: Path, content: str, **keys: object) -> PageRead:
    return making.read(tmp_path, making.pdf_of(tmp_path / "in.pdf", content, **keys))[0]


def near(word: Word, *expected: float) -> bool:
    found = (word.x1, word.y1, word.x2, word.y2)
    return all(abs(one - two) < 0.006 for one, two in zip(found, expected, strict=True))


# "Hello" at 20 points in Helvetica: 60..105.6 wide, 699.7..714.8 high, on a page of 600 × 800 points.
LEFT, RIGHT, BOTTOM, TOP = 61.5, 104.6, 699.7, 714.5


@pytest.mark.parametrize(
    ("keys", "size", "box"),
    [
        ({}, (600, 800), (LEFT / 600, 1 - TOP / 800, RIGHT / 600, 1 - BOTTOM / 800)),
        ({"Rotate": 90}, (800, 600), (BOTTOM / 800, LEFT / 600, TOP / 800, RIGHT / 600)),
        ({"Rotate": 180}, (600, 800), (1 - RIGHT / 600, BOTTOM / 800, 1 - LEFT / 600, TOP / 800)),
        ({"Rotate": 270}, (800, 600), (1 - TOP / 800, 1 - RIGHT / 600, 1 - BOTTOM / 800, 1 - LEFT / 600)),
        (
            {"CropBox": pikepdf.Array([50, 400, 350, 800])},
            (300, 400),
            ((LEFT - 50) / 300, 1 - (TOP - 400) / 400, (RIGHT - 50) / 300, 1 - (BOTTOM - 400) / 400),
        ),
        (
            {"CropBox": pikepdf.Array([50, 400, 350, 800]), "Rotate": 90},
            (400, 300),
            ((BOTTOM - 400) / 400, (LEFT - 50) / 300, (TOP - 400) / 400, (RIGHT - 50) / 300),
        ),
        (
            {"MediaBox": pikepdf.Array([-100, -200, 500, 800])},
            (600, 1000),
            ((LEFT + 100) / 600, 1 - (TOP + 200) / 1000, (RIGHT + 100) / 600, 1 - (BOTTOM + 200) / 1000),
        ),
    ],
)
def test_boxes_are_where_people_see_the_word(
    tmp_path: Path, keys: dict[str, object], size: tuple[float, float], box: tuple[float, ...]
) -> None:
    read = page(tmp_path, HELLO, **keys)
    assert (read.width, read.height) == size
    assert [word.text for word in read.words] == ["Hello"]
    assert near(read.words[0], *box), read.words[0]


def test_words_that_are_cropped_away_are_left_out(tmp_path: Path) -> None:
    content = making.text_at(60, 700, "seen") + making.text_at(60, 100, "hidden")
    read = page(tmp_path, content, CropBox=pikepdf.Array([0, 400, 600, 800]))
    assert [word.text for word in read.words] == ["seen"]
    assert read.text == "seen"


def test_text_keeps_the_order_of_the_file_and_its_lines(tmp_path: Path) -> None:
    content = making.text_at(60, 700, "first line") + making.text_at(60, 670, "second line")
    read = page(tmp_path, content)
    assert read.text == "first line\nsecond line"
    assert [word.text for word in read.words] == ["first", "line", "second", "line"]


def with_unicode(path: Path, mapping: dict[int, str], codes: str) -> Path:
    """A PDF whose font says what its codes mean."""
    ranges = "\n".join(f"<{code:02X}> <{text.encode('utf-16-be').hex()}>" for code, text in mapping.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <00> <FF> "
        f"endcodespacerange {len(mapping)} beginbfchar\n{ranges}\nendbfchar endcmap end end"
    )
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(600, 800))
        font = pikepdf.Dictionary(making.FONT)
        font.ToUnicode = pdf.make_stream(cmap.encode())
        page.obj.Contents = pdf.make_stream(f"BT /F 20 Tf 60 700 Td ({codes}) Tj ET".encode())
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        pdf.save(path)
    return path


@pytest.mark.parametrize(
    ("mapping", "codes", "text"),
    [
        ({65: "ﬁ", 66: "x"}, "AB", "fix"),
        ({65: "ffi", 66: "x"}, "AB", "ffix"),
        ({65: "\u00ad"}, "xAy", "xy"),
        ({65: "😀"}, "xA", "x😀"),
        ({65: "\u00a0"}, "xAy", "x y"),
        ({65: "é"}, "caf A".replace(" ", ""), "café"),
        ({65: "\x07"}, "xAy zzzzzzzz", "xy zzzzzzzz"),
    ],
)
def test_odd_characters(tmp_path: Path, mapping: dict[int, str], codes: str, text: str) -> None:
    assert making.read(tmp_path, with_unicode(tmp_path / "in.pdf", mapping, codes))[0].text == text


@pytest.mark.parametrize("nonsense", ["\ufffd", "\ue000", "\x01"])
def test_text_that_means_nothing_is_read_from_the_image(tmp_path: Path, nonsense: str) -> None:
    pdf = with_unicode(tmp_path / "in.pdf", dict.fromkeys(range(97, 123), nonsense), "abcdef ghij klmno")
    assert making.read(tmp_path, pdf)[0].text is None


@pytest.mark.parametrize(
    ("over", "is_read"),
    [
        ("", False),
        (making.text_at(20, 20, "EXHIBIT 000123"), False),
        (making.text_at(20, 20, "EXHIBIT 000123", mode=3), True),
        (
            "".join(
                making.text_at(20, 760 - 14 * line, "Whole lines of text cover this page. " * 2, 14)
                for line in range(50)
            ),
            True,
        ),
    ],
    ids=["scan", "scan with a stamp", "scan that was read before", "text on a background"],
)
def test_which_pages_have_to_be_read_from_their_image(tmp_path: Path, over: str, is_read: bool) -> None:
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan("A scanned letter"), over=over)
    read = making.read(tmp_path, pdf)[0]
    assert (read.text is not None) == is_read


def test_a_blank_page_needs_no_reading(tmp_path: Path) -> None:
    read = page(tmp_path, "")
    assert read.text == "" and not read.error


def test_forced_ocr_reads_every_page(tmp_path: Path) -> None:
    pdf = making.pdf_of(tmp_path / "in.pdf", HELLO)
    assert making.read(tmp_path, pdf, force_ocr=True)[0].text is None


def test_images_have_the_sizes_of_the_contract(tmp_path: Path) -> None:
    read = page(tmp_path, HELLO)
    sizes = {}
    for name, path in read.images.items():
        with Image.open(path) as image:
            assert image.format == "GIF"
            sizes[name] = image.size
            if name == "large":
                assert image.convert("L").getpixel((5, 5)) == 255
                assert image.convert("L").crop((100, 140, 180, 170)).getextrema()[0] < 80
    assert sizes == {"large": (1000, 1333), "normal": (700, 933), "small": (180, 240), "thumbnail": (60, 80)}


def test_colours_stay(tmp_path: Path) -> None:
    read = page(tmp_path, "1 0 0 rg 100 100 400 400 re f")
    with Image.open(read.images["normal"]) as image:
        red, green, blue = image.convert("RGB").getpixel((350, 560))
    assert red > 220 and green < 40 and blue < 40


def test_an_annotation_is_not_drawn_and_a_filled_form_is(tmp_path: Path) -> None:
    path = making.pdf_of(tmp_path / "in.pdf", "")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        black = pdf.make_stream(b"0 0 100 100 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        black.BBox = pikepdf.Array([0, 0, 100, 100])
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, F=0)
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name", V="x", F=4
        )
        for number, annotation in enumerate((note, field)):
            annotation.Rect = pikepdf.Array([100, 100 + 300 * number, 200, 200 + 300 * number])
            annotation.AP = pikepdf.Dictionary(N=black)
        annotations = [pdf.make_indirect(note), pdf.make_indirect(field)]
        pdf.pages[0].obj.Annots = pikepdf.Array(annotations)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([annotations[1]]))
        pdf.save()
    with Image.open(making.read(tmp_path, path)[0].images["large"]) as image:
        grey = image.convert("L")
    assert grey.getpixel((250, 1083)) == 255
    assert grey.getpixel((250, 583)) < 200


@pytest.mark.parametrize("box", [[0, 0, 14400, 20], [0, 0, 2, 14400], [0, 0, 0.5, 0.5], [0, 0, 14400, 14400]])
def test_pages_of_odd_shapes(tmp_path: Path, box: list[float]) -> None:
    read = page(tmp_path, "0 0 1 1 re f", MediaBox=pikepdf.Array(box))
    with Image.open(read.images["large"]) as image:
        assert 0 < image.width <= 1000 and image.width * image.height <= 40_000_000


def test_a_page_that_cannot_be_read_is_blank_and_says_so(tmp_path: Path) -> None:
    path = making.pdf_of(tmp_path / "in.pdf", HELLO, HELLO, HELLO)
    content = path.read_bytes()
    with pikepdf.open(path) as pdf:
        number = pdf.pages[1].obj.objgen[0]
    broken = content.replace(f"\n{number} 0 obj".encode(), f"\n{number + 70} 0 obj".encode())
    path.write_bytes(broken)
    pages = making.read(tmp_path, path, range(3))
    assert [bool(page.error) for page in pages] == [False, True, False]
    assert pages[1].text == "" and set(pages[1].images) == {"large", "normal", "small", "thumbnail"}
    assert pages[2].text == "Hello"


@pytest.mark.slow
def test_many_pages_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    lines = "".join(making.text_at(40, 760 - 14 * line, "Words without end or meaning " * 3, 10) for line in range(20))
    pdf = making.pdf_of(tmp_path / "in.pdf", *[lines] * 80)
    program = (
        "import resource, sys; from pathlib import Path; from tests.documents.pipeline import making\n"
        "making.perform = making.in_sandbox\n"
        "for count in (20, 80):\n"
        "    making.read(Path(sys.argv[2]) / str(count), sys.argv[1], range(count))\n"
        "    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    environment = {"PYTHONPATH": str(sandbox.ROOT), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", program, str(pdf), str(tmp_path)]
    few, many = map(int, subprocess.run(command, env=environment, capture_output=True, check=True).stdout.split())
    assert many - few < 10_000, "kilobytes"


def test_one_page_drawn_large(tmp_path: Path) -> None:
    pdf = making.pdf_of(tmp_path / "in.pdf", "", HELLO)
    work = ImageWork(str(pdf), page=1, width=2000, folder=str(tmp_path / "image"))
    with Image.open(making.run("image", work).image) as image:
        assert image.format == "GIF" and image.size == (2000, 2667)
