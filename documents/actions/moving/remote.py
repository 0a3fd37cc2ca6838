"""Reads documents from the API of a DocumentCloud server, as parcels: see documents.actions.moving.importing.

A document is taken as the PDF that readers get, with its text layer, and processed here as any upload. The server is
asked four times a second at most, and less often when it says so.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from docplatform.lib import http
from docplatform.lib.http import Answer
from docplatform.lib.http.failures import answered
from documents.actions.moving import checks
from documents.actions.moving.checks import Row
from documents.actions.moving.parcels import Archive, Parcel
from documents.actions.moving.tape import Entry
from documents.choices import Access

INTERVAL = 0.25
PAUSE = 5.0
LONGEST_PAUSE = 300.0
ATTEMPTS = 5
NOT_READY = "It is not processed there, so it has no PDF."
NOT_JSON = "The server does not answer as a DocumentCloud API does. Check the address."
ELSEWHERE = "The server sends us to another address for its list, so it is not followed."


@dataclass
class Server:
    """An API, perhaps with somebody's credentials."""

    base_uri: str
    auth_uri: str = ""
    username: str = ""
    password: str = ""
    token: str = ""
    asked_at: float = field(default=0.0, init=False)

    def get(self, url: str) -> Row:
        """An object; raises Failed."""
        if self.password and not self.token:
            self._sign_in()
        answer = self._ask(url)
        if answer.status == 401 and self.password:
            self._sign_in()
            answer = self._ask(url)
        return _object(url, answer)

    def every(self, path: str, **params: Any) -> Iterator[Row]:
        """The rows of a list, page by page."""
        url = f"{self.base_uri}{path}?{urlencode(params)}"
        while url:
            page = self.get(url)
            rows = page.get("results")
            yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
            url = checks.text(page.get("next"), 4096)
            if url and not self.is_here(url):
                raise http.Failed("elsewhere", ELSEWHERE)

    def is_here(self, url: str) -> bool:
        """Credentials go to the server's own address only."""
        return urlsplit(url)[:2] == urlsplit(self.base_uri)[:2]

    def _ask(self, url: str, data: Mapping[str, Any] | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token and self.is_here(url) else {}
        for attempt in range(1, ATTEMPTS + 1):
            sleep(max(0.0, self.asked_at + INTERVAL - monotonic()))
            self.asked_at = monotonic()
            try:
                answer = http.fetch_json(url, headers=headers, data=data)
            except http.Failed as error:
                if not error.is_passing or attempt == ATTEMPTS:
                    raise
                answer = Answer(503, None)
            if answer.status not in (429, 502, 503, 504) or attempt == ATTEMPTS:
                break
            sleep(min(PAUSE * attempt if answer.retry_after is None else answer.retry_after, LONGEST_PAUSE))
        return answer

    def _sign_in(self) -> None:
        self.token = ""
        url = f"{self.auth_uri}token/"
        body = _object(url, self._ask(url, {"username": self.username, "password": self.password}))
        self.token = checks.text(body.get("access"), 10_000)


@dataclass(frozen=True)
class Wanted:
    """Which documents."""

    project: int | None = None
    organization: int | None = None
    query: str = ""
    ids: tuple[int, ...] = ()

    def rows(self, server: Server) -> Iterator[int]:
        """Their ids."""
        if self.ids:
            yield from self.ids
            return
        params: dict[str, Any] = {"per_page": 25}
        path = "documents/search/" if self.query else "documents/"
        params |= {"q": self.query} if self.query else {}
        params |= {"project": self.project} if self.project else {}
        params |= {"organization": self.organization} if self.organization else {}
        for row in server.every(path, **params):
            found = row.get("id")
            if isinstance(found, int | str) and str(found).isascii() and str(found).isdecimal():
                yield int(found)


def parcels(server: Server, wanted: Wanted, archive: Archive, *, is_wanted: Callable[[int], bool]) -> Iterator[Parcel]:
    """The documents, each until the next is asked for. What cannot be had says why."""
    with tempfile.TemporaryDirectory(prefix="docplatform-import-") as root:
        for pk in wanted.rows(server):
            if not is_wanted(pk):
                continue
            parcel = Parcel(pk, Path(root))
            try:
                _fill(server, parcel, archive)
            except http.Failed as error:
                parcel.refused = error.message
            yield parcel


def _fill(server: Server, parcel: Parcel, archive: Archive) -> None:
    row = server.get(f"{server.base_uri}documents/{parcel.id}/")
    if row.get("status") != "success":
        raise http.Failed("not_ready", NOT_READY)
    parcel.rows["document"] = [row | {"original_extension": "pdf", "id": parcel.id}]
    parcel.rows["note"] = list(server.every(f"documents/{parcel.id}/notes/", per_page=100))
    parcel.rows["section"] = list(server.every(f"documents/{parcel.id}/sections/", per_page=100))
    projects = row.get("projects") if isinstance(row.get("projects"), list) else []
    parcel.rows["place"] = [{"project": found, "edit_access": True} for found in projects or ()]
    _learn_projects(server, archive, projects or [])
    target = parcel.folder / "original"
    http.download(
        _location(server, row), target, most=settings.MAX_PDF_BYTES, seconds=settings.MAX_FETCH_SECONDS, go_on=_go_on
    )
    entry = Entry("original", target.stat().st_size)
    parcel.entries["original"] = entry
    parcel.rows["file"] = [{"file": "original", "size": entry.size, "sha256": entry.sha256}]


def _learn_projects(server: Server, archive: Archive, ids: list[Any]) -> None:
    known = {row.get("id") for row in archive.projects}
    for found in ids:
        pk = checks.whole(found)
        if pk is None or pk in known:
            continue
        try:
            row = server.get(f"{server.base_uri}projects/{pk}/")
        except http.Failed:
            row = {}  # others' projects stay theirs
        if row:
            archive.projects.append(row | {"id": pk})


def _location(server: Server, row: Row) -> str:
    """Where the PDF is. Private files lie behind the API, which tells another address, good for a while."""
    base, slug = checks.text(row.get("asset_url"), 1024), checks.text(row.get("slug"), 255)
    url = f"{base}documents/{row['id']}/{slug}.pdf"
    if row.get("access") == Access.PUBLIC or not server.is_here(url):
        return url
    return checks.text(server.get(url).get("location"), 4096)


def _object(url: str, answer: Answer) -> Row:
    if answer.status >= 300:
        raise answered(urlsplit(url).hostname or "", answer.status)
    if not isinstance(answer.body, dict):
        raise http.Failed("not_json", NOT_JSON)
    return answer.body


def _go_on(here: int, size: int | None) -> bool:
    return True
