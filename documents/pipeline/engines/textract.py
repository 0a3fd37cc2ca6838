"""The engine `textract`: a photograph of the page goes to Amazon, the answer becomes the text layer.

A page is paid for before it is sent; what Amazon does not read is read by the other engine, for nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from django.db import transaction

from documents.choices import OcrEngine, StepKind
from documents.models import Job, Step
from documents.pipeline import claims, jobs, sandbox
from documents.pipeline.claims import Claim
from documents.pipeline.database import patiently
from documents.pipeline.engines import aws
from documents.pipeline.engines.tesseract import Tesseract
from documents.pipeline.values import StepFailed, Word
from documents.pipeline.work import Found, OcrResult, OcrWork, PageRead, PhotoWork
from organizations.actions import credits
from organizations.models import Charge, Organization

LANGUAGES = ("eng", "spa", "ita", "por", "fra", "deu")
CREDITS = 1  # a page
PHOTO_SECONDS = 120.0
TOO_FEW = (
    "Your organization has too few credits: Amazon Textract would read {pages} pages, at one credit each. "
    "Buy more credits, or process the document again with tess4."
)


@dataclass(frozen=True)
class TextractResult(OcrResult):
    """Pages that Amazon read."""

    engine: ClassVar[str] = OcrEngine.TEXTRACT.value


class Textract:
    """Amazon Textract, for six languages."""

    chunk = 1  # a step of one page is never divided, so that no page is paid for twice

    def __init__(self, instead: Tesseract) -> None:
        self.instead = instead

    def read(self, claim: Claim, work: OcrWork, on_tick: Callable[[], bool]) -> OcrResult:
        """Photograph, pay, ask, and let the sandbox make the layer."""
        [number] = work.pages
        try:
            photo = PhotoWork(work.pdf, number, work.folder)
            picture = sandbox.run("photo", photo, timeout=PHOTO_SECONDS, on_tick=on_tick).image
        except StepFailed:
            return self.instead.read(claim, work, on_tick)
        patiently(partial(_pay, claim))
        try:
            lines = aws.read(Path(picture).read_bytes())
        except aws.Unreachable as error:
            if claim.attempts < claims.MAX_ATTEMPTS:
                raise sandbox.Crashed(str(error)) from error
            return self._do_without(claim, work, on_tick)
        except aws.Declined:
            return self._do_without(claim, work, on_tick)
        plain = [[Word(word.text, word.x1, word.y1, word.x2, word.y2) for word in line] for line in lines]
        result = self.instead.read(claim, replace(work, found=[Found(number, plain)]), on_tick)
        return TextractResult([_rated(page, lines) for page in result.pages], result.pdf)

    def give_up(self, claim: Claim) -> None:
        """The credits come back."""
        patiently(partial(credits.refund, _key(claim)))

    def _do_without(self, claim: Claim, work: OcrWork, on_tick: Callable[[], bool]) -> OcrResult:
        self.give_up(claim)
        return self.instead.read(claim, work, on_tick)


@transaction.atomic
def _pay(claim: Claim) -> None:
    """Once for the step, however often it is tried; not for a job that is over."""
    job = jobs.lock(claim)
    if job is None or not claims.heartbeat(claim, grace=aws.MOST_SECONDS):
        raise sandbox.Cancelled
    payer = _payer(job)
    steps = Step.objects.filter(job=job, kind=StepKind.OCR).count()
    unpaid = CREDITS * (steps - Charge.objects.filter(key__startswith=_keys(job.pk)).count())
    purse = credits.balance(payer)
    if unpaid > purse.monthly + purse.purchased:
        # Said at the first page: nobody pays for half a document.
        raise StepFailed("not_enough_credits", TOO_FEW.format(pages=unpaid))
    note = f"Amazon Textract: document {job.document_id}, page {claim.pages[0] + 1}"
    try:
        credits.charge(payer, user=job.user, amount=CREDITS, note=note, key=_key(claim))
    except credits.Shortfall as error:
        raise StepFailed("not_enough_credits", TOO_FEW.format(pages=unpaid)) from error


def _payer(job: Job) -> Organization:
    """The organization that was active when processing was started, or is now where nobody wrote that down."""
    known: int = job.options.get("payer") or job.user.organization_id or 0  # nothing has the id 0
    payer = Organization.objects.select_related("plan").filter(pk=known).first()
    if payer is None:
        raise StepFailed("no_organization", "Nobody pays for Amazon Textract. Choose an active organization first.")
    return payer


def _keys(job_id: int) -> str:
    return f"ocr/{job_id}/"


def _key(claim: Claim) -> str:
    return f"{_keys(claim.job_id)}{claim.step_id}"


def _rated(page: PageRead, lines: Sequence[aws.Line]) -> PageRead:
    """The words of the layer, each with what Amazon says of it; words that were text before have no such thing."""
    rest = [word for line in lines for word in line]
    sure = [word.confidence for word in rest]
    words: list[Word] = []
    for word in page.words:
        same = [other for other in rest if other.text == word.text]
        nearest = min(same, key=partial(_distance, word), default=None)
        if nearest is not None:
            rest.remove(nearest)
        words.append(nearest or word)
    return replace(page, words=words, confidence=round(sum(sure) / len(sure), 4) if sure else None)


def _distance(one: Word, other: Word) -> float:
    return abs(one.x1 - other.x1) + abs(one.y1 - other.y1)
