"""The library: empty, searched, scrolled, signed out."""

import re

from django.db import transaction
from playwright.sync_api import Page, expect

from documents.choices import Access, Status
from documents.models import Document
from documents.search import index
from organizations.models import User
from tests.browser.conftest import signed_in
from tests.browser.paper import print_document
from tests.documents.factories import make_document, make_error

LEVY = "Minutes of the council\n\nThe new levy on warehouses rose\nfrom two to four per cent."


def indexed(document: Document) -> Document:
    with transaction.atomic():
        index.write(document)
    return document


def test_people_sign_in_and_are_welcomed(page: Page, owner: User) -> None:
    owner.set_password("correct horse battery")
    owner.save()
    page.goto("/")
    expect(page.get_by_role("heading", name="Nothing has been published yet")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill("owner")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your library is empty")).to_be_visible()
    page.get_by_role("button", name="Choose files").click()
    expect(page.get_by_role("dialog", name="Upload documents")).to_be_visible()


def test_a_hit_leads_to_the_marked_words(page: Page, owner: User) -> None:
    print_document(owner, ["A page about the weather", LEVY], title="Minutes")
    indexed(make_document(owner, title="Something else"))
    signed_in(page, owner).goto("/")
    expect(page.get_by_role("listitem").filter(has=page.get_by_role("heading"))).to_have_count(2)
    page.get_by_label("Search all documents").fill("levy warehouses")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=levy\+warehouses$"))
    snippet = page.get_by_role("link", name="p. 2")
    expect(snippet.locator("mark")).to_have_text(["levy", "warehouses"])
    snippet.click()
    expect(page).to_have_url(re.compile(r"#document/p2$"))
    expect(page.locator('.sheet[data-page="2"] .marks i')).to_have_count(2)
    expect(page.locator(".marks i.current")).to_have_count(1)
    expect(page.locator("#found-count")).to_have_text("Found on 1 page")


def test_what_is_asked_stands_in_the_address(page: Page, owner: User) -> None:
    print_document(owner, [LEVY], title="Minutes")
    signed_in(page, owner).goto("/?q=levy&sort=title&mine=1")
    expect(page.get_by_label("Search all documents")).to_have_value("levy")
    expect(page.get_by_label("Sort by")).to_have_value("title")
    expect(page.get_by_role("button", name="Mine")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
    page.get_by_label("Search all documents").fill("nowhere")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing matches “nowhere”")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Minutes")).to_be_visible()


def test_more_rows_come_while_scrolling(page: Page, owner: User) -> None:
    for number in range(30):
        indexed(make_document(owner, title=f"Letter {number}"))
    signed_in(page, owner).goto("/")
    rows = page.locator(".hit")
    expect(rows).to_have_count(25)
    page.mouse.move(600, 500)
    page.mouse.wheel(0, 20_000)
    expect(rows).to_have_count(30)


def test_a_failed_document_says_why(page: Page, owner: User) -> None:
    document = indexed(make_document(owner, title="Locked", status=Status.ERROR))
    make_error(document, "The file is protected with a password.", "password")
    signed_in(page, owner).goto("/")
    expect(page.get_by_text("Failed", exact=True)).to_be_visible()
    expect(page.get_by_text("The file is protected with a password.")).to_be_visible()
    page.get_by_role("link", name="Locked").click()
    expect(page.get_by_role("heading", name="This document could not be read")).to_be_visible()
    expect(page.locator(".notice p")).to_have_text("The file is protected with a password.")


def test_titles_and_tags_stay_text(page: Page, owner: User) -> None:
    nasty = "<img src=x onerror=alert(1)> & <em>more</em>"
    print_document(owner, [f"{nasty} levy {nasty}"], title=nasty, source=nasty, data={"_tag": [nasty]})
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError("a script ran")))
    signed_in(page, owner).goto("/?q=levy")
    expect(page.get_by_role("heading", name=nasty)).to_be_visible()
    expect(page.locator(".snippet mark")).to_have_text(["levy"])
    page.get_by_role("heading", name=nasty).get_by_role("link").click()
    expect(page.locator(".marks i")).to_have_count(1)
    expect(page.get_by_role("heading", name=nasty)).to_be_visible()


def test_a_failing_server_is_told_and_asked_again(page: Page, owner: User, complaints: list[str]) -> None:
    print_document(owner, [LEVY], title="Minutes")
    signed_in(page, owner)
    page.route("**/api/documents/search/**", lambda route: route.fulfill(status=503, body="{}"))
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("The server is busy")
    page.unroute("**/api/documents/search/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Minutes")).to_be_visible()
    complaints.clear()


def test_strangers_see_what_is_public(page: Page, owner: User) -> None:
    print_document(owner, [LEVY], title="Published minutes", access=Access.PUBLIC)
    private = print_document(owner, [LEVY], title="Private minutes")
    page.goto("/?q=levy")
    expect(page.locator(".hit h2")).to_have_text(["Published minutes"])
    page.get_by_role("link", name="Published minutes").click()
    expect(page.locator(".sheet.drawn")).to_have_count(1)
    answer = page.request.get(f"/documents/{private.pk}-{private.slug}/")
    assert answer.status == 404
    assert "sign in" in answer.text()


def test_the_library_fits_a_phone(page: Page, owner: User) -> None:
    print_document(owner, [LEVY], title="Minutes", description="words " * 60, source="A-very-long-source-" * 9)
    page.set_viewport_size({"width": 390, "height": 844})
    signed_in(page, owner).goto("/?q=levy")
    expect(page.locator(".snippets li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
