"""A real S3 server on this machine, for tests that store bytes there."""

from collections.abc import Iterator

import boto3
import httpx
import pytest
from django.conf import LazySettings
from moto.server import ThreadedMotoServer

from docplatform.lib import storage
from docplatform.lib.storage.s3 import S3Storage

BUCKET = "documents"


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """Its address."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def s3(s3_server: str, settings: LazySettings) -> Iterator[S3Storage]:
    """The platform stores its bytes in a bucket; browsers reach it under another name than we do."""
    settings.S3_BUCKET = BUCKET
    settings.S3_ENDPOINT_URL = s3_server
    settings.S3_PUBLIC_ENDPOINT_URL = s3_server.replace("127.0.0.1", "localhost")
    settings.S3_REGION = "us-east-1"
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = "key", "secret"
    httpx.post(f"{s3_server}/moto-api/reset")  # All of moto's servers in one process share their buckets.
    boto3.client(
        "s3", endpoint_url=s3_server, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    ).create_bucket(Bucket=BUCKET)
    storage.backend.cache_clear()
    backend = storage.backend()
    assert isinstance(backend, S3Storage)
    yield backend
    storage.backend.cache_clear()
