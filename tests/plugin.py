"""Loaded before the settings: gives every test run a data directory, and a database where none is given, of its own."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from docplatform.lib import postgres

SETTINGS = (
    "PUBLIC_URL",
    "PUBLIC_ASSET_URL",
    "ALLOWED_HOSTS",
    "TRUSTED_PROXIES",
    "EMAIL_URL",
    "REDIS_URL",
    "HOST",
    "PORT",
)
STORAGE = ("S3_BUCKET", "S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY")
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

# Tests judge the defaults, whatever the machine or its .env says.
os.environ["ENV_FILE"] = os.devnull
for name in (
    *SETTINGS,
    *STORAGE,
    "SECRET_KEY",
    "ADMIN_PASSWORD",
    "WORKERS",
    "DOCPLATFORM_ROLE",
    "UPLOAD_NEEDS_VERIFIED",
    "ALLOWED_ORIGINS",
    "COOKIE_DOMAIN",
    "COOKIE_SAMESITE",
):
    os.environ.pop(name, None)

# limits and what is paid for have tests of their own
os.environ |= {"RATE_PER_SECOND": "0", "ANONYMOUS_PER_DAY": "0", "FEATURE_LEVEL": "0"}

if not IS_WORKER:  # the processes of pytest-xdist inherit what the first one decides
    os.environ["TEST_FOLDER"] = tempfile.mkdtemp(prefix="docplatform-test-")
folder = Path(os.environ["TEST_FOLDER"]).resolve()
(folder / os.environ.get("PYTEST_XDIST_WORKER", "main")).mkdir(exist_ok=True)
os.environ["DATA_DIR"] = str(folder / os.environ.get("PYTEST_XDIST_WORKER", "main"))

cluster: postgres.Cluster | None = None
if not IS_WORKER and not os.environ.get("DATABASE_URL"):
    cluster = postgres.Cluster(folder / "database", durable=False)
    os.environ["DATABASE_URL"] = cluster.url


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the database before anything asks for it."""
    if cluster is None or session.config.option.collectonly:
        return
    try:
        cluster.start()
    except postgres.Unusable as error:
        pytest.exit(str(error), returncode=3)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if cluster is not None:
        cluster.stop()
    if not IS_WORKER:
        shutil.rmtree(folder, ignore_errors=True)
