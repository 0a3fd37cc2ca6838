"""The benchmarks run, small: what they measure is real, and what they report says whether a bound holds."""

from pathlib import Path

import pytest

from docplatform.management.bench import bare_moves, edits, flow, lists, multitude, pace, reading, scenery, turns
from docplatform.management.bench.report import Line
from documents.models import Document, Note
from organizations.models import User
from projects.models import Project

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        (Line("speed", ours=3.0, floor=4.0, unit="pages/s", bound=0.75, at_least=True), True),
        (Line("speed", ours=2.9, floor=4.0, unit="pages/s", bound=0.75, at_least=True), False),
        (Line("time", ours=1.3, floor=1.0, unit="s", bound=1.3), True),
        (Line("time", ours=1.4, floor=1.0, unit="s", bound=1.3), False),
        (Line("time", ours=1.0, floor=0.0, unit="s", bound=1.3), False),
    ],
)
def test_a_line_tells_whether_its_bound_holds(line: Line, holds: bool) -> None:
    assert line.holds is holds
    assert str(line).endswith("ok" if holds else "MISSED")


def test_reading_is_measured_beside_its_floor(tmp_path: Path) -> None:
    for line in (reading.memory(tmp_path, pages=3), reading.born_digital(tmp_path, pages=3)):
        assert line.ours > 0 and line.floor > 0


def test_ocr_is_measured_beside_tesseract(tmp_path: Path) -> None:
    line = reading.ocr(tmp_path, chunks=1, chunk=1)
    assert line.ours > 0 and line.floor > 0


def test_edits_are_measured_beside_one_page_and_beside_a_bare_copy(tmp_path: Path) -> None:
    for line in (edits.redaction(tmp_path, pages=3, rounds=1), edits.moves(tmp_path, pages=4, moved=2, rounds=1)):
        assert line.ours > 0 and line.floor > 0


def test_moved_pages_come_from_all_over_the_document() -> None:
    assert bare_moves.order(6, 3) == [1, 3, 5, 4, 2, 0]


def test_pages_say_the_same_for_the_same_seed() -> None:
    assert scenery.prose(1) == scenery.prose(1) != scenery.prose(2)


@pytest.mark.django_db
def test_lists_are_measured_beside_sql_and_beside_fewer_documents() -> None:
    lines = lists.lists(multitude.newcomer(), small=1000, large=1040, rounds=1, batches=1)
    assert len(lines) == 2 * (len(lists.ENDPOINTS) + 1)
    assert all(line.ours > 0 and line.floor > 0 for line in lines)
    found = [model.objects.count() for model in (Document, Note, Project)]
    assert found == [1 + 1040 + 26, 1 + 10400 + 104, 1 + 104]  # 26 of the documents are in the trash


@pytest.mark.django_db
def test_the_rate_limit_is_measured_beside_none(owner: User) -> None:
    line = pace.rate_limit(owner, rounds=3)
    assert line.ours > 0 and line.floor > 0


@pytest.mark.django_db
def test_a_small_document_waits_for_two_steps_at_most() -> None:
    own, others, speed = turns.turns(crowd=40, steps=10)
    assert own.holds and others.holds
    assert speed.ours > 0 and speed.floor > 0


@pytest.mark.django_db(transaction=True)
def test_whole_jobs_are_measured_from_the_start_to_the_first_page_and_to_the_end(owner: User, tmp_path: Path) -> None:
    digital, scanned, growth = flow.whole_jobs(owner, tmp_path, sizes=(1, 2), scans=1)
    assert 0 < digital.ours < digital.floor and 0 < scanned.ours < scanned.floor
    assert growth.ours > 0 and growth.floor > 0
