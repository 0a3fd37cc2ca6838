"""The viewer: pages as pictures with text, the address, the keyboard, 2,000 pages, a phone, the dark."""

import re

from playwright.sync_api import Page, expect

from documents.choices import Access, Status
from organizations.models import User
from tests.browser.conftest import signed_in
from tests.browser.paper import print_document
from tests.documents.factories import make_document, make_job

PAGES = [
    "The harbour council met on the third of May\nto speak about the new levy on warehouses.",
    "The auditors found that contracts\nwere given without a tender.",
    "The warehouse levy was put to the vote.\nThe levy passed.",
]


def open_minutes(page: Page, owner: User, at: str = "") -> None:
    document = print_document(owner, PAGES, title="Minutes", slug="minutes", source="Harbour council")
    signed_in(page, owner).goto(f"/documents/{document.pk}-minutes/{at}")
    expect(page.locator(".sheet.drawn .layer").first).to_be_visible()


def select_words(page: Page, first: str, last: str) -> None:
    """Drag with the mouse from the beginning of one word to the end of another."""
    start = page.locator(".layer span", has_text=re.compile(rf"^{first}\s*$")).first.bounding_box()
    stop = page.locator(".layer span", has_text=re.compile(rf"^{last}\s*$")).first.bounding_box()
    assert start and stop
    page.mouse.move(start["x"] + 1, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move((start["x"] + stop["x"]) / 2, (start["y"] + stop["y"]) / 2 + 6, steps=4)
    page.mouse.move(stop["x"] + stop["width"] - 1, stop["y"] + stop["height"] / 2, steps=8)
    page.mouse.up()


def test_selected_text_is_copied_in_order(page: Page, owner: User) -> None:
    open_minutes(page, owner)
    select_words(page, "council", "speak")
    copied = page.evaluate(
        """() => {
          const data = new DataTransfer();
          const event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true });
          document.querySelector(".layer").dispatchEvent(event);
          return data.getData("text/plain");
        }"""
    )
    assert copied == "council met on the third of May\nto speak"


def test_words_lie_where_they_are_printed(page: Page, owner: User) -> None:
    open_minutes(page, owner)
    sheet = page.locator(".sheet").first.bounding_box()
    word = page.locator(".layer span", has_text="levy").first.bounding_box()
    boxes = page.evaluate("fetch(document.querySelector('.picture img').src.replace('-large.gif', '.position.json')"
                          ".replace('-xlarge.gif', '.position.json')).then((answer) => answer.json())")  # fmt: skip
    box = next(entry for entry in boxes if entry["text"] == "levy")
    assert sheet and word
    assert abs((word["x"] - sheet["x"]) / sheet["width"] - box["x1"]) < 0.002
    assert abs((word["y"] - sheet["y"]) / sheet["height"] - box["y1"]) < 0.002


def test_the_address_and_the_page_follow_each_other(page: Page, owner: User) -> None:
    open_minutes(page, owner, "#document/p2")
    box = page.get_by_label("Page", exact=True)
    expect(box).to_have_value("2")
    page.evaluate("location.hash = '#document/p3'")
    expect(box).to_have_value("3")
    box.fill("1")
    box.press("Enter")
    expect(page).to_have_url(re.compile("#document/p1$"))
    page.get_by_role("link", name="Page 2", exact=True).click()
    expect(page).to_have_url(re.compile("#document/p2$"))


def test_any_slug_leads_to_the_right_one(page: Page, owner: User) -> None:
    document = print_document(owner, PAGES[:1], title="Minutes", slug="minutes")
    signed_in(page, owner)
    for path in (f"/documents/{document.pk}/", f"/documents/{document.pk}-other/?q=levy"):
        page.goto(path)
        expect(page).to_have_url(re.compile(rf"/documents/{document.pk}-minutes/"))
    expect(page.get_by_label("Search in this document")).to_have_value("levy")


def test_a_whole_journey_by_keyboard(page: Page, owner: User) -> None:
    open_minutes(page, owner)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Page", exact=True)).to_have_value("2")
    page.keyboard.press("/")
    page.keyboard.type("levy")
    page.keyboard.press("Enter")
    expect(page.locator("#found-count")).to_have_text("Found on 2 pages")
    expect(page.get_by_label("Page", exact=True)).to_have_value("3")
    page.keyboard.press("Tab")
    page.keyboard.press("n")
    expect(page.locator(".marks i.current")).to_have_count(1)
    page.keyboard.press("n")
    expect(page.get_by_label("Page", exact=True)).to_have_value("1")
    page.keyboard.press("t")
    expect(page.get_by_role("region", name="Text of the document")).to_be_focused()
    expect(page.locator(".page-text mark")).to_have_text(["levy", "levy", "levy"])
    page.keyboard.press("t")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="About this document")).to_be_focused()
    expect(page.get_by_text("Only the owner sees it")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    page.keyboard.press("d")
    expect(page.get_by_role("link", name="PDF with")).to_be_focused()
    page.keyboard.press("Escape")
    before = page.locator(".sheet").first.bounding_box()
    page.keyboard.press("-")
    after = page.locator(".sheet").first.bounding_box()
    assert before and after and after["width"] < before["width"]


def test_two_thousand_pages_keep_few_alive(page: Page, owner: User) -> None:
    document = print_document(owner, PAGES[:1], copies=2000, title="Annual report", slug="annual-report")
    signed_in(page, owner).goto(f"/documents/{document.pk}-annual-report/")
    expect(page.locator(".sheet.drawn").first).to_be_visible()
    most = page.evaluate(
        """async () => {
          const view = document.querySelector("#reading");
          let most = 0;
          for (let step = 1; step <= 40; step += 1) {
            view.scrollTop = (step * view.scrollHeight) / 40;
            await new Promise((done) => setTimeout(done, 25));
            most = Math.max(most, document.querySelectorAll(".sheet").length);
          }
          return most;
        }"""
    )
    assert most <= 12
    expect(page.get_by_label("Page", exact=True)).to_have_value("2000")
    expect(page.locator('.sheet[data-page="2000"].drawn')).to_be_visible()
    assert page.locator("img").count() < 40
    page.evaluate("location.hash = '#document/p1234'")
    expect(page.locator('.sheet[data-page="1234"].drawn .layer span').first).to_be_visible()
    expect(page.get_by_role("link", name="Page 1234", exact=True)).to_have_attribute("aria-current", "page")


def test_the_dark_is_dark_and_remembered(page: Page, owner: User) -> None:
    open_minutes(page, owner)
    lightness = "parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    assert page.evaluate(lightness) > 200
    page.get_by_role("button", name="Switch to dark colours").click()
    assert page.evaluate(lightness) < 60
    page.reload()
    assert page.evaluate(lightness) < 60
    page.get_by_role("button", name="Switch to light colours").click()
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(lightness) > 200


def test_the_viewer_fits_a_phone(page: Page, owner: User) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_minutes(page, owner)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Pages and search").click()
    page.get_by_label("Search in this document").fill("tender")
    page.keyboard.press("Enter")
    expect(page.locator(".marks i.current")).to_be_attached()
    page.locator("#found-list a").click()
    expect(page.locator("#rail")).to_be_hidden()
    expect(page.get_by_label("Page", exact=True)).to_have_value("2")


def test_a_document_at_work_shows_how_far_it_is(page: Page, owner: User) -> None:
    document = make_document(owner, title="Long", slug="long", status=Status.PENDING)
    make_job(document, pages_total=12, images_left=3, texts_left=5)
    signed_in(page, owner).goto(f"/documents/{document.pk}-long/")
    expect(page.get_by_role("heading", name="This document is being read")).to_be_visible()
    expect(page.get_by_text("7 of 12 pages done")).to_be_visible()
    document.jobs.update(state="done")
    printed = print_document(owner, PAGES[:1], title="Long")
    fields = {name: getattr(printed, name) for name in ("version", "page_count", "page_spec")}
    type(document).objects.filter(pk=document.pk).update(status=Status.SUCCESS, **fields)
    expect(page.locator(".sheet.drawn")).to_have_count(1)


def test_anybody_reads_a_public_document(page: Page, owner: User) -> None:
    document = print_document(owner, PAGES, title="Minutes", slug="minutes", access=Access.PUBLIC)
    page.goto(f"/documents/{document.pk}-minutes/?q=auditors")
    expect(page.locator(".marks i.current")).to_have_count(1)
    expect(page.get_by_label("Page", exact=True)).to_have_value("2")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
