"""Every family of formats that is opened, through the program that opens it; and what is refused from the start."""

import gzip
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from documents.choices import EXTENSIONS
from documents.pipeline.steps import formats
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestResult
from organizations.models import User
from tests.conftest import client_of
from tests.documents.pipeline import foreign, making, samples
from tests.documents.pipeline.lures import Lure

REFUSED = set("agd fhd jtd jtt odb plt pm3 pm4 pm5 rlf sgf sgv".split())


def text_of(result: IngestResult) -> str:
    with pypdfium2.PdfDocument(result.pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def is_dark(result: IngestResult) -> bool:
    with pypdfium2.PdfDocument(result.pdf) as document:
        shades = document[0].render(scale=0.5).to_pil().convert("L").getextrema()
    return shades == (0, 255) or (shades[0] < 60 and shades[1] > 170)  # type: ignore[operator]


def refused(tmp_path: Path, content: bytes, extension: str) -> StepFailed:
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, content, extension)
    assert failed.value.message.endswith(".")
    return failed.value


def test_every_known_extension_is_opened_or_refused() -> None:
    assert set(EXTENSIONS) - formats.OPENED == REFUSED
    assert set(EXTENSIONS) >= formats.OPENED


@pytest.mark.parametrize("extension", sorted(REFUSED))
def test_what_nothing_opens_is_refused_before_it_is_uploaded(owner: User, extension: str) -> None:
    asked = {"title": "T", "original_extension": extension}
    answer = client_of(owner).post("/api/documents/", asked, format="json")
    assert answer.status_code == 400
    assert "Save it as a PDF" in answer.json()["original_extension"][0]


@pytest.mark.parametrize("extension", ["eml", "ps", "sxw"])
def test_what_is_opened_may_be_uploaded(owner: User, extension: str) -> None:
    asked = {"title": "T", "original_extension": extension}
    answer = client_of(owner).post("/api/documents/", asked, format="json")
    assert (answer.status_code, answer.json()["original_extension"]) == (201, extension)


@pytest.mark.slow
@pytest.mark.usefixtures("jailed")
@pytest.mark.parametrize("extension", samples.TEXTS)
def test_documents_of_other_programs(tmp_path: Path, extension: str) -> None:
    assert samples.LINE in text_of(making.ingest(tmp_path, samples.TEXTS[extension], extension))


@pytest.mark.slow
@pytest.mark.parametrize("extension", foreign.MADE)
def test_documents_of_programs_long_gone(tmp_path: Path, extension: str) -> None:
    assert samples.LINE in text_of(making.ingest(tmp_path, foreign.MADE[extension], extension))


@pytest.mark.slow
@pytest.mark.parametrize(("extension", "words"), foreign.KEPT.items(), ids=foreign.KEPT)
def test_documents_that_those_programs_wrote(tmp_path: Path, extension: str, words: str) -> None:
    text = text_of(making.ingest(tmp_path, foreign.kept(extension), extension))
    assert words in " ".join(text.split())


@pytest.mark.slow
@pytest.mark.parametrize("extension", foreign.DRAWINGS)
def test_drawings_of_programs_long_gone(tmp_path: Path, extension: str) -> None:
    result = making.ingest(tmp_path, foreign.DRAWINGS[extension], extension)
    with pypdfium2.PdfDocument(result.pdf) as document:
        darkest, lightest = document[0].render(scale=0.5).to_pil().convert("L").getextrema()
    assert (darkest < 200, lightest) == (True, 255)  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.parametrize("extension", samples.DRAWINGS)
def test_drawings(tmp_path: Path, extension: str) -> None:
    assert is_dark(making.ingest(tmp_path, samples.DRAWINGS[extension], extension))


@pytest.mark.parametrize(("extension", "content"), samples.rasters().items(), ids=samples.rasters())
def test_pictures(tmp_path: Path, extension: str, content: bytes) -> None:
    result = making.ingest(tmp_path, content, extension)
    assert len(result.sizes) == 1 and is_dark(result)


@pytest.mark.slow
def test_a_formula(tmp_path: Path) -> None:
    assert "mass" in text_of(making.ingest(tmp_path, samples.MATHML, "mml"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "extension"),
    [("fodt", "doc"), ("fods", "xls"), ("fods", "uos"), ("fodp", "ppt"), ("fodg", "emf"), ("fodg", "odg")],
)
def test_what_libreoffice_writes_itself(tmp_path: Path, written: str, extension: str) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / f"made.{written}").write_bytes(samples.flat(written))
    making.office(folder / f"made.{written}", extension)
    made = (folder / f"made.{extension}").read_bytes()
    assert samples.LINE in text_of(making.ingest(tmp_path, made, extension))


