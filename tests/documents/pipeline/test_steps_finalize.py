"""The PDF that readers get: text layers are put in, and everything else stays."""

import hashlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from documents.pipeline.work import Chunk
from tests.documents.pipeline import making


def text_of(path: str, number: int) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return str(document[number].get_textpage().get_text_range())


def test_without_ocr_the_very_bytes_are_served(tmp_path: Path) -> None:
    pdf = making.pdf_of(tmp_path / "in.pdf", making.text_at(10, 10, "x"))
    result = making.finalize(tmp_path, pdf)
    assert Path(result.pdf).read_bytes() == pdf.read_bytes()
    assert result.file_hash == hashlib.sha1(pdf.read_bytes()).hexdigest()


def furnished(path: Path) -> Path:
    """Three scans with a title, a bookmark to the second, a link from the first to it, and labels."""
    making.scanned_pdf(path, *map(making.scan, ("First scan", "Second scan", "Third scan")))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Title"] = "A file from 1977"
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Second", 1))
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=pikepdf.Array([0, 0, 50, 50]),
            Dest=pikepdf.Array([pdf.pages[1].obj, pikepdf.Name.Fit]),
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(link)])
        pdf.Root.PageLabels = pikepdf.Dictionary(Nums=pikepdf.Array([0, pikepdf.Dictionary(S=pikepdf.Name.r)]))
        pdf.save()
    return path


@pytest.mark.slow
def test_what_hangs_on_pages_survives_ocr(tmp_path: Path) -> None:
    pdf = furnished(tmp_path / "in.pdf")
    read = making.ocr(tmp_path, pdf, [0, 1])
    result = making.finalize(tmp_path, pdf, Chunk(read.pdf, [0, 1]))
    assert "First" in text_of(result.pdf, 0) and "Second" in text_of(result.pdf, 1)
    assert text_of(result.pdf, 2) == ""
    with pikepdf.open(result.pdf) as final:
        assert len(final.pages) == 3
        assert str(final.docinfo["/Title"]) == "A file from 1977"
        with final.open_outline() as outline:
            (bookmark,) = outline.root
            assert bookmark.title == "Second"
        link = final.pages[0].obj.Annots[0]
        assert link.Dest[0].objgen == final.pages[1].obj.objgen
        assert "/PageLabels" in final.Root
    assert result.file_hash == hashlib.sha1(Path(result.pdf).read_bytes()).hexdigest()


@pytest.mark.slow
def test_the_scan_looks_as_before(tmp_path: Path) -> None:
    pdf = making.scanned_pdf(tmp_path / "in.pdf", making.scan("A scanned letter"), Rotate=90)
    read = making.ocr(tmp_path, pdf)
    final = making.finalize(tmp_path, pdf, Chunk(read.pdf, [0]))
    drawn = []
    for path in (str(pdf), final.pdf):
        with pypdfium2.PdfDocument(path) as document:
            drawn.append(document[0].render(scale=1).to_pil().tobytes())
    assert drawn[0] == drawn[1]


def test_a_pdf_that_qpdf_cannot_open_is_served_without_a_layer(tmp_path: Path) -> None:
    pdf = tmp_path / "in.pdf"
    pdf.write_bytes(b"no pdf at all")
    chunk = making.pdf_of(tmp_path / "chunk.pdf", "")
    assert Path(making.finalize(tmp_path, pdf, Chunk(str(chunk), [0])).pdf).read_bytes() == b"no pdf at all"
