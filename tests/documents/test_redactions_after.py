"""After a redaction: the old files are gone whatever dies on the way, nothing brings them back, and work goes on."""

import io
import random
from typing import Any

import pytest
from PIL import Image

from docplatform.lib import storage
from docplatform.lib.storage.s3 import S3Storage
from documents import paths
from documents.choices import Status
from documents.models import Chore, Document, Doomed, Revision
from documents.pipeline import chores, doomed
from documents.pipeline.steps import covers
from documents.pipeline.values import Cover
from organizations.models import User
from tests.conftest import client_of
from tests.documents import secrets, uploads
from tests.documents.processing import drain, process_file
from tests.documents.redacting import box_of, redact, words

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_storage")]


def redacted(owner: User, seed: int) -> tuple[Document, str, set[str]]:
    """A document without its secret, the secret, and the files that it had before."""
    secret = secrets.word(dice := random.Random(seed))
    document = process_file(owner, secrets.pdf(dice, secret), revision_control=True)
    before = set(secrets.places(secret))
    assert redact(owner, document, [box_of(document, secret)]).status_code == 201
    drain()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS
    return document, secret, before


@pytest.mark.django_db(transaction=True)
def test_the_commit_itself_deletes_the_old_files(owner: User) -> None:
    _, secret, before = redacted(owner, 1)
    assert any(key.startswith("documents/") for key in before)
    assert list(secrets.places(secret)) == [] and not Doomed.objects.exists()


def test_a_worker_that_dies_after_the_commit_leaves_it_to_the_next_minute(owner: User) -> None:
    # What waits for the commit never runs inside of a test's transaction, just as in a process that is gone.
    _, secret, _ = redacted(owner, 2)
    left = set(secrets.places(secret))
    assert left and left <= set(Doomed.objects.values_list("key", flat=True))
    Chore.objects.all().delete()
    chores.once_a_minute()
    assert list(secrets.places(secret)) == [] and not Doomed.objects.exists()


def test_no_revision_from_before_comes_back(owner: User) -> None:
    document, secret, _ = redacted(owner, 3)
    client = client_of(owner)
    assert client.post(f"/api/documents/{document.pk}/revisions/1/restore/").status_code == 404
    assert client.get(f"/files/documents/{document.pk}/revisions/0001-{document.slug}.pdf").status_code == 404
    answer = client.get(f"/api/documents/{document.pk}/", {"expand": "revisions"}).json()
    assert [revision["version"] for revision in answer["revisions"]] == [2]
    assert client.post(f"/api/documents/{document.pk}/revisions/2/restore/").status_code == 200
    doomed.carry_out_all()
    assert list(secrets.places(secret)) == []
    assert Revision.objects.filter(document=document).count() == 3


def test_processed_again_it_begins_with_the_redacted_pdf(owner: User) -> None:
    document, secret, _ = redacted(owner, 4)
    doomed.carry_out_all()
    original = storage.backend().read(paths.original(document.pk, document.original_hash))
    assert document.version and original == storage.backend().read(document.version.pdf_key)
    spec, count = document.page_spec, len(words(document, 0))
    assert client_of(owner).post(f"/api/documents/{document.pk}/process/", {"force_ocr": True}).status_code == 200
    drain()
    document.refresh_from_db()
    assert (document.status, document.page_spec) == (Status.SUCCESS, spec)
    assert len(words(document, 0)) > count / 2 and list(secrets.places(secret)) == []


@pytest.mark.django_db
def test_in_a_bucket_nothing_is_left_either(owner: User, s3: S3Storage) -> None:
    document, secret, before = redacted(owner, 5)
    doomed.carry_out_all()
    assert len(before) > 3 and list(secrets.places(secret)) == []
    stored = {item.key for item in s3.bucket.objects.all()}
    assert (
        document.version and {document.version.pdf_key, paths.original(document.pk, document.original_hash)} <= stored
    )


def test_a_label_can_be_read_on_the_pictures_of_the_page(owner: User) -> None:
    document = process_file(owner, uploads.born_digital(8, 1))
    box: dict[str, Any] = {"page_number": 0, "x1": 0.2, "x2": 0.6, "y1": 0.3, "y2": 0.4}
    url = f"/api/documents/{document.pk}/redaction_drafts/"
    assert client_of(owner).post(url, [box | {"label": "(b)(6)"}], format="json").status_code == 201
    assert client_of(owner).post(f"{url}apply/").status_code == 201
    drain()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS and document.version
    page = document.version.entries.get(number=0).page
    cover = Cover(0, box["x1"], box["y1"], box["x2"], box["y2"])
    for size in ("large", "normal"):
        with Image.open(io.BytesIO(storage.backend().read(paths.page_image(page.images, size)))) as gif:
            area = covers.inner(cover, gif.size, 2)
            assert area
            shades = gif.convert("L").crop(area).histogram()
        assert sum(shades[:16]) > 0.5 * sum(shades) and sum(shades[200:]) > 0.05 * sum(shades), size
