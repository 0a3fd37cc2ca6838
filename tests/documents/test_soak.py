"""Nothing is lost and nothing is done twice while workers, steps, the web server and the database are killed.

Bounded in a normal run; SOAK=1 takes 200 documents and 50 kills, SOAK_SEED repeats a run.
"""

import hashlib
import json
import os
import random
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from docplatform.lib import postgres
from documents import paths
from tests.docplatform.test_up import Platform
from tests.docplatform.waiting import eventually
from tests.documents import uploads

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.xdist_group("up")]
FULL = os.environ.get("SOAK", "") not in ("", "0")
SEED = int(os.environ.get("SOAK_SEED") or random.randrange(10**6))
DOCUMENTS, KILLS, SECONDS = (200, 50, 3600) if FULL else (12, 6, 240)
KINDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "born digital": ("pdf", lambda: uploads.born_digital(1, 40)),
    "short": ("pdf", lambda: uploads.born_digital(2, 3)),
    "scan": ("pdf", lambda: uploads.scan(3, 2)),
    "picture": ("png", lambda: uploads.picture(4)),
    "text": ("txt", lambda: uploads.plain_text(5)),
}
DATABASE = "the database"
PATTERNS = {
    "a step": r"documents\.pipeline\.steps",
    "a worker": r"manage\.py worker",
    "the web server": r"manage\.py web",
    DATABASE: r"postgres -D",
}


class Busy(Platform):
    """The platform with two workers in each queue, so that they meet."""

    def manage(self, *args: str, **env: str) -> list[str]:
        command = super().manage(*args, WORKERS="2", **env)
        self.env.pop("COVERAGE_PROCESS_CONFIG", None)  # most would be killed before they have told what they covered
        return command


class Client:
    """Talks to the platform as people's programs do."""

    def __init__(self, platform: Platform) -> None:
        self.root = f"http://127.0.0.1:{platform.port}"
        password = (platform.folder / "data" / "admin_password").read_text().strip()
        self.headers = {"Content-Type": "application/json"}
        answer = self.call("POST", "/api/token/", {"username": "admin", "password": password})
        self.headers["Authorization"] = f"Bearer {answer['access']}"
        self.numbers = count()

    def call(self, method: str, path: str, body: object) -> Any:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data, self.headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def submit(self, kinds: list[str]) -> dict[int, str]:
        """Create, upload and process one document of each kind named; the kind of every document.

        No two files have the same bytes: what was read of one is never used for another.
        """
        items = [{"title": kind, "original_extension": KINDS[kind][0]} for kind in kinds]
        documents = self.call("POST", "/api/documents/", items)
        for document, kind in zip(documents, kinds, strict=True):
            extension, make = KINDS[kind]
            content = uploads.another(make(), extension, next(self.numbers))
            put = urllib.request.Request(document["presigned_url"], content, method="PUT")
            urllib.request.urlopen(put, timeout=60).close()
        self.call("POST", "/api/documents/process/", [{"id": document["id"]} for document in documents])
        return {document["id"]: kind for document, kind in zip(documents, kinds, strict=True)}


class Rows:
    """Reads the platform's own database, which may be away for a moment."""

    def __init__(self, platform: Platform) -> None:
        self.url = postgres.url((platform.folder / "data").resolve())

    def __call__(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, connect_timeout=5) as connection:
            return connection.execute(sql, values).fetchall()

    def unfinished(self) -> int:
        return self._count("SELECT count(*) FROM documents_document WHERE status NOT IN ('success', 'error')")

    def on_their_last_attempt(self) -> int:
        """Steps that may not die again: after four attempts a page is given up, and that is meant to be."""
        return self._count("SELECT count(*) FROM documents_step WHERE state <> 'done' AND attempts >= 3")

    def _count(self, sql: str) -> int:
        try:
            return int(self(sql)[0][0])
        except psycopg.OperationalError:
            return -1


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    made = Busy(tmp_path_factory.mktemp("soak"))
    try:
        made.start()
        yield made
    finally:
        if made.process and made.process.poll() is None:
            made.stop()


