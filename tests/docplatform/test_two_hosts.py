"""Two hosts that share nothing but a database and a bucket work on one document, and one of them may be lost."""

import io
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw, ImageFont

from docplatform.lib import processes
from tests.docplatform.fleet import Fleet
from tests.docplatform.test_up import free_port
from tests.docplatform.waiting import eventually
from tests.documents import uploads

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]
PAGES = 32
PATIENCE = 240.0


def ledger() -> bytes:
    """A scan of many small pages with a line each: four chunks that take a few seconds."""
    font = ImageFont.load_default(size=30)
    pages = [Image.new("L", (620, 200), 255) for _ in range(PAGES)]
    for number, page in enumerate(pages):
        ImageDraw.Draw(page).text((40, 70), " ".join(uploads.sentences(number, 1)[0].split()[:4]), font=font, fill=10)
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=150, save_all=True, append_images=pages[1:])
    return out.getvalue()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, s3_server: str) -> Iterator[Fleet]:
    made = Fleet(tmp_path_factory.mktemp("fleet"), s3_server)
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis server of our own."""
    program, port = shutil.which("redis-server"), free_port()
    assert program, "Install the packages in docplatform/setup/packages-test.txt."
    folder = tmp_path_factory.mktemp("redis")
    server = processes.spawn([program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder])
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(20)


def test_a_document_is_read_by_two_hosts_and_outlives_one_of_them(fleet: Fleet) -> None:
    fleet.host("web").start("web")
    one, two = fleet.host("one"), fleet.host("two")
    one.work(), two.work()
    eventually(lambda: fleet.is_served() and fleet.rows("SELECT count(*) FROM documents_workerbeat")[0][0] == 4, 120)

    calm = fleet.submit(ledger())
    eventually(lambda: fleet.status(calm) == "success", PATIENCE)
    chunks = [len(host.steps(kind="ocr", outcome="done", document=calm)) for host in (one, two)]
    assert sum(chunks) == PAGES // 8 and min(chunks) > 0, chunks

    disturbed = fleet.submit(ledger() + b"% a comment")  # else what was read of the same file would be used again
    eventually(two.is_reading, PATIENCE)
    fleet.wait_for_leases_of(two.lose())
    eventually(lambda: fleet.status(disturbed) in {"success", "error"}, PATIENCE)
    assert fleet.texts(disturbed) == fleet.texts(calm)
    assert len(fleet.texts(calm)) == PAGES and not any(error for _, _, error in fleet.texts(calm))
    assert fleet.rows("SELECT max(attempts) FROM documents_step") == [(2,)]
    one.lose()


def test_redis_wakes_the_workers(fleet: Fleet, redis: str) -> None:
    fleet.port = free_port()
    host = fleet.host("redis", REDIS_URL=redis, PORT=str(fleet.port))
    host.start("web"), host.work()
    eventually(fleet.is_served, 120)
    fleet.rows("WITH gone AS (DELETE FROM django_q_ormq RETURNING 1) SELECT count(*) FROM gone")
    document = fleet.submit(uploads.scan(1, 1))
    eventually(lambda: fleet.status(document) == "success", PATIENCE)
    assert len(host.steps(outcome="done", document=document)) == 4
    assert fleet.rows("SELECT count(*) FROM django_q_ormq") == [(0,)]
    port = int(redis.rpartition(":")[2].partition("/")[0])
    told = subprocess.run(["redis-cli", "-p", str(port), "info", "commandstats"], capture_output=True, text=True)
    assert "cmdstat_rpush" in told.stdout and "cmdstat_blpop" in told.stdout
