"""One thing that is not as it should be."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong."""

    STATUS = "status"  # a document waits for a job that is not there
    JOB = "job"  # a job waits for steps that are not there, or its document does not know of it
    NO_VERSION = "no_version"
    ORIGINAL = "original"
    PDF = "pdf"
    TEXT = "text"  # the whole text of a document
    FACTS = "facts"  # the document does not repeat what its version says
    PAGES = "pages"  # page numbers are missing
    PAGE = "page"  # a page's files
    PAGE_TEXT = "page_text"  # a page's text in the database
    PAGE_INDEX = "page_index"
    INDEX = "index"
    ORPHAN = "orphan"
    DOOMED = "doomed"


class Outcome(StrEnum):
    """What became of it."""

    LEFT = "left"
    REPAIRED = "repaired"
    PROCESSING = "processing"  # a job makes it anew; look again when it is over


@dataclass(frozen=True)
class Finding:
    """`detail` holds keys, numbers and states, never text of documents. `subject` is the id of the row concerned."""

    document_id: int | None
    kind: Kind
    detail: str
    subject: int = 0
    outcome: Outcome = Outcome.LEFT

    def __str__(self) -> str:
        """A line with tabs: document (or -), kind, outcome, detail."""
        return "\t".join([str(self.document_id or "-"), self.kind, self.outcome, self.detail])
