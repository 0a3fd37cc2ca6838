"""Bytes in any S3-compatible service."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from botocore.exceptions import ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage as Backend

from docplatform.lib.storage.base import Content, Listed, Missing

ABSENT = {"404", "NoSuchKey", "NotFound"}
PARALLEL = 8


def _backend(endpoint: str) -> Any:
    return Backend(
        bucket_name=settings.S3_BUCKET,
        endpoint_url=endpoint or None,
        region_name=settings.S3_REGION or None,
        access_key=settings.S3_ACCESS_KEY or None,
        secret_key=settings.S3_SECRET_KEY or None,
        signature_version="s3v4",
        # Names of buckets in the host part need DNS that self-hosted services rarely have.
        addressing_style="path" if endpoint else "auto",
        querystring_expire=settings.PRESIGN_SECONDS,
        default_acl=None,
    )


def _deleted(answer: Mapping[str, Any]) -> None:
    """S3 answers 200 also where it kept objects; then somebody has to try again."""
    for error in answer.get("Errors", ()):
        raise OSError(f"S3 did not delete {error.get('Key')}: {error.get('Code')}")


@contextmanager
def _missing(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ABSENT:
            raise Missing(key) from error
        raise


class S3Storage:
    """One bucket. `public` signs URLs for the address that browsers reach, which may differ from ours."""

    def __init__(self) -> None:
        self.storage = _backend(settings.S3_ENDPOINT_URL)
        self.public = _backend(settings.S3_PUBLIC_ENDPOINT_URL or settings.S3_ENDPOINT_URL)

    @property
    def bucket(self) -> Any:
        """boto3's Bucket (one per thread, as django-storages keeps it)."""
        return self.storage.bucket

    def put(self, key: str, content: Content) -> None:
        if isinstance(content, Path):
            self.bucket.upload_file(str(content), key)
        else:
            self.bucket.put_object(Key=key, Body=content)

    def put_many(self, items: Iterable[tuple[str, Content]]) -> None:
        with ThreadPoolExecutor(PARALLEL) as pool:
            for done in [pool.submit(self.put, key, content) for key, content in items]:
                done.result()

    def read(self, key: str) -> bytes:
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str) -> BinaryIO:
        with _missing(key):
            return cast("BinaryIO", self.bucket.Object(key).get()["Body"])

    def fetch(self, key: str, path: Path) -> None:
        with _missing(key):
            self.bucket.download_file(key, str(path))

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except Missing:
            return False
        return True

    def size(self, key: str) -> int:
        with _missing(key):
            return int(self.bucket.Object(key).content_length)

    def copy(self, source: str, target: str) -> None:
        with _missing(source):
            self.bucket.copy({"Bucket": settings.S3_BUCKET, "Key": source}, target)

    def delete(self, keys: Iterable[str]) -> None:
        rest = [{"Key": key} for key in keys]
        while rest:
            _deleted(self.bucket.delete_objects(Delete={"Objects": rest[:1000], "Quiet": True}))
            rest = rest[1000:]

    def keys(self, prefix: str) -> Iterator[str]:
        return (item.key for item in self.listing(prefix))

    def listing(self, prefix: str) -> Iterator[Listed]:
        for item in self.bucket.objects.filter(Prefix=prefix.rstrip("/") + "/"):
            yield Listed(item.key, item.size, item.last_modified)

    def delete_prefix(self, prefix: str) -> None:
        for answer in self.bucket.objects.filter(Prefix=prefix.rstrip("/") + "/").delete():
            _deleted(answer)

    def upload_url(self, key: str) -> str:
        # Only the host is signed, so that clients may send any Content-Type or none.
        return self._sign("put_object", Key=key)

    def download_url(self, key: str, *, disposition: str, content_type: str) -> str | None:
        return self._sign(
            "get_object",
            Key=key,
            ResponseContentType=content_type,
            ResponseContentDisposition=disposition,
        )

    def tidy(self, *, older_than: timedelta) -> None:
        for upload in self.bucket.multipart_uploads.all():
            if upload.initiated < datetime.now(UTC) - older_than:
                upload.abort()

    def _sign(self, operation: str, **params: str) -> str:
        client = self.public.connection.meta.client
        return str(
            client.generate_presigned_url(
                operation,
                Params={"Bucket": settings.S3_BUCKET, **params},
                ExpiresIn=settings.PRESIGN_SECONDS,
            )
        )
