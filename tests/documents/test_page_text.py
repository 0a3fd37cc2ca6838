"""Setting the text of pages: readers keep the old text until the new one is whole, in storage, index and PDF."""

import io
import json
from typing import Any

import pikepdf
import pytest
from documentcloud import DocumentCloud

from docplatform.lib import storage
from documents import paths
from documents.actions import document as actions
from documents.choices import Access, JobKind, Status, StepKind
from documents.models import Document, DocumentError, Job, Page, PageText, Version
from documents.pipeline import sandbox, sweep, versions
from documents.pipeline.values import StepFailed
from organizations.models import Event, User
from tests.conftest import client_of
from tests.documents import uploads
from tests.documents.factories import make_document
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

pytestmark = pytest.mark.django_db
URL = "/api/documents/"
WORD = {"text": "Harbour", "x1": 0.1, "x2": 0.3, "y1": 0.1, "y2": 0.13}


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    fake = FakeSteps()
    monkeypatch.setattr(sandbox, "run", fake)
    return fake


def patch(person: User, document: Document, *pages: dict[str, Any], **more: Any) -> Any:
    return client_of(person).patch(f"{URL}{document.pk}/", {"pages": list(pages), **more}, format="json")


def page(number: int, text: str = "new", **more: Any) -> dict[str, Any]:
    return {"page_number": number, "text": text, **more}


def row(document: Document, number: int) -> Page:
    document.refresh_from_db()
    return Page.objects.get(entries__version=document.version, entries__number=number)


def boxes(document: Document, number: int) -> list[dict[str, Any]]:
    words = row(document, number).words
    assert words
    found: list[dict[str, Any]] = json.loads(storage.backend().read(paths.page_boxes(words)))
    return found


def found(person: User, q: str) -> list[int]:
    answer = client_of(person).get("/api/documents/search/", {"q": q}).json()
    return [int(document["id"]) for document in answer["results"]]


def test_text_arrives_everywhere_while_everybody_reads_on(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"3 1", access=Access.PUBLIC)
    before = {number: row(document, number) for number in range(3)}
    answer = patch(owner, document, page(1, "Zebra crossing", ocr="my-engine"), title="Renamed")
    assert (answer.status_code, answer.json()["status"], answer.json()["title"]) == (200, "readable", "Renamed")
    assert "pages" not in answer.json()
    anybody = client_of(User())
    assert anybody.get(f"{URL}{document.pk}/").json()["status"] == "readable"
    assert found(owner, "zebra") == []
    drain()
    after = {number: row(document, number) for number in range(3)}
    assert document.status == Status.SUCCESS
    assert (after[0], after[2]) == (before[0], before[2])
    assert (after[1].images, after[1].ocr, after[1].width) == (before[1].images, "my-engine", before[1].width)
    assert found(owner, "zebra") == found(owner, "page_no_2:zebra") == [document.pk]
    assert found(owner, '"text 1"') == found(owner, "page_no_1:zebra") == []
    assert document.version and steps.kinds()[-1] == StepKind.FINALIZE
    whole = storage.backend().read(paths.full_text(document.version.pdf_key)).decode()
    assert whole == "text 0\n\nZebra crossing\n\nread 2"
    told = json.loads(storage.backend().read(paths.json_text(document.version.pdf_key)))["pages"][1]
    assert (told["page"], told["contents"], told["ocr"], told["lang"]) == (1, "Zebra crossing", "my-engine", "eng")
    assert [event.data["change"] for event in Event.objects.filter(kind="document.processed")][-1] == JobKind.TEXT


def test_positions_are_kept_with_their_metadata_and_make_the_layer(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"2 2")
    word = {**WORD, "metadata": {"type": "word", "x1": "not this"}}
    assert patch(owner, document, page(0, positions=[word, WORD | {"metadata": 7}]), page(1)).status_code == 200
    drain()
    assert boxes(document, 0) == [{"type": "word", **WORD}, {"metadata": 7, **WORD}]
    assert next(work.layers for kind, work in steps.calls if kind == StepKind.TEXT)[0].words[0].text == "Harbour"
    assert document.version
    assert b"layered [0]" in storage.backend().read(document.version.pdf_key)


def test_without_positions_the_pdf_stays_and_only_words_that_stay_keep_their_boxes(
    owner: User, steps: FakeSteps
) -> None:
    document = process_file(owner, b"1 0")
    words = [
        {"text": text, "x1": i / 9, "x2": (i + 1) / 9, "y1": 0.1, "y2": 0.2}
        for i, text in enumerate("a wrang word".split())
    ]
    patch(owner, document, page(0, "a wrang word", positions=words))
    drain()
    assert document.version
    kinds = len(steps.kinds())
    patch(owner, document, page(0, "a wrong word again"))
    drain()
    assert boxes(document, 0) == [words[0], words[2]]
    assert steps.kinds()[kinds:] == [StepKind.FINALIZE]


@pytest.mark.parametrize(
    "pages",
    [
        "text",
        {"page_number": 0, "text": ""},
        [7],
        [{"text": "no number"}],
        [page(-1)],
        [page(True)],  # type: ignore[arg-type]
        [page(2)],
        [{"page_number": 0}],
        [{"page_number": 0, "text": None}],
        [page(0, ocr="x" * 21)],
        [page(0, ocr="a\x00b")],
        [page(0, positions={})],
        [page(0, positions=["word"])],
        [page(0, positions=[{**WORD, "text": 1}])],
        [page(0, positions=[{**WORD, "x2": 1.01}])],
        [page(0, positions=[{**WORD, "y1": "0.5"}])],
        [page(0, positions=[{"text": "w"}])],
        [page(1, positions=[WORD]), page(0)],
        [page(0), page(0)],
        [page(number) for number in range(51)],
    ],
)
def test_what_is_not_the_text_of_pages_is_refused_by_name(owner: User, pages: Any) -> None:
    document = make_document(owner, pages=["one", "two"])
    answer = client_of(owner).patch(f"{URL}{document.pk}/", {"pages": pages}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["pages"])
    assert not Job.objects.exists()


