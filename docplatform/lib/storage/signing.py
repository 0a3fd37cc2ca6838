"""Upload URLs of the local storage: a signed key that dies after settings.PRESIGN_SECONDS."""

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

PREFIX = "/storage/"


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="docplatform.storage.upload")


def upload_url(key: str) -> str:
    """An absolute URL that takes one PUT of raw bytes."""
    return f"{settings.PUBLIC_URL}{PREFIX}{_signer().sign(key)}"


def upload_key(signed: str) -> str | None:
    """The key of an upload URL; None when the signature is wrong or too old."""
    try:
        return _signer().unsign(signed, max_age=settings.PRESIGN_SECONDS)
    except BadSignature:
        return None
