"""Pages put together anew: what they show comes along, and nothing of the pages that were left out."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, NameTree, NumberTree, OutlineItem, Pdf

from documents.pipeline.edits import ModifyResult, ModifyWork
from documents.pipeline.steps import pdfium
from documents.pipeline.values import StepFailed
from tests.documents.pipeline.making import FONT, pdf_of, run, text_at


def modify(tmp_path: Path, plan: list[tuple[int, int, int]], *sources: Path, **limits: int) -> Path:
    work = ModifyWork([str(path) for path in sources], plan, str(tmp_path / "modify"), **limits)
    result: ModifyResult = run("modify", work)
    return Path(result.pdf)


def numbered(tmp_path: Path, name: str, count: int = 3, **keys: object) -> Path:
    return pdf_of(tmp_path / f"{name}.pdf", *(text_at(50, 700, f"{name} {i}") for i in range(count)), **keys)


def shown(path: Path) -> list[str]:
    """The text of each page, read by the other library."""
    with pdfium.opened(path) as document:
        return [page.get_textpage().get_text_range().strip() for page in document]


def everything(path: Path) -> bytes:
    """All strings, names and streams of a file, decoded."""
    with pikepdf.open(path) as pdf:
        found = [pdf.trailer.unparse()]
        for thing in pdf.objects:
            found.append(thing.unparse(resolved=True))
            if isinstance(thing, pikepdf.Stream):
                found.append(thing.read_bytes())
    return b"\n".join(found)


@pytest.mark.parametrize(
    ("plan", "texts"),
    [
        ([(0, 0, 0), (0, 1, 0), (0, 2, 0)], ["own 0", "own 1", "own 2"]),
        ([(0, 2, 0), (0, 0, 0)], ["own 2", "own 0"]),
        ([(0, 1, 0), (0, 1, 90), (0, 1, 0)], ["own 1", "own 1", "own 1"]),
        ([(1, 0, 0), (0, 0, 0), (1, 1, 180)], ["other 0", "own 0", "other 1"]),
    ],
)
def test_pages_come_in_the_order_of_the_plan(
    tmp_path: Path, jailed: None, plan: list[tuple[int, int, int]], texts: list[str]
) -> None:
    own, other = numbered(tmp_path, "own"), numbered(tmp_path, "other")
    assert shown(modify(tmp_path, plan, own, other)) == texts


@pytest.mark.parametrize(
    ("before", "turn", "after", "size"),
    [(0, 90, 90, (800, 600)), (90, 270, 0, (600, 800)), (-90, 180, 90, (800, 600)), (450, 180, 270, (800, 600))],
)
def test_a_turn_adds_to_the_page_s_own(tmp_path: Path, before: int, turn: int, after: int, size: Any) -> None:
    path = modify(tmp_path, [(0, 0, turn), (0, 0, 0)], numbered(tmp_path, "own", Rotate=before))
    with pikepdf.open(path) as pdf:
        assert pdf.pages[0].obj.Rotate == after
        assert pdf.pages[1].obj.Rotate == before
    with pdfium.opened(path) as document:
        assert pdfium.size_of(document, 0) == size


def test_what_a_page_inherits_comes_along(tmp_path: Path) -> None:
    with pikepdf.open(numbered(tmp_path, "own")) as pdf:
        tree = pdf.Root.Pages
        tree.MediaBox, tree.Rotate = Array([0, 0, 300, 200]), 90
        tree.CropBox, tree.Resources = Array([0, 0, 200, 100]), Dictionary(Font=Dictionary(F=FONT))
        for page in pdf.pages:
            page.obj.Contents = pdf.make_stream(text_at(10, 50, "inherits").encode())
            del page.obj["/MediaBox"], page.obj["/Resources"]
        pdf.save(tmp_path / "tree.pdf")
    path = modify(tmp_path, [(0, 1, 0)], tmp_path / "tree.pdf")
    assert shown(path) == ["inherits"]
    with pdfium.opened(path) as document:
        assert pdfium.size_of(document, 0) == (100, 200)


def _picture(pdf: Pdf, text: str) -> Any:
    return pdf.make_stream(
        text.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]), PieceInfo=Dictionary(A="SECRET")
    )


def _share_resources(pdf: Pdf) -> None:
    """All pages have one list of forms, and the forms of forms have one too."""
    inner = Dictionary(A=_picture(pdf, "% plain"), B=_picture(pdf, "% SECRET inner"))
    outer = [_picture(pdf, f"/{name} Do % {text}") for name, text in [("A", "plain"), ("B", "SECRET outer")]]
    for form in outer:
        form.Resources = pdf.make_indirect(Dictionary(XObject=inner))
    shared = pdf.make_indirect(Dictionary(X=outer[0], Y=outer[1], Z=_picture(pdf, "% never SECRET")))
    for page, name in zip(pdf.pages, "XYX", strict=True):
        page.obj.Resources.XObject = shared
        page.contents_add(f"/{name} Do".encode())


def _link_pages(pdf: Pdf) -> None:
    first, secret, last = pdf.pages
    pdf.Root.Names = Dictionary(Dests=NameTree.new(pdf).obj)
    names = NameTree(pdf.Root.Names.Dests)
    names["SECRET place"] = Array([secret.obj, Name.Fit])
    names["end"] = Dictionary(D=Array([last.obj, Name.XYZ, 1, 2, None]))
    leads: list[Any] = [Array([secret.obj, Name.Fit]), "SECRET place", "end"]
    links = [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], Dest=dest) for dest in leads]
    act = Dictionary(S=Name.GoTo, D=Array([last.obj, Name.Fit]), Next=Dictionary(S=Name.JavaScript, JS="SECRET"))
    links.append(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=act))
    links.append(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI="https://example.org")
        )
    )
    first.obj.Annots = Array([pdf.make_indirect(link) for link in links])
    with pdf.open_outline() as outline:
        item = OutlineItem("SECRET chapter", 1)
        item.children.append(OutlineItem("Last chapter", 2))
        outline.root.extend([OutlineItem("First chapter", 0), item])


def _tie_together(pdf: Pdf) -> None:
    """Everything else by which one page can hold on to another."""
    first, secret, _ = pdf.pages
    bead = pdf.make_indirect(Dictionary(P=secret.obj, I="SECRET bead"))
    pdf.Root.Threads = Array([pdf.make_indirect(Dictionary(F=bead, I=Dictionary(Title="SECRET thread")))])
    first.obj.B, first.obj.Metadata = Array([bead]), pdf.make_stream(b"SECRET")
    first.obj.AA = Dictionary(O=Dictionary(S=Name.GoTo, D=Array([secret.obj, Name.Fit])))
    pdf.Root.MarkInfo, first.obj.StructParents = Dictionary(Marked=True), 0
    pdf.Root.PageLabels = Dictionary(Nums=Array([1, Dictionary(P="SECRET "), 2, Dictionary(S=Name.r)]))
    pdf.Root.StructTreeRoot = Dictionary(K=Array([Dictionary(S=Name.P, Pg=secret.obj, ActualText="SECRET words")]))
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="SECRET()")
    note = pdf.make_indirect(Dictionary(Subtype=Name.Text, Rect=[0, 0, 9, 9], Contents="SECRET", P=secret.obj))
    reply = Dictionary(Subtype=Name.Text, Rect=[0, 0, 9, 9], Contents="kept reply", IRT=note, P=first.obj)
    first.obj.Annots.append(pdf.make_indirect(reply))
    secret.obj.Annots = Array([note])
    field = pdf.make_indirect(Dictionary(T="person", Kids=Array()))
    for page, name, value in [(first, "name", "kept value"), (secret, "alias", "SECRET value")]:
        look = pdf.make_stream(value.encode(), Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        kid = pdf.make_indirect(
            Dictionary(Subtype=Name.Widget, Rect=[0, 0, 9, 9], FT=Name.Tx, T=name, V=value, AP=Dictionary(N=look))
        )
        kid.Parent, kid.P = field, page.obj
        field.Kids.append(kid)
        page.obj.Annots.append(kid)
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=pdf.make_stream(b"SECRET form"))


def _hide_layers(pdf: Pdf) -> None:
    layers = [pdf.make_indirect(Dictionary(Type=Name.OCG, Name=name)) for name in ("hidden layer", "SECRET layer")]
    for page, layer in zip(pdf.pages, [layers[0], layers[1], layers[0]], strict=True):
        page.obj.Resources.Properties = Dictionary(L=layer)
        page.contents_add(b"/OC /L BDC EMC")
    pdf.Root.OCProperties = Dictionary(OCGs=Array(layers), D=Dictionary(BaseState=Name.OFF, Order=Array(layers)))


@pytest.fixture
def tangled(tmp_path: Path) -> Path:
    """Three pages that are tied together in every way; all that says SECRET belongs to the second."""
    with pikepdf.open(numbered(tmp_path, "own")) as pdf:
        pdf.pages[1].obj.Contents = pdf.make_stream(text_at(50, 700, "SECRET page").encode())
        for tie in (_share_resources, _link_pages, _tie_together, _hide_layers):
            tie(pdf)
        pdf.docinfo["/Title"] = pdf.make_indirect(pikepdf.String("Report"))
        pdf.save(tmp_path / "tangled.pdf")
    return tmp_path / "tangled.pdf"


def test_nothing_of_a_page_that_is_left_out_stays_in_the_file(tmp_path: Path, tangled: Path) -> None:
    assert everything(tangled).count(b"SECRET") > 15
    path = modify(tmp_path, [(0, 0, 0), (0, 2, 90), (0, 0, 0)], tangled)
    assert shown(path) == ["own 0", "own 2", "own 0"]
    left = everything(path)
    assert b"SECRET" not in left
    for kept in (b"% plain", b"kept reply", b"kept value", b"hidden layer", b"https://example.org", b"Report"):
        assert kept in left


def test_links_bookmarks_fields_and_layers_still_do_what_they_did(tmp_path: Path, tangled: Path) -> None:
    path = modify(tmp_path, [(0, 2, 0), (0, 0, 0)], tangled)
    with pikepdf.open(path) as pdf:
        last, first = pdf.pages
        links = [note for note in first.obj.Annots if note.Subtype == Name.Link]
        assert [link.Dest[0].objgen for link in links if "/Dest" in link] == [last.obj.objgen] * 2
        assert links[0].Dest[1] == Name.XYZ and len(links) == 3
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["First chapter", "Last chapter"]
            assert outline.root[1].destination[0].objgen == last.obj.objgen
        [field] = pdf.Root.AcroForm.Fields
        assert (str(field.T), str(field.V)) == ("person_name", "kept value")
        assert field.Kids[0].P.objgen == first.obj.objgen
        [layer] = pdf.Root.OCProperties.OCGs
        assert [off.objgen for off in pdf.Root.OCProperties.D.OFF] == [layer.objgen]
        assert first.obj.Resources.Properties.L.objgen == layer.objgen


def test_the_new_file_does_not_claim_the_structure_that_it_left_behind(tmp_path: Path, tangled: Path) -> None:
    with pikepdf.open(modify(tmp_path, [(0, 0, 0)], tangled)) as pdf:
        assert not {"/MarkInfo", "/StructTreeRoot"} & set(pdf.Root.keys())
        assert "/StructParents" not in pdf.pages[0].obj


def _labelled(tmp_path: Path, name: str, *rows: Any, count: int = 6) -> Path:
    with pikepdf.open(numbered(tmp_path, name, count)) as pdf:
        pdf.Root.PageLabels = Dictionary(Nums=Array(rows))
        pdf.save(tmp_path / f"{name}-labelled.pdf")
    return tmp_path / f"{name}-labelled.pdf"


ROMAN = (0, Dictionary(S=Name.r), 2, Dictionary(S=Name.D, P="A-", St=7), 5, Dictionary(P="Cover"))


@pytest.mark.parametrize(
    ("plan", "labels", "runs"),
    [
        ([(0, page, 0) for page in range(6)], ["i", "ii", "A-7", "A-8", "A-9", "Cover"], 3),
        ([(0, 1, 0), (0, 3, 90), (0, 4, 0), (0, 1, 0)], ["ii", "A-8", "A-9", "ii"], 3),
        ([(0, 5, 0), (0, 5, 0), (1, 0, 0), (1, 1, 0), (0, 0, 0)], ["Cover", "Cover", "3", "4", "i"], 3),
        ([(1, 2, 0), (1, 0, 0)], ["1", "2"], 1),
    ],
)
def test_pages_are_called_what_they_were_called(tmp_path: Path, plan: Any, labels: list[str], runs: int) -> None:
    path = modify(tmp_path, plan, _labelled(tmp_path, "own", *ROMAN), numbered(tmp_path, "other"))
    with pikepdf.open(path) as pdf:
        assert [page.label for page in pdf.pages] == labels
        assert len(NumberTree(pdf.Root.PageLabels)) == runs


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ((), None),
        ((3, Dictionary(S=Name.A)), ["1", "A"]),
        ((0, Dictionary(S=Name.Nonsense, P=7, St=-1)), ["", ""]),
        ((0, Dictionary(S=Name.D, St=2**40)), ["1", "4"]),
        ((0, 5), ["", ""]),
        ((0,), None),
    ],
)
def test_labels_that_are_damaged_cost_themselves_only(tmp_path: Path, rows: Any, labels: list[str] | None) -> None:
    path = modify(tmp_path, [(0, 0, 0), (0, 3, 0)], _labelled(tmp_path, "own", *rows))
    assert shown(path) == ["own 0", "own 3"]
    with pikepdf.open(path) as pdf:
        assert ([page.label for page in pdf.pages] if "/PageLabels" in pdf.Root else None) == labels


def test_a_file_that_qpdf_cannot_read_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = numbered(tmp_path, "own")
    real = Pdf.open

    def picky(name: Any, **options: Any) -> Pdf:
        if str(name) == str(path):
            raise pikepdf.PdfError("no")
        return real(name, **options)

    monkeypatch.setattr(Pdf, "open", picky)
    assert shown(modify(tmp_path, [(0, 2, 0), (0, 1, 0)], path)) == ["own 2", "own 1"]


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    (tmp_path / "garbage.pdf").write_bytes(b"%PDF-1.4 nonsense")
    with pytest.raises(StepFailed, match="too damaged"):
        modify(tmp_path, [(0, 0, 0)], tmp_path / "garbage.pdf")
    with pytest.raises(StepFailed, match="Import fewer pages"):
        modify(tmp_path, [(0, 0, 0)], numbered(tmp_path, "own"), pdf_limit=10)
