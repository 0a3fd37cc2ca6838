"""Uploads: chosen, sent, processed, stopped, gone on with."""

from collections.abc import Callable

from playwright.sync_api import Dialog, FilePayload, Page, Route, expect

from documents.choices import Status
from documents.models import Document
from organizations.models import User
from tests.browser.conftest import signed_in
from tests.documents.factories import make_document
from tests.documents.processing import drain


def pdf(text: str) -> bytes:
    """A PDF with one line of text."""
    content = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("#upload-open").click()
    page.set_input_files("#upload-files", list(files))


def start(page: Page, *files: FilePayload) -> None:
    choose(page, *files)
    page.locator("#upload-start").click()


def row(page: Page, title: str) -> Callable[[str], None]:
    """Expects the words in the upload's row."""
    line = page.locator("#uploads-list li").filter(has_text=title)
    return lambda words: expect(line).to_contain_text(words)


def soon(page: Page, holds: Callable[[], bool]) -> None:
    """What the page shows may be ahead of what the server or the browser has done by then."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    assert holds()


def test_a_file_becomes_a_document_that_is_found(page: Page, owner: User) -> None:
    signed_in(page, owner).goto("/")
    start(page, file("Levy_report 2024.pdf", pdf("The warehouse levy")))
    row(page, "Levy report 2024")("Waiting to be read")
    drain()
    row(page, "Levy report 2024")("Ready, 1 page")
    page.get_by_label("Search all documents").fill("levy")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="p. 1").click()
    expect(page.locator(".marks i.current")).to_have_count(1)
    expect(page.locator(".layer span")).to_have_text(["The ", "warehouse ", "levy"])


def test_what_cannot_be_read_is_told_at_once(page: Page, owner: User) -> None:
    signed_in(page, owner).goto("/")
    choose(page, file("notes.xyz", b"x"), file("nothing.pdf", b""), file("good.txt", b"words"))
    expect(page.get_by_text("Files of the type .xyz cannot be read.")).to_be_visible()
    expect(page.get_by_text("The file is empty.")).to_be_visible()
    expect(page.get_by_role("button", name="Upload 1 file")).to_be_enabled()
    page.get_by_role("button", name="Leave out good.txt").click()
    expect(page.locator("#upload-start")).to_be_disabled()


def test_a_broken_file_says_why_and_can_be_removed(page: Page, owner: User) -> None:
    signed_in(page, owner).goto("/")
    start(page, file("broken.pdf", b"this is no PDF at all"))
    row(page, "broken")("Waiting to be read")
    drain()
    expect(page.get_by_role("button", name="Try again: broken")).to_be_visible()
    message = Document.objects.get().errors.get().message
    row(page, "broken")(message)
    expect(page.locator(".hit .note")).to_contain_text(message)
    page.get_by_role("button", name="Remove broken").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#uploads")).to_be_hidden()
    assert Document.objects.get().status == Status.DELETED


def test_an_expired_address_is_fetched_anew(page: Page, owner: User, complaints: list[str]) -> None:
    asked: list[str] = []

    def expire(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=403, body="This upload address is not valid any more.")
        else:
            route.continue_()

    page.route("**/storage/**", expire)
    signed_in(page, owner).goto("/")
    start(page, file("late.pdf", pdf("late")))
    row(page, "late")("Waiting to be read")
    assert len(asked) == 2
    complaints.clear()


def test_three_travel_at_a_time_and_can_be_called_back(page: Page, owner: User) -> None:
    travelling: list[Route] = []
    page.route("**/storage/**", lambda route: travelling.append(route))
    signed_in(page, owner).goto("/")
    start(page, *(file(f"letter {number}.pdf", pdf("x")) for number in range(5)))
    row(page, "letter 2")("Sending")
    row(page, "letter 3")("Waits for its turn")
    soon(page, lambda: len(travelling) == 3)
    leaving: list[Dialog] = []
    page.on("dialog", lambda dialog: (leaving.append(dialog), dialog.dismiss()))
    page.evaluate("location.assign('/?q=left')")
    page.wait_for_function("document.querySelectorAll('#uploads-list li').length === 5")
    soon(page, lambda: [dialog.type for dialog in leaving] == ["beforeunload"])
    page.get_by_role("button", name="Cancel letter 0").click()
    expect(page.locator("#uploads-list li")).to_have_count(4)
    row(page, "letter 3")("Sending")
    soon(page, lambda: Document.objects.get(title="letter 0").status == Status.DELETED)
    for number in (1, 2, 3, 4):
        page.get_by_role("button", name=f"Cancel letter {number}").click()
    expect(page.locator("#uploads")).to_be_hidden()


def test_a_later_visit_goes_on(page: Page, owner: User) -> None:
    make_document(owner, title="Half sent", status=Status.NOFILE)
    make_document(owner, title="At work", status=Status.PENDING)
    signed_in(page, owner).goto("/")
    row(page, "Half sent")("Its file did not arrive")
    row(page, "At work")("Waiting to be read")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose the file of Half sent").click()
    chooser.value.set_files([file("half.pdf", pdf("whole"))])
    row(page, "Half sent")("Waiting to be read")
    soon(page, lambda: Document.objects.get(title="Half sent").status == Status.PENDING)
