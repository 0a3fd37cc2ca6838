"""oEmbed: other sites learn how to show a document, a page or a note."""

import re
from html import escape, unescape
from typing import Any
from urllib.parse import quote

import pytest

from documents.models import Document, Note
from documents.viewer import project as viewer
from organizations.models import User
from projects.models import ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_document, make_project
from tests.documents.modifying import note

SITE = "http://127.0.0.1:8000"
KEYS = "version provider_name provider_url cache_age title width height html type".split()


@pytest.fixture
def document(owner: User) -> Document:
    return make_document(owner, access="public", pages=["one", "two"], title='A "B" <c>')


@pytest.fixture
def remark(owner: User, document: Document) -> Note:
    return note(document, 1, owner, "Look here")


def ask(user: Any, address: str, path: str = "/api/oembed/", **more: Any) -> Any:
    return client_of(user).get(path, {"url": address, **more})


def source(response: Any) -> str:
    match = re.search(r'src="([^"]+)"', response.json()["html"])
    assert match
    return unescape(match[1]).removeprefix(SITE)


def test_a_document_is_a_frame_in_one_line(anonymous: Any, owner: User, document: Document) -> None:
    response = ask(anonymous, f"{SITE}/documents/{document.pk}-budget-2024/")
    body = response.json()
    assert (response.status_code, list(body)) == (200, KEYS)
    facts = {"version": "1.0", "type": "rich", "cache_age": 300, "title": 'A "B" <c>', "width": 612, "height": 792}
    assert body | facts == body
    assert source(response) == f"/documents/{document.pk}-budget-2024/?embed=1"
    assert body["html"].startswith("<iframe ") and body["html"].endswith("></iframe>") and "\n" not in body["html"]
    assert 'title="A &quot;B&quot; &lt;c&gt; (Hosted by DocPlatform)"' in body["html"]
    assert "aspect-ratio: 612 / 792;" in body["html"]
    assert response["Cache-Control"] == "public, max-age=300"
    assert ask(owner, f"{SITE}/documents/{document.pk}")["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("address", "frame"),
    [
        ("{site}/documents/{pk}", "{pk}-budget-2024/?embed=1"),
        ("{site}/documents/{pk}.html", "{pk}-budget-2024/?embed=1"),
        ("https://127.0.0.1:8000/documents/{pk}-any_other.slug/", "{pk}-budget-2024/?embed=1"),
        ("{site}/api/documents/{pk}/", "{pk}-budget-2024/?embed=1"),
        ("{site}/documents/{pk}-b/?embed=0&title=1&_escaped_fragment_=", "{pk}-budget-2024/?embed=1&title=1"),
        ("{site}/documents/{pk}-b/#document/p2", "{pk}/pages/2/?embed=1"),
        ("{site}/documents/{pk}-b/pages/1.html", "{pk}/pages/1/?embed=1"),
        ("{site}/documents/{pk}/pages/2/", "{pk}/pages/2/?embed=1"),
        ("{site}/documents/{pk}-b/#document/p2/a{note}", "{pk}/annotations/{note}/?embed=1"),
        ("{site}/documents/{pk}-b/annotations/{note}.html", "{pk}/annotations/{note}/?embed=1"),
        ("{site}/api/documents/{pk}/notes/{note}/", "{pk}/annotations/{note}/?embed=1"),
    ],
)
def test_every_spelling_of_an_address_is_known(
    anonymous: Any, client: Any, document: Document, remark: Note, address: str, frame: str
) -> None:
    names = {"site": SITE, "pk": document.pk, "note": remark.pk}
    spelled = address.format(**names)
    for said in (spelled, quote(spelled, safe="")):
        assert source(ask(anonymous, said)) == "/documents/" + frame.format(**names)
    shown = client.get(source(ask(anonymous, spelled)), follow=True)
    assert shown.status_code == 200
    assert "X-Frame-Options" not in shown and "frame-ancestors *" in shown["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "http://[::1",
        "https://example.org/documents/{pk}-b/",
        "ftp://127.0.0.1:8000/documents/{pk}-b/",
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/documents/{pk}-b/pages/3/",
        "http://127.0.0.1:8000/documents/{pk}-b/#document/p0",
        "http://127.0.0.1:8000/documents/{pk}-b/annotations/0/",
        "http://127.0.0.1:8000/documents/{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}{pk}/",
        "http://127.0.0.1:8000/projects/",
        "http://127.0.0.1:8000/projects/0-town-hall/",
        "http://127.0.0.1:8000/projects/town-hall/",
    ],
)
def test_other_addresses_are_not_found(anonymous: Any, document: Document, address: str) -> None:
    assert ask(anonymous, address.format(pk=document.pk)).status_code == 404


