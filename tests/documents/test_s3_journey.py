"""With S3 configured, a document goes its whole way without touching the local disk's storage."""

import io
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from django.utils import timezone
from PIL import Image

from docplatform.lib.storage.s3 import S3Storage
from documents.actions import purge
from documents.models import Document
from organizations.models import User
from tests.conftest import client_of
from tests.documents import uploads
from tests.documents.processing import drain

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_a_document_is_made_put_processed_read_and_deleted(owner: User, s3: S3Storage) -> None:
    client = client_of(owner)
    made = client.post("/api/documents/", {"title": "Minutes"}).json()
    address = made["presigned_url"]
    assert urlsplit(address).hostname == "localhost" and "X-Amz-Signature" in address
    assert httpx.put(address, content=uploads.born_digital(5, 2)).status_code == 200
    assert client.post(f"/api/documents/{made['id']}/process/", {}).json() == "OK"
    drain()
    detail = client.get(f"/api/documents/{made['id']}/").json()
    assert (detail["status"], detail["page_count"]) == ("success", 2)

    files = f"/files/documents/{made['id']}/minutes"
    location = client.get(f"{files}.txt", HTTP_ACCEPT="application/json").json()["location"]
    assert uploads.sentences(5000, 1)[0] in httpx.get(location).text
    redirect = client.get(f"/files/documents/{made['id']}/pages/minutes-p2-normal.gif")
    assert redirect.status_code == 302
    with Image.open(io.BytesIO(httpx.get(redirect["Location"]).content)) as image:
        assert image.width == 700
    drawn = client.get(f"/files/documents/{made['id']}/pages/minutes-p1-xlarge.gif")
    with Image.open(io.BytesIO(httpx.get(drawn["Location"]).content)) as image:
        assert image.width == 2000

    assert client.delete(f"/api/documents/{made['id']}/?purge=true").status_code == 204
    Document.objects.filter(pk=made["id"]).update(updated_at=timezone.now() - timedelta(days=1))
    purge.purge()
    assert [item.key for item in s3.bucket.objects.all() if not item.key.startswith("work/")] == []
