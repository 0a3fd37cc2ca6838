"""The first step of a modification: a new PDF of pages of others, in a new order, some of them turned.

Only what the pages themselves need goes along, so that a page which is left out is really gone from the file. The
structure of a tagged file does not: it spans pages, so the new file does not say that it is tagged.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Page, Pdf, String

from documents.pipeline.edits import ModifyWork
from documents.pipeline.steps import bookmarks, optional_content, page_labels
from documents.pipeline.steps.annotations import Annotations
from documents.pipeline.steps.donor import Donor, opened
from documents.pipeline.values import StepFailed

LINEARIZE_BELOW = 50 * 1024 * 1024  # bytes; the first page of a small PDF shows before the rest has arrived
FACTS = ("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate")


def run(work: ModifyWork) -> Mapping[str, object]:
    """The first source is the document itself; it also gives the title and the bookmarks."""
    path = Path(work.folder) / "document.pdf"
    with ExitStack() as stack, Pdf.new() as made:
        donors = [
            stack.enter_context(opened(source, Path(work.folder) / f"mended-{i}.pdf", _used(work, i)))
            for i, source in enumerate(work.sources)
        ]
        _assemble(made, donors, work.plan)
        small = sum(Path(source).stat().st_size for source in work.sources) < LINEARIZE_BELOW
        made.save(path, linearize=small, object_stream_mode=ObjectStreamMode.generate)
    if path.stat().st_size > work.pdf_limit:
        raise StepFailed(
            "too_large",
            f"With these pages the PDF would be larger than {work.pdf_limit // 1024**2} MB. Import fewer pages.",
        )
    return {"pdf": str(path)}


def _used(work: ModifyWork, source: int) -> set[int]:
    return {page for number, page, _ in work.plan if number == source}


def _assemble(made: Pdf, donors: list[Donor], plan: list[tuple[int, int, int]]) -> None:
    placed = []
    for source, number, turn in plan:
        page = made.make_indirect(donors[source].page(made, number))
        if turn:
            page.Rotate = (donors[source].rotation(number) + turn) % 360
        made.pages.append(Page(page))
        # what is in the file is what links must point at
        page = made.pages[-1].obj
        donors[source].places.setdefault(number, page)
        placed.append(page)
    annotations = Annotations(made)
    for (source, number, _), page in zip(plan, placed, strict=True):
        if kept := annotations.of(donors[source], number, page):
            page.Annots = Array(kept)
    annotations.close(donors)
    optional_content.carry(made, donors)
    page_labels.carry(made, donors, plan)
    if donors:
        bookmarks.carry(made, donors[0])
        _describe(made, donors[0])


def _describe(made: Pdf, donor: Donor) -> None:
    """What the file says about itself: plain strings only, spelled anew because they may be objects of the old file."""
    info = donor.pdf.trailer.get("/Info")
    found = {key: info.get(key) for key in FACTS} if isinstance(info, Dictionary) else {}
    facts = {key: String(str(value)) for key, value in found.items() if isinstance(value, String)}
    made.trailer.Info = made.make_indirect(Dictionary(facts))
    language = donor.pdf.Root.get(Name.Lang)
    if isinstance(language, String):
        made.Root.Lang = String(str(language))
