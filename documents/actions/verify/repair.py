"""Puts right what was found, as far as rows and the original allow. Nothing that people did to a document is undone."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from documents.actions import processing
from documents.actions.processing import Options
from documents.actions.verify import contents, orphans
from documents.actions.verify.finding import Finding, Kind, Outcome
from documents.choices import JobKind, JobState, Status
from documents.models import Document, Job, Page
from documents.pipeline import doomed, jobs
from documents.search import index

INTERRUPTED = "Processing was interrupted. Process the document again."


@dataclass
class Repair:
    """One run: a document with many flaws is processed again once."""

    restarted: set[int] = field(default_factory=set)

    def mend(self, finding: Finding) -> Outcome:
        """Put one thing right."""
        if finding.kind in REPAIRS:
            return Outcome.REPAIRED if REPAIRS[finding.kind](finding) else Outcome.LEFT
        if finding.kind != Kind.ORIGINAL and finding.document_id and self._process(finding.document_id):
            return Outcome.PROCESSING
        return Outcome.LEFT

    def _process(self, pk: int) -> bool:
        if pk in self.restarted:
            return True
        document = Document.objects.select_related("version", "user").get(pk=pk)
        options = _made_with(document)
        if options is None or not contents.has_original(document):
            return False
        try:
            processing.start([(document, options)], actor=document.user)
        except Refused:
            return False
        self.restarted.add(pk)
        return True


def _made_with(document: Document) -> Options | None:
    """How its pages were read from the original, which after a redaction is the redacted file.

    None for pages that people have changed since: moved, corrected or restored ones are not to be had from it. Nor are
    any from a file that waits to replace it, and what was to be redacted and was not stays hidden.
    """
    if document.upload_key or _was_not_redacted(document):
        return None
    if document.version_id is None:
        return Options()
    done = Job.objects.filter(document=document, state=JobState.DONE).exclude(kind=JobKind.EXTRACT)
    last = done.order_by("-pk").first()
    if last is None or last.version_id != document.version_id:
        return None
    if last.kind != JobKind.PROCESS and done.exclude(kind__in=(JobKind.PROCESS, JobKind.REDACT)).exists():
        return None
    return Options(force_ocr=last.force_ocr, ocr_engine=last.ocr_engine)


def _was_not_redacted(document: Document) -> bool:
    newest = Job.objects.filter(document=document).order_by("-pk").first()
    return newest is not None and newest.kind == JobKind.REDACT and newest.state != JobState.DONE


@transaction.atomic
def _status(finding: Finding) -> bool:
    document = _locked(finding)
    is_stuck = document and document.is_processing and not document.jobs.filter(state=JobState.ACTIVE).exists()
    if document and is_stuck:
        jobs.refuse(document, "interrupted", INTERRUPTED)
    return bool(is_stuck)


@transaction.atomic
def _job(finding: Finding) -> bool:
    job = jobs.lock_job(Job.objects.filter(pk=finding.subject))
    if job is not None:
        jobs.stop(job, JobState.FAILED, "interrupted", INTERRUPTED)
    return job is not None


@transaction.atomic
def _facts(finding: Finding) -> bool:
    document = _locked(finding)
    if document is None or document.version is None or document.is_processing:
        return False
    for name in contents.FACTS:
        setattr(document, name, getattr(document.version, name))
    document.save(update_fields=[*contents.FACTS, "updated_at"])
    index.write(document)
    return True


@transaction.atomic
def _index(finding: Finding) -> bool:
    document = Document.objects.get(pk=finding.document_id or 0)
    if document.status == Status.DELETED:
        index.remove(document)
    else:
        index.rebuild(document)
    return True


@transaction.atomic
def _page_index(finding: Finding) -> bool:
    page = Page.objects.select_related("text").get(pk=finding.subject)
    index.add_page(page, page.text.body)
    return _index(finding)


@transaction.atomic
def _orphan(finding: Finding) -> bool:
    """A document takes an original into use again only under its lock."""
    list(Document.objects.filter(pk=finding.document_id or 0).select_for_update(no_key=True))
    if finding.detail in orphans.spoken_of([finding.detail]):
        return False
    storage.backend().delete([finding.detail])
    return True


def _doomed(finding: Finding) -> bool:
    doomed.delete([finding.detail])
    return True


def _locked(finding: Finding) -> Document | None:
    documents = Document.objects.exclude(status=Status.DELETED).filter(pk=finding.document_id or 0)
    return documents.select_for_update(of=("self",), no_key=True).select_related("version").first()


REPAIRS: dict[Kind, Callable[[Finding], bool]] = {
    Kind.STATUS: _status,
    Kind.JOB: _job,
    Kind.FACTS: _facts,
    Kind.INDEX: _index,
    Kind.PAGE_INDEX: _page_index,
    Kind.ORPHAN: _orphan,
    Kind.DOOMED: _doomed,
}