@pytest.mark.parametrize("status", [Status.PENDING, Status.READABLE, Status.ERROR, Status.NOFILE])
def test_only_finished_documents_take_text(owner: User, status: Status) -> None:
    document = make_document(owner, pages=["one"], status=status)
    answer = patch(owner, document, page(0))
    assert (answer.status_code, list(answer.json())) == (400, ["pages"])


def test_text_is_set_for_one_document_at_a_time(owner: User) -> None:
    document = make_document(owner, pages=["one"])
    many = client_of(owner).patch(URL, [{"id": document.pk, "pages": [page(0)]}], format="json")
    assert (many.status_code, list(many.json()[0])) == (400, ["pages"])
    new = client_of(owner).post(URL, {"title": "New", "pages": [page(0)]}, format="json")
    assert (new.status_code, list(new.json())) == (400, ["pages"])


def test_no_pages_are_no_change(owner: User) -> None:
    document = make_document(owner, pages=["one"])
    assert patch(owner, document).json()["status"] == "success"
    assert not Job.objects.exists()


def test_characters_that_nothing_can_hold_are_left_out(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 1")
    bad = json.dumps([page(0, "a\x00b\ud800c", positions=[{**WORD, "text": "w\x00", "metadata": {"m": "\ud800"}}])])
    answer = client_of(owner).patch(f"{URL}{document.pk}/", {"pages": bad}, format="multipart")
    assert answer.status_code == 200
    drain()
    assert PageText.objects.get(page=row(document, 0)).body == "ab?c"
    assert boxes(document, 0) == [{**WORD, "text": "w", "m": "?"}]


def test_a_failure_leaves_the_document_as_it_was_and_says_why(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 1", access=Access.PUBLIC)
    version = document.version_id

    def fail(kind: StepKind, work: Any) -> None:
        if kind == StepKind.TEXT:
            raise StepFailed("broken", "It broke. Try again.")

    steps.before = fail
    patch(owner, document, page(0, "new", positions=[WORD]))
    drain()
    document.refresh_from_db()
    assert (document.status, document.version_id) == (Status.SUCCESS, version)
    assert DocumentError.objects.get(document=document).message == "It broke. Try again."
    assert found(owner, "read") == [document.pk]


def test_a_program_that_keeps_dying_is_given_up(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 1")

    def crash(kind: StepKind, work: Any) -> None:
        if kind == StepKind.TEXT:
            raise sandbox.Crashed("killed")

    steps.before = crash
    patch(owner, document, page(0, "new", positions=[WORD]))
    drain()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS
    assert DocumentError.objects.get(document=document).code == "text_crashed"
    job = Job.objects.get(kind=JobKind.TEXT)
    lost = job.steps.get().lost
    assert len(lost) == 4
    assert len(list(sweep.lost_keys(job))) >= 4 * 2


def test_it_can_be_cancelled(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 0")
    patch(owner, document, page(0))
    assert client_of(owner).post(f"{URL}{document.pk}/process/").status_code == 400
    assert client_of(owner).delete(f"{URL}{document.pk}/process/").status_code == 200
    document.refresh_from_db()
    assert (document.status, row(document, 0).text.body) == (Status.SUCCESS, "text 0")
    assert "as it was" in DocumentError.objects.get(document=document).message


def test_the_old_version_goes_and_the_images_stay(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 0")
    old = row(document, 0)
    patch(owner, document, page(0))
    drain()
    versions.drop_unread(document.pk)
    assert Version.objects.filter(document=document).count() == 1
    assert not Page.objects.filter(pk=old.pk).exists()
    assert row(document, 0).images == old.images
    assert storage.backend().exists(paths.page_image(old.images, "large"))


def test_a_deleted_document_stays_deleted(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 0")
    patch(owner, document, page(0))
    actions.delete([document.pk], actor=owner)
    drain()
    document.refresh_from_db()
    assert document.status == Status.DELETED


@pytest.mark.slow
def test_a_scan_gets_the_text_that_somebody_typed(owner: User) -> None:
    document = process_file(owner, uploads.scan(1, 2))
    assert patch(owner, document, page(1, "Harbour", positions=[WORD])).status_code == 200
    drain()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS, DocumentError.objects.values_list("message")
    assert document.version
    pdf = storage.backend().read(document.version.pdf_key)
    with pikepdf.open(io.BytesIO(pdf)) as made:
        assert len(made.pages) == 2
        assert any(str(name).startswith("/DocPlatformHidden") for name in made.pages[1].resources.Font.keys())  # noqa: SIM118
    assert found(owner, "page_no_2:harbour") == [document.pk]


def test_the_python_client_sets_text(python_client: DocumentCloud, steps: FakeSteps) -> None:
    owner = User.objects.get(username="ada")
    document = process_file(owner, b"2 0")
    answer = python_client.patch(f"documents/{document.pk}/", json={"pages": [page(1, "By the client")]})
    assert answer.status_code == 200
    drain()
    client = python_client.documents.get(document.pk)
    assert (client.status, client.get_page_text(2)) == ("success", "By the client")
    assert client.get_json_text()["pages"][1]["contents"] == "By the client"
