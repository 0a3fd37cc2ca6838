"""S3 storage against a real S3 server on this machine."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from docplatform.lib import storage
from docplatform.lib.storage import s3 as s3_module
from docplatform.lib.storage.s3 import S3Storage


def test_what_is_put_can_be_read_copied_measured_and_removed(s3: S3Storage, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"from a file")
    s3.put_many([("x/a", b"bytes"), ("x/b", tmp_path / "b")])
    s3.copy("x/b", "y/c")
    assert (s3.read("x/a"), s3.read("y/c"), s3.size("x/a")) == (b"bytes", b"from a file", 5)
    s3.fetch("x/b", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"from a file"
    s3.delete(["x/a", "x/never"])
    assert not s3.exists("x/a") and s3.exists("x/b")
    s3.delete_prefix("x")
    assert not s3.exists("x/b") and s3.exists("y/c")


def test_what_s3_kept_is_not_called_deleted() -> None:
    with pytest.raises(OSError, match="did not delete x/held: AccessDenied"):
        s3_module._deleted({"Errors": [{"Key": "x/held", "Code": "AccessDenied", "Message": "Locked."}]})


def test_a_key_that_is_not_there_is_missing(s3: S3Storage, tmp_path: Path) -> None:
    for use in (s3.read, s3.size, lambda key: s3.copy(key, "other"), lambda key: s3.fetch(key, tmp_path / "x")):
        with pytest.raises(storage.Missing):
            use("no/such")


def test_an_upload_url_signs_only_the_host_and_dies_in_five_minutes(s3: S3Storage) -> None:
    url = urlsplit(s3.upload_url("up/1"))
    signed = parse_qs(url.query)
    assert signed["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert signed["X-Amz-SignedHeaders"] == ["host"]
    assert signed["X-Amz-Expires"] == ["300"]
    assert (url.hostname, url.path) == ("localhost", "/documents/up/1")


def test_bytes_travel_through_signed_urls(s3: S3Storage) -> None:
    assert httpx.put(s3.upload_url("up/1"), content=b"%PDF", headers={"Content-Type": "x/y"}).status_code == 200
    url = s3.download_url("up/1", disposition='inline; filename="a.pdf"', content_type="application/pdf")
    assert url is not None
    answer = httpx.get(url)
    assert answer.content == b"%PDF"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="a.pdf"'


def test_uploads_that_were_never_finished_are_removed(s3: S3Storage) -> None:
    s3.bucket.Object("up/2").initiate_multipart_upload()
    s3.tidy(older_than=timedelta(days=36_500))  # this server dates every upload 2010
    assert len(list(s3.bucket.multipart_uploads.all())) == 1
    s3.tidy(older_than=timedelta(days=1))
    assert list(s3.bucket.multipart_uploads.all()) == []