@pytest.mark.parametrize(
    ("extension", "lie", "truth"),
    [
        ("wpd", samples.TEXTS["wri"], "a Windows Write document"),
        ("svg", samples.TEXTS["fb2"], "a FictionBook"),
        ("vsd", samples.TEXTS["doc"], "a Word 2003 XML document"),
        ("eml", b"Dear sir, this has no header.", "plain text"),
        ("numbers", samples.TEXTS["sxw"], "an OpenOffice 1 text"),
        ("hwp", samples.TEXTS["zabw"], "an AbiWord document"),
        ("cdr", b"RIFF\0\0\0\0WEBPVP8 ", "a WebP image"),
        ("eps", b"MZ\x90\0" + bytes(90), "something unknown"),
    ],
)
def test_a_lie_about_the_type_names_both(tmp_path: Path, extension: str, lie: bytes, truth: str) -> None:
    failed = refused(tmp_path, lie, extension)
    assert failed.code == "wrong_type"
    assert f"as .{extension}" in failed.message and truth in failed.message


def test_a_format_whose_later_versions_nothing_opens_says_so(tmp_path: Path) -> None:
    content = bytes.fromhex("d0cf11e0a1b11ae1") + "\5HwpSummaryInformation".encode("utf-16-le")
    failed = refused(tmp_path, content, "hwp")
    assert failed.code == "unsupported"
    assert "Hangul 2000" in failed.message and "Save it as a PDF" in failed.message


@pytest.mark.slow
@pytest.mark.parametrize("extension", ["wpd", "pages", "eps", "svg", "sxw"])
def test_half_a_file_ends_in_a_sentence(tmp_path: Path, extension: str) -> None:
    """A reader that makes something of the first half may keep it."""
    half = samples.TEXTS[extension][: len(samples.TEXTS[extension]) // 2]
    try:
        assert making.ingest(tmp_path, half, extension).sizes
    except StepFailed as failed:
        assert failed.code in ("damaged", "not_converted", "wrong_type")


@pytest.mark.parametrize(
    "program",
    [
        "(/etc/passwd) (r) file 100 string readstring pop 72 700 moveto show",
        "(%pipe%id) (r) file 100 string readstring pop 72 700 moveto show",
        "this is no program",
    ],
)
@pytest.mark.usefixtures("jailed")
def test_postscript_reads_nothing_and_starts_nothing(tmp_path: Path, program: str) -> None:
    content = f"%!PS-Adobe-3.0\n/Helvetica findfont 20 scalefont setfont {program} showpage\n".encode()
    assert refused(tmp_path, content, "ps").code == "not_converted"


def test_postscript_that_never_ends_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, b"%!PS-Adobe-3.0\n{} loop", "ps", seconds=2)
    assert failed.value.code == "too_slow"


@pytest.mark.slow
def test_every_page_of_postscript(tmp_path: Path) -> None:
    drawing = making.ingest(tmp_path, samples.EPS, "eps")
    assert drawing.sizes == [(300.0, 200.0)]
    assert len(making.ingest(tmp_path, samples.POSTSCRIPT, "ps").sizes) == 2


@pytest.mark.slow
@pytest.mark.usefixtures("jailed")
def test_a_drawing_shows_only_what_is_inside_it(tmp_path: Path, lure: Lure) -> None:
    red = tmp_path / "red.png"
    Image.new("RGB", (50, 50), "red").save(red)
    more = "".join(
        f'<image width="300" height="200" xlink:href="{address}"/><use xlink:href="{address}#a"/>'
        for address in (lure.address, red.as_uri())
    )
    result = making.ingest(tmp_path, samples.SVG.format(more=more + "<script>1</script>").encode(), "svg")
    assert samples.LINE in text_of(result) and not lure.visits
    with pypdfium2.PdfDocument(result.pdf) as document:
        colours = document[0].render(scale=1).to_pil().convert("RGB").getcolors(1_000_000)
    assert all(colour != (255, 0, 0) for _, colour in colours)


def test_a_drawing_whose_words_multiply_is_not_opened(tmp_path: Path) -> None:
    words = "".join(f'<!ENTITY w{number} "{f"&w{number - 1};" * 10}">' for number in range(1, 12))
    content = f'<!DOCTYPE svg [<!ENTITY w0 "ha">{words}]><svg xmlns="http://www.w3.org/2000/svg">&w11;</svg>'
    assert refused(tmp_path, content.encode(), "svg").code == "damaged"


def test_a_compressed_file_that_grows_is_not_opened(tmp_path: Path) -> None:
    content = gzip.compress(samples.ABIWORD + bytes(60_000_000))
    with pytest.raises(StepFailed) as failed:
        making.ingest(tmp_path, content, "zabw", unpacked_limit=50_000_000)
    assert failed.value.code == "too_large"