def test_killing_at_random_changes_nothing(platform: Platform) -> None:
    dice = random.Random(SEED)
    client, rows = Client(platform), Rows(platform)
    calm = client.submit(list(KINDS))
    eventually(lambda: rows.unfinished() == 0, SECONDS)
    expected = {kind: fingerprint(platform, rows, document) for document, kind in calm.items()}

    wanted = [*KINDS, *dice.choices(list(KINDS), k=DOCUMENTS - len(KINDS))]
    disturbed: dict[int, str] = {}
    for start in range(0, DOCUMENTS, 25):
        disturbed |= client.submit(wanted[start : start + 25])
    killed = kill_at_random(platform, rows, dice)
    eventually(lambda: rows.unfinished() == 0, SECONDS)

    story = f"seed {SEED}, killed {killed}"
    assert sum(killed.values()) == KILLS and killed[DATABASE] == 1, story
    assert dict(rows("SELECT status, count(*) FROM documents_document GROUP BY 1")) == {
        "success": DOCUMENTS + len(KINDS)
    }, story
    assert_done_once(rows, story)
    found = {document: fingerprint(platform, rows, document) for document in disturbed}
    differing = [document for document, kind in disturbed.items() if found[document] != expected[kind]]
    assert not differing, f"{story}: {differing}"


def kill_at_random(platform: Platform, rows: Rows, dice: random.Random) -> dict[str, int]:
    """Kill every kind about as often, in any order, and the database once; less when the work is over before."""
    deck = [kind for kind in PATTERNS if kind != DATABASE] * KILLS
    deck = deck[: KILLS - 1]
    dice.shuffle(deck)
    deck.insert(KILLS // 2, DATABASE)
    killed = dict.fromkeys(PATTERNS, 0)
    for kind in deck:
        time.sleep(dice.random() * (8.0 if FULL else 2.0))
        while rows.unfinished() != 0:
            victims = [pid for pid, line in platform.family().items() if re.search(PATTERNS[kind], line)]
            if victims and (kind == DATABASE or rows.on_their_last_attempt() == 0):
                os.kill(dice.choice(sorted(victims)), signal.SIGKILL)
                killed[kind] += 1
                break
            time.sleep(0.1)
    return killed


def assert_done_once(rows: Rows, story: str) -> None:
    """One success each, no counter astray, no step open, no page error or shared page, no attempt beyond the last."""
    assert rows("SELECT count(*) FROM documents_documenterror") == [(0,)], story
    assert rows("SELECT count(*) FROM documents_page WHERE error <> '' OR words IS NULL") == [(0,)], story
    assert rows('SELECT DISTINCT state, "left", images_left, texts_left FROM documents_job') == [("done", 0, 0, 0)]
    assert rows("SELECT DISTINCT state FROM documents_step") == [("done",)], story
    twice = "SELECT target_id FROM organizations_event WHERE kind = 'document.processed' GROUP BY 1 HAVING count(*) > 1"
    assert rows(twice) == [], story
    assert rows("SELECT page_id FROM documents_versionpage GROUP BY 1 HAVING count(*) > 1") == [], story
    assert rows("SELECT document_id FROM documents_version GROUP BY 1 HAVING count(*) > 1") == [], story


def fingerprint(platform: Platform, rows: Rows, document: int) -> list[object]:
    """What readers get: every page's text, boxes and images, and the whole text."""
    files = platform.folder / "data" / "files"
    pages = rows(
        """SELECT page.images, page.words, page.ocr, text.body FROM documents_document document
           JOIN documents_versionpage entry ON entry.version_id = document.version_id
           JOIN documents_page page ON page.id = entry.page_id
           JOIN documents_pagetext text ON text.page_id = page.id
           WHERE document.id = %s ORDER BY entry.number""",
        document,
    )
    [(pdf, spec)] = rows(
        """SELECT version.pdf_key, document.page_spec FROM documents_document document
           JOIN documents_version version ON version.id = document.version_id WHERE document.id = %s""",
        document,
    )
    assert (files / pdf).read_bytes().startswith(b"%PDF")
    found: list[object] = [spec, _hash(files / paths.full_text(pdf))]
    for images, words, ocr, body in pages:
        keys = [paths.page_image(images, size) for size in paths.STORED_SIZES]
        keys += [paths.page_text(words), paths.page_boxes(words)]
        found.append((ocr, body, [_hash(files / key) for key in keys]))
    return found


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