def test_nobody_learns_what_they_may_not_see(owner: User, outsider: User, anonymous: Any) -> None:
    private, public = make_document(owner, pages=["one"]), make_document(owner, access="public", pages=["one"])
    hidden = note(public, 0, owner, access="private")
    on_private = note(private, 0, owner)
    addresses = [f"{SITE}/documents/{private.pk}-b/", f"{SITE}/documents/{private.pk}/pages/1/"]
    addresses += [f"{SITE}/documents/{private.pk}/annotations/{on_private.pk}/"]
    addresses += [f"{SITE}/documents/{public.pk}/annotations/{hidden.pk}/"]
    addresses += [f"{SITE}/documents/{public.pk}/annotations/{on_private.pk}/"]
    for address in addresses:
        for user in (anonymous, outsider):
            response = ask(user, address)
            assert (response.status_code, response.json()) == (404, {"detail": "Not found."}), address
            page = client_of(user).get(address.removeprefix(SITE))
            assert page.status_code == 404, address
    assert [ask(owner, address).status_code for address in addresses] == [200, 200, 200, 200, 404]


@pytest.mark.parametrize(
    ("room", "size"),
    [
        ({"maxwidth": 306}, (306, 396)),
        ({"maxheight": 396}, (306, 396)),
        ({"maxwidth": 300, "maxheight": 50}, (300, 50)),
        ({"maxwidth": "wide", "maxheight": -3}, (612, 792)),
        ({"maxwidth": 0, "maxheight": "9" * 30}, (612, 792)),
    ],
)
def test_the_size_fits_the_room(anonymous: Any, document: Document, room: Any, size: tuple[int, int]) -> None:
    for place in ("", "pages/2/"):
        body = ask(anonymous, f"{SITE}/documents/{document.pk}/{place}", **room).json()
        assert (body["width"], body["height"]) == size
        assert f'width="{size[0]}" height="{size[1]}"' in body["html"]
        assert ("max-width: 300px;" in body["html"]) is (room.get("maxwidth") == 300)


def test_a_note_has_no_size(anonymous: Any, document: Document, remark: Note) -> None:
    body = ask(anonymous, f"{SITE}/documents/{document.pk}/annotations/{remark.pk}/").json()
    assert list(body) == [key for key in KEYS if key not in ("width", "height")]
    assert body["title"] == "Look here" and "height: 300px" in body["html"]


def test_a_document_without_pages_has_the_size_of_letters(owner: User) -> None:
    document = make_document(owner, status="nofile")
    body = ask(owner, f"{SITE}/documents/{document.pk}/").json()
    assert (body["width"], body["height"]) == (612, 792)


@pytest.mark.parametrize("path", ["/api/oembed/", "/api/oembed.json", "/api/oembed.json/"])
def test_the_address_must_be_named(anonymous: Any, document: Document, path: str) -> None:
    response = ask(anonymous, "", path)
    assert (response.status_code, list(response.json())) == (400, ["error", "code"])
    assert ask(anonymous, f"{SITE}/documents/{document.pk}", path, unknown=1).status_code == 200


def test_pages_say_where_their_frame_is(client: Any, document: Document) -> None:
    page = client.get(f"/documents/{document.pk}-budget-2024/")
    assert page["X-Frame-Options"] == "DENY"
    [link] = re.findall(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page.content.decode())
    assert client.get(unescape(link).removeprefix(SITE)).json()["title"] == document.title


