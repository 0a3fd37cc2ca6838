"""A real Chromium against the real site: whatever the console complains about fails the test."""

import os
import time
from collections.abc import Iterator

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from organizations.models import User
from organizations.sessions import SessionStore

# Playwright keeps an event loop running in this thread, where Django then would refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for the tests of one file.

    While its loop runs, Django keeps other connections than outside of it. None may stay open on the far side of
    either border: a test of another file would find a forgotten transaction, or fork a connection without knowing.
    """
    connections.close_all()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()
        connections.close_all()


@pytest.fixture
def site(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """The address of the running site. What it is still doing at the end must be over before the tables are emptied."""
    settings.PUBLIC_URL = live_server.url
    settings.PUBLIC_ASSET_URL = f"{live_server.url}/public/"
    settings.ASSET_ORIGINS = [live_server.url]
    yield live_server.url
    deadline = time.monotonic() + 10
    while others_are_busy() and time.monotonic() < deadline:
        time.sleep(0.05)


def others_are_busy() -> bool:
    """Some other connection is in the middle of something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT exists(SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle')"
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def complaints() -> list[str]:
    """What the console said. A test that provokes an error clears it."""
    return []


@pytest.fixture
def context(browser: Browser, site: str, complaints: list[str]) -> Iterator[BrowserContext]:
    """A fresh browser at the site; it may talk to nobody else."""
    opened = browser.new_context(base_url=site, viewport={"width": 1280, "height": 860}, locale="en-GB")
    opened.set_default_timeout(15_000)
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("weberror", lambda error: complaints.append(str(error.error)))
    opened.on("request", lambda call: None if call.url.startswith(site) else complaints.append(f"asked {call.url}"))
    yield opened
    opened.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab, nobody signed in."""
    return context.new_page()


def signed_in(page: Page, user: User) -> Page:
    """The tab, with a session of the person."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    cookie = {"name": "sessionid", "value": str(session.session_key), "domain": "localhost", "path": "/"}
    page.context.add_cookies([cookie])
    return page
