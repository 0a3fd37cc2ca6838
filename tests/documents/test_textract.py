"""Amazon Textract: who may use it, what it costs, what it reads, and what happens when it does not."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from docplatform.lib import storage
from documents import paths
from documents.choices import JobState, OcrEngine, Queue, Status, StepKind, StepState
from documents.models import Document, DocumentError, Job, Page, Step
from documents.pipeline import claims, runner, sandbox
from documents.pipeline.values import StepFailed
from documents.pipeline.work import ImageResult, OcrResult, OcrWork, PhotoWork
from organizations.models import Charge, Organization, Plan, User
from tests.conftest import client_of
from tests.documents import amazon, uploads
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, upload_file

pytestmark = pytest.mark.django_db
URL = "/api/documents/"
BODY = {"ocr_engine": "textract"}


@pytest.fixture
def service(settings: Any) -> Iterator[amazon.Amazon]:
    """Amazon answers, and the administrator has an account there."""
    with amazon.running() as running:
        settings.TEXTRACT_REGION = "eu-central-1"
        settings.TEXTRACT_ACCESS_KEY, settings.TEXTRACT_SECRET_KEY = "key", "secret"
        settings.TEXTRACT_ENDPOINT_URL = running.url
        yield running


@pytest.fixture
def professional(newsroom: Organization) -> Organization:
    newsroom.plan = Plan.objects.create(name="Professional", feature_level=1)
    newsroom.monthly_credits, newsroom.purchased_credits = 2, 3
    newsroom.save()
    return newsroom


class Steps(FakeSteps):
    """Also takes photographs."""

    def photo(self, work: PhotoWork) -> ImageResult:
        path = f"{work.folder}/photo.jpg"
        Image.new("L", (60, 80), work.page).save(path)
        return ImageResult(path)

    def ocr(self, work: OcrWork) -> OcrResult:
        result = super().ocr(work)
        for found in work.found:
            [page], words = result.pages, [word for line in found.lines for word in line]
            text = " ".join(word.text for word in words)
            return OcrResult([replace(page, text=text, words=words)], result.pdf)
        return result


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    fake = Steps()
    monkeypatch.setattr(sandbox, "run", fake)
    return fake


def begun(owner: User, content: bytes, **fields: Any) -> Document:
    document = upload_file(owner, content, **fields)
    response = client_of(owner).post(f"{URL}{document.pk}/process/", BODY)
    assert response.status_code == 200, response.content
    return document


def read(owner: User, content: bytes, **fields: Any) -> Document:
    document = begun(owner, content, **fields)
    drain()
    document.refresh_from_db()
    return document


def pages(document: Document) -> list[Page]:
    entries = Page.objects.filter(entries__version=document.version_id).order_by("entries__number")
    return list(entries.select_related("text"))


def credits_of(organization: Organization) -> tuple[int, int]:
    organization.refresh_from_db()
    return organization.monthly_credits, organization.purchased_credits


def test_without_credentials_it_is_not_there(owner: User, professional: Organization) -> None:
    document = upload_file(owner, b"1 1")
    response = client_of(owner).post(f"{URL}{document.pk}/process/", BODY)
    assert response.status_code == 400
    assert "not configured" in response.json()["ocr_engine"][0]


@pytest.mark.parametrize(
    ("level", "credits", "language", "reason"),
    [(0, 9, "eng", "plan"), (1, 0, "eng", "credit"), (1, 9, "rus", "eng, spa"), (2, 9, "deu", ""), (1, 1, "por", "")],
)
def test_who_may_use_it(
    owner: User, newsroom: Organization, service: Any, level: int, credits: int, language: str, reason: str
) -> None:
    newsroom.plan = Plan.objects.create(name="P", feature_level=level)
    newsroom.purchased_credits = credits
    newsroom.save()
    document = upload_file(owner, b"1 1", language=language)
    client = client_of(owner)
    one = client.post(f"{URL}{document.pk}/process/", BODY)
    if not reason:
        assert one.status_code == 200
        assert Job.objects.get(document=document).ocr_engine == OcrEngine.TEXTRACT
        return
    many = client.post(f"{URL}process/", [{"id": document.pk, **BODY}])
    assert (one.status_code, many.status_code) == (400, 400)
    assert reason in one.json()["ocr_engine"][0] and reason in many.json()[0]["ocr_engine"][0]


@pytest.mark.slow
def test_a_scan_is_read_by_amazon(owner: User, professional: Organization, service: amazon.Amazon) -> None:
    service.answers = [amazon.reading("Grüße from Amazon", "second line")]
    document = read(owner, uploads.scan(31, 1))
    assert document.status == Status.SUCCESS, list(DocumentError.objects.values_list("message", flat=True))
    [page] = pages(document)
    assert (page.ocr, page.confidence, page.text.body) == ("textract", 0.985, "Grüße from Amazon\nsecond line")
    assert page.words
    boxes = json.loads(storage.backend().read(paths.page_boxes(page.words)))
    assert [list(box) for box in boxes] == [["text", "x1", "x2", "y1", "y2", "confidence", "type"]] * 5
    assert boxes[1] == {
        "text": "from", "x1": 0.3, "x2": 0.45, "y1": 0.1, "y2": 0.12, "confidence": 0.985, "type": "PRINTED"
    }  # fmt: skip
    assert document.version
    with pypdfium2.PdfDocument(storage.backend().read(document.version.pdf_key)) as pdf:
        assert "second line" in pdf[0].get_textpage().get_text_bounded()
    [picture], [headers] = service.pictures, service.headers
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.format, min(image.size) > 1000) == ("JPEG", True)
    assert headers["X-Amz-Target"] == "Textract.DetectDocumentText" and "AWS4-HMAC-SHA256" in headers["Authorization"]
    charge = Charge.objects.get()
    assert (charge.monthly, charge.purchased, charge.user, credits_of(professional)) == (1, 0, owner, (1, 3))


def test_every_page_is_paid_once_and_those_with_text_are_not(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    document = read(owner, b"9 4")
    assert [page.ocr for page in pages(document)] == [None] * 5 + ["textract"] * 4
    assert credits_of(professional) == (0, 1)
    assert Charge.objects.filter(refunded_at=None).count() == len(service.pictures) == 4


def test_what_amazon_declines_is_read_for_nothing_by_the_other_engine(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    service.answers = [amazon.reading("well read"), amazon.refusal(400, "UnsupportedDocumentException")]
    document = read(owner, b"2 2")
    assert [(page.ocr, page.text.body) for page in pages(document)] == [("textract", "well read"), ("tess4", "read 1")]
    assert credits_of(professional) == (1, 3)
    assert document.version and document.version.recipe == ""


def test_when_amazon_is_busy_the_page_waits_and_is_paid_once(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    busy = amazon.refusal(400, "ThrottlingException")
    service.answers = [busy] * 3 + [amazon.reading("at last")]
    document = read(owner, b"1 1")
    assert [(page.ocr, page.text.body) for page in pages(document)] == [("textract", "at last")]
    assert credits_of(professional) == (1, 3)
    assert Step.objects.get(kind=StepKind.OCR).attempts == 2


def test_when_amazon_stays_away_the_other_engine_reads(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps, settings: Any
) -> None:
    settings.TEXTRACT_ENDPOINT_URL = "http://127.0.0.1:9"
    document = read(owner, b"1 1")
    assert (document.status, pages(document)[0].ocr) == (Status.SUCCESS, "tess4")
    assert credits_of(professional) == (2, 3)


def test_a_page_that_stays_unread_costs_nothing(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    def crash(kind: StepKind, work: Any) -> None:
        if kind == StepKind.OCR:
            raise sandbox.Crashed("The layer could not be made.")

    steps.before = crash
    document = read(owner, b"1 1")
    assert (document.status, pages(document)[0].error != "") == (Status.SUCCESS, True)
    assert credits_of(professional) == (2, 3)


def test_a_page_that_cannot_be_photographed_is_not_paid(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    def refuse(kind: Any, work: Any) -> None:
        if kind == "photo":
            raise StepFailed("page_too_large", "Too large.")

    steps.before = refuse
    assert pages(read(owner, b"1 1"))[0].ocr == "tess4"
    assert (Charge.objects.count(), service.pictures) == (0, [])


def test_too_few_credits_are_said_before_anything_is_spent(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    document = read(owner, b"6 6")
    assert document.status == Status.ERROR
    error = DocumentError.objects.get(document=document)
    assert error.code == "not_enough_credits" and "6 pages" in error.message
    assert (Charge.objects.count(), service.pictures, credits_of(professional)) == (0, [], (2, 3))


def test_a_cancelled_job_pays_nothing_more(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    document = begun(owner, b"1 1")
    while claim := claims.claim(Queue.FAST, "test"):
        runner.run(claim, stopping=lambda: False, alive=lambda: None)

    def cancel(kind: Any, work: Any) -> None:
        assert client_of(owner).delete(f"{URL}{document.pk}/process/").status_code == 200

    steps.before = cancel
    claim = claims.claim(Queue.BULK, "test")
    assert claim and runner.run(claim, stopping=lambda: False, alive=lambda: None) == "cancelled"
    assert (Charge.objects.count(), service.pictures) == (0, [])
    assert Job.objects.get(document=document).state == JobState.CANCELLED
    assert not Step.objects.filter(state=StepState.RUNNING).exists()


def test_the_organization_that_was_active_pays(
    owner: User, professional: Organization, service: amazon.Amazon, steps: Steps
) -> None:
    begun(owner, b"1 1")
    own = Organization.objects.exclude(pk=professional.pk).filter(members=owner).first()
    User.objects.filter(pk=owner.pk).update(organization=own)
    drain()
    assert Charge.objects.get().organization == professional