def test_what_only_some_may_read_stands_in_no_frame(client: Any, owner: User) -> None:
    document = make_document(owner, pages=["one"])
    client.force_login(owner)
    assert client.get(f"/documents/{document.pk}-budget-2024/?embed=1")["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "address", ["/projects/{pk}-town-hall", "/projects/town-hall-{pk}/", "/projects/{pk}", "/api/projects/{pk}/"]
)
def test_a_project_is_a_frame_of_its_documents(
    anonymous: Any, client: Any, owner: User, document: Document, address: str
) -> None:
    project = make_project(owner, private=False)
    private = make_document(owner, title="Hidden draft", pages=["one"])
    for held in (document, private):
        ProjectDocument.objects.create(project=project, document=held, edit_access=True)
    body = ask(anonymous, SITE + address.format(pk=project.pk), maxwidth=300).json()
    assert (body["title"], body["width"], body["height"]) == ("Town hall", 300, 500)
    path = re.search(r'src="([^"]+)"', body["html"])[1].removeprefix(SITE)  # type: ignore[index]
    assert unescape(path) == f"/projects/{project.slug}-{project.pk}/?embed=1"
    page = client.get(unescape(path))
    assert (page.status_code, "X-Frame-Options" in page) == (200, False)
    assert escape(document.title) in page.content.decode() and private.title not in page.content.decode()
    assert client.get(f"/projects/{project.pk}-other/").headers["Location"] == f"/projects/{project.slug}-{project.pk}/"


def test_of_two_projects_that_an_address_may_mean_the_first_counts(owner: User) -> None:
    first, second = make_project(owner, "First"), make_project(owner, "Second")
    assert ask(owner, f"{SITE}/projects/{first.pk}-report-{second.pk}/").json()["title"] == "First"
    assert ask(owner, f"{SITE}/projects/{second.pk + 9}-report-{second.pk}/").json()["title"] == "Second"


def test_a_private_project_is_its_collaborators(owner: User, outsider: User, anonymous: Any, client: Any) -> None:
    project = make_project(owner)
    address = f"{SITE}/projects/{project.slug}-{project.pk}/"
    for user in (outsider, anonymous):
        assert ask(user, address).status_code == client_of(user).get(address.removeprefix(SITE)).status_code == 404
    client.force_login(owner)
    page = client.get(f"{address.removeprefix(SITE)}?embed=1")
    assert (page.status_code, page["X-Frame-Options"]) == (200, "DENY")
    assert "holds no document" in page.content.decode()
    assert client.get(f"{address.removeprefix(SITE)}?page=0").status_code == 404


@pytest.mark.parametrize(
    ("query", "is_frame"), [("", False), ("?embed", False), ("?embed=", False), ("?embed=1", True)]
)
def test_only_what_is_made_for_a_frame_stands_in_one(
    client: Any, owner: User, document: Document, query: str, is_frame: bool
) -> None:
    project = make_project(owner, private=False)
    page = client.get(f"/projects/{project.slug}-{project.pk}/{query}")
    assert ("X-Frame-Options" not in page, "site-bar" not in page.content.decode()) == (is_frame, is_frame)
    assert ("X-Frame-Options" not in client.get(f"/documents/{document.pk}-budget-2024/{query}")) is is_frame


def test_the_last_page_of_a_project_leads_to_the_search(
    client: Any, owner: User, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "PER_PAGE", 1)
    monkeypatch.setattr(viewer, "MAX_PAGE", 2)
    project = make_project(owner, private=False)
    for held in (document, *(make_document(owner, access="public") for _ in range(2))):
        ProjectDocument.objects.create(project=project, document=held)
    first, last, beyond = (client.get(f"/projects/{project.slug}-{project.pk}/?page={n}") for n in (1, 2, 3))
    assert (first.status_code, last.status_code, beyond.status_code) == (200, 200, 404)
    link = f'href="/?q=project:{project.pk}"'
    assert (link in first.content.decode(), link in last.content.decode()) == (False, True)
    assert "?page=3" not in last.content.decode()
