"""The step that covers boxes, and the one that looks whether anything is left; on files alone."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from documents.pipeline.edits import ProvedPage, ProveWork, RedactResult, RedactWork
from documents.pipeline.steps import apart, covers, directions, drawing, pdfium, words
from documents.pipeline.values import Cover, StepFailed, Word
from tests.documents.pipeline import making

BOX = Cover(0, 0.3, 0.4, 0.6, 0.5)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def redact(tmp_path: Path, pdf: Path, *boxes: Cover) -> RedactResult:
    return making.run("redact", RedactWork(str(pdf), list(boxes), str(tmp_path / "redact")))


def prove(tmp_path: Path, pdf: Path | str, *boxes: Cover, words: tuple[Word, ...] = (), source: Path | str = "") -> Any:
    folder = tmp_path / "prove"
    folder.mkdir(exist_ok=True)
    rows = [{"text": word.text, "x1": word.x1, "x2": word.x2, "y1": word.y1, "y2": word.y2} for word in words]
    (folder / "boxes.json").write_text(json.dumps(rows))
    images = {}
    for read in making.read(tmp_path, pdf, sorted({box.page for box in boxes})):
        images[read.number] = read.images
    pages = [ProvedPage(number, images[number], str(folder / "boxes.json")) for number in images]
    return making.run("prove", ProveWork(str(pdf), pages, list(boxes), str(source or pdf), list(images), str(folder)))


def drawn(path: str, number: int = 0) -> Image.Image:
    with pdfium.opened(path, forms=True) as document, pdfium.page_of(document, number) as page:
        return drawing.draw(page, 1000)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_lie_where_people_see_them(tmp_path: Path, rotation: int) -> None:
    crop = pikepdf.Array([50, 100, 550, 700])
    pdf = making.pdf_of(tmp_path / "in.pdf", "0.9 0.2 0.2 rg 0 0 600 800 re f", Rotate=rotation, CropBox=crop)
    result = redact(tmp_path, pdf, BOX)
    image = drawn(result.pdf)
    wide, high = image.size
    assert result.sizes == [(500, 600) if rotation % 180 == 0 else (600, 500)] and result.pages == [0]
    for x, y, inside in ((0.31, 0.41, True), (0.59, 0.49, True), (0.28, 0.45, False), (0.62, 0.45, False)):
        colour = image.getpixel((int(x * wide), int(y * high)))
        assert (colour == BLACK) is inside
    assert prove(tmp_path, result.pdf, BOX).pixels > 10_000


def test_a_label_is_printed_on_its_box(tmp_path: Path) -> None:
    pdf = making.pdf_of(tmp_path / "in.pdf", making.text_at(200, 430, "Harbour"))
    box = replace(BOX, label="exempt 7(c)")
    result = redact(tmp_path, pdf, box)
    image = drawn(result.pdf)
    area = image.crop((300, int(0.4 * image.height), 600, int(0.5 * image.height))).convert("L")
    assert area.getextrema() == (0, 255)
    assert prove(tmp_path, result.pdf, box).boxes == 1


def test_other_pages_are_copied_without_what_only_the_redacted_one_used(tmp_path: Path) -> None:
    path = making.pdf_of(tmp_path / "in.pdf", making.text_at(200, 430, "Secret"), making.text_at(200, 430, "Open"))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        field = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=[10, 10, 90, 30])
        field.AP = pikepdf.Dictionary(N=pdf.make_stream(b"1 0 0 rg 0 0 80 20 re f", BBox=[0, 0, 80, 20]))
        field.AP.N.Subtype = pikepdf.Name.Form
        away = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org/"))
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=away)
        pdf.pages[1].obj.Annots = pikepdf.Array([pdf.make_indirect(field), pdf.make_indirect(link)])
        pdf.save()
    result = redact(tmp_path, path, BOX)
    with pikepdf.open(result.pdf) as made:
        assert "/Info" not in made.trailer
        [kept] = made.pages[1].obj.Annots
        assert str(kept.A.URI) == "https://example.org/"
    assert making.read(tmp_path, result.pdf, [1])[0].text == "Open"
    image = drawn(result.pdf, 1)
    assert image.getpixel((80, image.height - 33)) == (255, 0, 0)  # the field still shows


def test_a_page_that_had_text_in_a_hidden_layer_is_read_again(tmp_path: Path) -> None:
    hidden = "/OC /L BDC " + making.text_at(200, 300, "Secret") + "EMC"
    shown = making.text_at(200, 430, "Open")
    path = making.pdf_of(tmp_path / "in.pdf", shown, shown + hidden, shown)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Draft"))
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
        pdf.pages[1].obj.Resources.Properties = pikepdf.Dictionary(L=layer)
        pdf.save()
    result = redact(tmp_path, path, BOX)
    assert result.pages == [0, 1]
    assert [page.text for page in making.read(tmp_path, result.pdf, [1, 2])] == ["Open", "Open"]


def test_a_file_that_only_pdfium_can_read_becomes_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = making.pdf_of(tmp_path / "in.pdf", "", making.text_at(200, 430, "Open"))
    monkeypatch.setattr("documents.pipeline.steps.redact._readable", lambda work, count: pikepdf.Pdf.new())
    assert redact(tmp_path, pdf, BOX).pages == [0, 1]


def test_what_was_not_covered_is_found(tmp_path: Path) -> None:
    written = making.pdf_of(tmp_path / "in.pdf", making.text_at(200, 430, "Harbour"))
    with pytest.raises(StepFailed, match="under a box"):
        prove(tmp_path, written, BOX)
    hidden = making.scanned_pdf(tmp_path / "scan.pdf", making.scan("Harbour" * 9), over="")
    with pytest.raises(StepFailed, match="does not cover"):
        prove(tmp_path, hidden, Cover(0, 0.1, 0.05, 0.9, 0.15))
    result = redact(tmp_path, written, BOX)
    with pytest.raises(StepFailed, match="under a box"):
        prove(tmp_path, result.pdf, BOX, words=(Word("Harbour", 0.35, 0.44, 0.45, 0.47),))
    with pikepdf.open(result.pdf, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Title"] = "Harbour"
        pdf.save()
    with pytest.raises(StepFailed, match="more than its pages"):
        prove(tmp_path, result.pdf, BOX)


def test_a_cover_on_top_of_a_picture_is_no_redaction(tmp_path: Path) -> None:
    over = "0 g 150 380 320 110 re f"
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan("Harbour"), over=over)
    with pytest.raises(StepFailed, match="not a picture only"):
        prove(tmp_path, pdf, BOX)


def test_boxes_smaller_than_a_pixel_are_painted(tmp_path: Path) -> None:
    image = Image.new("L", (100, 100), 255)
    covers.paint(image, [Cover(0, 0.5, 0.5, 0.5001, 0.5001)])
    assert image.getpixel((50, 50)) == 0


@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("turn", ["1 0 0 1 100 700", "0 1 -1 0 200 100", "-1 0 0 -1 500 100", "0 -1 1 0 200 700"])
def test_words_that_are_moved_out_of_a_box_stay_in_their_lines(tmp_path: Path, turn: str, rotation: int) -> None:
    """Whichever way the lines run on the page: scans lie on their side, or stand on their head."""
    lines = ["The harbour council met", "and decided on the budget", "for the school", "and the hospital of the city"]
    shown = "".join(f"({line}) Tj 0 -30 Td " for line in lines)
    content = f"BT 3 Tr /F 20 Tf {turn} Tm {shown} ET"
    path = making.pdf_of(tmp_path / "page.pdf", content, Rotate=rotation)
    before = _read(path)
    assert sorted(before.text.split("\n")) == sorted(lines)
    word = before.words[2]
    x, y = (word.x1 + word.x2) / 2, (word.y1 + word.y2) / 2
    apart.settle(path, [Cover(0, word.x1, word.y1, *((word.x2, y - 0.002) if x < 0.5 else (x - 0.002, word.y2)))])
    after = _read(path)
    assert (after.text, len(after.words)) == (before.text, len(before.words))
    for old, new in zip(before.words, after.words, strict=True):
        assert old == word or [new.x1, new.y2] == pytest.approx([old.x1, old.y2], abs=0.03)


def _read(path: Path) -> words.PageText:
    with pdfium.opened(path) as document, pdfium.page_of(document, 0) as page:
        return directions.on_head(page) if directions.quarters(page) == 2 else words.read(page)
