"""Reading again: forced OCR believes nothing but the picture, every language has its pack, cancelling ends programs."""

import json
import re
import threading
import time
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.conf import settings
from django.db import connection

from docplatform.lib import storage
from documents import paths
from documents.choices import LANGUAGES, JobState, StepKind
from documents.models import Document, Job, Page, Step
from documents.pipeline import claims, hosts, runner
from documents.pipeline.steps import packs
from documents.pipeline.values import StepFailed
from organizations.models import User
from tests.conftest import client_of
from tests.documents import uploads
from tests.documents.pipeline import making
from tests.documents.processing import drain, process_file, upload_file

URL = "/api/documents/"
ROOT = Path(__file__).resolve().parents[2]
TRUTH = "The harbour contract was signed on Tuesday\nby the minister and the company."


def page_of(document: Document) -> Page:
    document.refresh_from_db()
    return Page.objects.select_related("text").get(entries__version=document.version_id)


def layer(document: Document) -> str:
    """The text that a reader's program finds in the PDF that is served."""
    assert document.version
    with pypdfium2.PdfDocument(storage.backend().read(document.version.pdf_key)) as pdf:
        return str(pdf[0].get_textpage().get_text_bounded())


def found(user: User, word: str) -> bool:
    return bool(client_of(user).get(f"{URL}search/", {"q": word}).json()["results"])


def form(pdf: pikepdf.Pdf, content: str) -> pikepdf.Object:
    font = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=making.FONT))
    box = pikepdf.Array([0, 0, 612, 792])
    name = pikepdf.Name
    return pdf.make_stream(content.encode(), Type=name.XObject, Subtype=name.Form, BBox=box, Resources=font)


def liar(tmp_path: Path, lie: str) -> bytes:
    """A scan with text that nobody sees: in a hidden layer, as a clipping path, in a form, or white on white."""
    hidden = {
        "layer": making.text_at(50, 700, "Zeppelin", mode=3),
        "clip": f"q {making.text_at(50, 700, 'Zeppelin', mode=7)} Q",
        "form": "",
        "white": f"1 g {making.text_at(50, 40, 'Zeppelin')}",
    }
    path = making.scanned_pdf(tmp_path / "liar.pdf", making.scan(TRUTH), over=hidden[lie])
    if lie == "form":
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            page = pdf.pages[0].obj
            page.Resources.XObject.Lie = form(pdf, making.text_at(50, 700, "Zeppelin", mode=3))
            page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"/Lie Do\n")
            pdf.save(path)
    return path.read_bytes()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("lie", ["layer", "clip", "form", "white"])
def test_after_forced_ocr_nothing_says_what_a_hidden_layer_said(owner: User, tmp_path: Path, lie: str) -> None:
    document = process_file(owner, liar(tmp_path, lie))
    if lie == "layer":
        assert page_of(document).text.body == "Zeppelin" and found(owner, "zeppelin") and not found(owner, "harbour")
    response = client_of(owner).post(f"{URL}{document.pk}/process/", {"force_ocr": True})
    assert response.status_code == 200
    drain()
    page = page_of(document)
    assert (page.ocr, page.error) == ("tess4_force", "")
    words = json.loads(storage.backend().read(paths.page_boxes(page.words or page.images)))
    texts = [
        page.text.body,
        storage.backend().read(paths.page_text(page.words or page.images)).decode(),
        " ".join(word["text"] for word in words),
        layer(document),
    ]
    for text in texts:
        assert " ".join(text.split()) == " ".join(TRUTH.split())
    assert found(owner, "harbour") and not found(owner, "zeppelin")


@pytest.mark.django_db
def test_every_language_of_the_contract_is_accepted(owner: User) -> None:
    client = client_of(owner)
    for start in range(0, len(LANGUAGES), 25):
        wanted = [{"title": code, "language": code} for code in LANGUAGES[start : start + 25]]
        response = client.post(URL, wanted)
        assert response.status_code == 201
        assert [item["language"] for item in response.json()] == [item["language"] for item in wanted]


def test_every_language_has_a_pack_or_a_sentence_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = set(re.findall(r"^(tesseract-ocr-\S+)", (ROOT / "docplatform/setup/packages.txt").read_text(), re.M))
    monkeypatch.setattr(packs, "installed", lambda: {packs.pack(code) for code in LANGUAGES if brought(code)})

    def brought(code: str) -> bool:
        return packs.package(code) in listed

    assert sum(map(brought, LANGUAGES)) == len(listed - {"tesseract-ocr-osd"}) > 20
    for code in LANGUAGES:
        if brought(code):
            assert packs.installed_pack(code) == packs.pack(code)
        else:
            with pytest.raises(StepFailed) as failed:
                packs.installed_pack(code)
            assert f"{packs.package(code)} is not installed" in failed.value.message


@pytest.mark.slow
def test_cancelling_ends_a_running_tesseract_within_five_seconds(transactional_db: None, owner: User) -> None:
    document = upload_file(owner, uploads.scan(21, 8))
    client = client_of(owner)
    assert client.post(f"{URL}{document.pk}/process/").status_code == 200
    while not Step.objects.filter(kind=StepKind.OCR).exists():
        claim = claims.claim("fast", hosts.me())
        assert claim and runner.run(claim, stopping=lambda: False, alive=lambda: None) == "done"
    outcomes: list[str] = []

    def work() -> None:
        claim = claims.claim("bulk", hosts.me())
        assert claim
        outcomes.append(runner.run(claim, stopping=lambda: False, alive=lambda: None))
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    deadline = time.monotonic() + 60
    while not running():
        assert time.monotonic() < deadline and worker.is_alive()
        time.sleep(0.05)
    began = time.monotonic()
    assert client.delete(f"{URL}{document.pk}/process/").status_code == 200
    worker.join(30)
    assert time.monotonic() - began < 5
    assert outcomes == ["cancelled"] and not running()
    assert Job.objects.get(document=document).state == JobState.CANCELLED
    # and it can be started again at once
    assert client.post(f"{URL}{document.pk}/process/").status_code == 200
    again = client.post(f"{URL}{document.pk}/process/")
    assert (again.status_code, list(again.json())) == (400, ["error", "code"])
    together = client.post(f"{URL}process/", [{"id": document.pk}])
    assert together.status_code == 400 and isinstance(together.json()[0], str)


def running() -> list[list[bytes]]:
    """The command lines of every tesseract that works in this test's data directory."""
    data, names = str(settings.DATA_DIR).encode(), []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if command[0].endswith(b"tesseract") and data in b" ".join(command):
            names.append(command)
    return names
