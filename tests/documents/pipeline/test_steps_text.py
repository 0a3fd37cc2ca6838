"""The step that corrects text: words that people placed become the invisible text of the page, and only there."""

from pathlib import Path

import pikepdf
import pytest

from documents.pipeline.edits import Layer, TextWork
from documents.pipeline.steps import drawing, legible, pdfium, text_layer, words
from documents.pipeline.steps.words import PageText
from documents.pipeline.values import Word
from tests.documents.pipeline import making

SCRIPTS = "Hello wörld שלום العربية كِتَابٌ مادة٢٠٢٤ 漢字 仮名 한국어 नमस्ते ไทย 𝒳𠀀 ffi x".split()
PLACED = [
    Word(text, 0.1 + 0.2 * (i % 4), 0.1 + 0.1 * (i // 4), 0.25 + 0.2 * (i % 4), 0.12 + 0.1 * (i // 4))
    for i, text in enumerate(SCRIPTS)
]
OLD = making.text_at(100, 100, "outdated", mode=3)
SHAPES: list[dict[str, object]] = [
    {},
    {"Rotate": 90},
    {"Rotate": 180, "UserUnit": 2},
    {"Rotate": 270, "CropBox": pikepdf.Array([50, 60, 500, 700])},
    {"MediaBox": pikepdf.Array([-100, -50, 500, 700])},
]


def set_text(tmp_path: Path, pdf: Path, *layers: Layer) -> str:
    return making.run("text", TextWork(str(pdf), list(layers), str(tmp_path / "text"))).pdf


def read(pdf: Path | str, number: int = 0) -> PageText:
    with pdfium.opened(pdf) as document, pdfium.page_of(document, number) as page:
        return words.read(page)


def looks(pdf: Path | str, number: int = 0) -> bytes:
    with pdfium.opened(pdf) as document, pdfium.page_of(document, number) as page:
        return drawing.draw(page, 300).tobytes()


@pytest.mark.parametrize("shape", SHAPES)
def test_words_of_every_script_stand_in_their_boxes_on_any_page(tmp_path: Path, shape: dict[str, object]) -> None:
    scan = making.scanned_pdf(tmp_path / "scan.pdf", making.scan("Ink"), over=OLD, **shape)
    made = set_text(tmp_path, scan, Layer(0, PLACED))
    found = {word.text: word for word in read(made).words}
    assert set(found) == set(SCRIPTS)
    for word in PLACED:
        there = found[word.text]
        assert (there.x1, there.y1, there.x2, there.y2) == pytest.approx(
            (word.x1, word.y1, word.x2, word.y2), abs=0.002
        )
    assert looks(made) == looks(scan)


def test_the_sandbox_lets_the_step_do_it(tmp_path: Path, jailed: None) -> None:
    scan = making.scanned_pdf(tmp_path / "scan.pdf", making.scan("Ink"), over=OLD)
    assert read(set_text(tmp_path, scan, Layer(0, PLACED[:2]))).text == "Hello wörld"


def test_a_page_that_shows_text_keeps_the_very_bytes_of_its_pdf(tmp_path: Path) -> None:
    pdf = making.pdf_of(tmp_path / "text.pdf", making.text_at(100, 700, "Visible"))
    assert set_text(tmp_path, pdf, Layer(0, PLACED)) == ""


def test_what_an_earlier_ocr_put_into_a_form_goes_and_other_pages_keep_theirs(tmp_path: Path) -> None:
    scan = making.scanned_pdf(tmp_path / "scan.pdf", making.scan("Ink"), making.scan("Ink"))
    with pikepdf.open(scan, allow_overwriting_input=True) as pdf:
        font = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=making.FONT))
        inner = pdf.make_stream(OLD.encode(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, Resources=font)
        inner.BBox = pikepdf.Array([0, 0, 612, 792])
        nested = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Inner=inner))
        outer = pdf.make_stream(b"/Inner Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, Resources=nested)
        outer.BBox = pikepdf.Array([0, 0, 612, 792])
        for page in pdf.pages:
            page.Resources.XObject.Layer = outer
            page.contents_add(b"q /Layer Do Q /Layer Do")
        # both pages inherit one list of resources
        pdf.Root.Pages.Resources = pdf.make_indirect(pdf.pages[0].Resources)
        for page in pdf.pages:
            del page.obj.Resources
        pdf.save(scan)
    assert "outdated" in read(scan, 0).text
    made = set_text(tmp_path, scan, Layer(0, PLACED[:1]))
    assert read(made, 0).text == "Hello"
    assert "outdated" in read(made, 1).text
    assert (looks(made, 0), looks(made, 1)) == (looks(scan, 0), looks(scan, 1))


def test_nothing_placed_leaves_a_page_without_hidden_text(tmp_path: Path) -> None:
    scan = making.scanned_pdf(tmp_path / "scan.pdf", making.scan("Ink"), over=OLD + "BT /F 1 Tf 3 Tr (more) ' ET")
    made = set_text(tmp_path, scan, Layer(0, [Word(" ", 0.1, 0.1, 0.2, 0.2), Word("flat", 0.1, 0.1, 0.1, 0.2)]))
    assert read(made).text == ""


@pytest.mark.parametrize("content", [b"/F Tr (never closed", b"<</x>> BDC 3 Tr [(a"])
def test_a_page_that_cannot_be_taken_apart_still_opens_and_looks_the_same(tmp_path: Path, content: bytes) -> None:
    scan = making.scanned_pdf(tmp_path / "scan.pdf", making.scan("Ink"), over=content.decode())
    made = set_text(tmp_path, scan, Layer(0, PLACED[:1]), Layer(7, PLACED))
    assert looks(made or scan) == looks(scan)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("אבג", "גבא"),
        ("(אב)", "(בא)"),
        ("אב12.5", "12.5בא"),
        ("12-אב", "בא-12"),
        ("אבcd", "cdבא"),
    ],
)
def test_letters_from_right_to_left_are_shown_from_left_to_right(text: str, shown: str) -> None:
    assert text_layer.visual(text) == shown


def test_it_is_the_same_text_for_other_programs(tmp_path: Path) -> None:
    scan = making.scanned_pdf(tmp_path / "scan.pdf", making.scan("Ink"))
    made = set_text(tmp_path, scan, Layer(0, PLACED))
    with pikepdf.open(made) as pdf:
        assert not pdf.check_pdf_syntax() if hasattr(pdf, "check_pdf_syntax") else not pdf.check()
    with pdfium.opened(made) as document, pdfium.page_of(document, 0) as page:
        assert legible.judge(page, words.read(page)) is legible.Verdict.GOOD
        assert not legible.has_visible_text(page)
