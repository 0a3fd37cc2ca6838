"""Pages moved, copied, turned, left out and imported: from the request to the readers."""

import io
import json
from typing import Any

import pikepdf
import pytest
from django.test import Client
from PIL import Image

from docplatform.lib import storage
from documents import paths
from documents.models import Document, Job, Page, Revision
from documents.pipeline import doomed, versions
from organizations.models import Event, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents import uploads
from tests.documents.factories import make_document, share
from tests.documents.modifying import TURNS, modify, rows, send
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

# --- what people send and what they are told


def test_what_was_understood_is_said_back(owner: User) -> None:
    document = make_document(owner, pages=["a"] * 6, slug="mine")
    other = make_document(owner, pages=["b"] * 3, slug="other")
    body = [{"page": "0-2, 5"}, {"page": "0,0", "id": str(other.pk), "modifications": TURNS["cc"]}]
    response = send(owner, document, body)
    assert (response.status_code, response.json()) == (
        201,
        {
            "data": [
                {"page": "1-3,6", "slug": "mine", "page_spec": [[0, 2], 5], "page_length": 4},
                {
                    "page": "1,1",
                    "id": other.pk,
                    "slug": "other",
                    "page_spec": [0, 0],
                    "page_length": 2,
                    "modifications": TURNS["cc"],
                },
            ]
        },
    )
    document.refresh_from_db()
    assert document.status == "pending"
    assert Job.objects.get().options == {
        "base": document.version_id,
        "runs": [[document.version_id, 0, 2, 0], [document.version_id, 5, 5, 0], *[[other.version_id, 0, 0, 90]] * 2],
    }
    again = send(owner, document, body)
    assert (again.status_code, list(again.json())) == (400, ["error", "code"])


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ([], ["non_field_errors"]),
        ({"page": "0"}, ["non_field_errors"]),
        ("0", ["non_field_errors"]),
        ([3], [["non_field_errors"]]),
        ([{}], [["page"]]),
        ([{"page": ""}], [["page"]]),
        ([{"page": 1}], [["page"]]),
        ([{"page": "0"}, {"page": "0,x"}], [[], ["page"]]),
        ([{"page": "1-1"}], [["page"]]),
        ([{"page": "2-1"}], [["page"]]),
        ([{"page": "-1"}], [["page"]]),
        ([{"page": "٣"}], [["page"]]),
        ([{"page": "0-2"}, {"page": "0-3"}], [[], ["page"]]),
        ([{"page": "0", "id": "x"}], [["id"]]),
        ([{"page": "0", "id": 999_999_999}], [["id"]]),
        ([{"page": "0", "id": 10**30}], [["id"]]),
        ([{"page": "0", "modifications": {}}], [["modifications"]]),
        ([{"page": "0", "modifications": [{"type": "crop", "angle": "cc"}]}], [["modifications"]]),
        ([{"page": "0", "modifications": [{"type": "rotate"}]}], [["modifications"]]),
        ([{"page": "0", "modifications": TURNS["cc"] * 2}], [["modifications"]]),
        ([{"page": ",".join("0" * 21)}], ["non_field_errors"]),
        ([{"page": ",".join("x" * 11)}] * 2, ["non_field_errors"]),  # counted before they are understood
        ([{"page": "0"}] * 21, ["non_field_errors"]),
    ],
)
def test_nonsense_is_refused_item_by_item(owner: User, settings: Any, body: Any, wrong: Any) -> None:
    settings.MAX_PAGES = 20
    response = send(owner, make_document(owner, pages=["a", "b", "c"]), body)
    assert (response.status_code, list(response.json())) == (400, ["data"])
    said = response.json()["data"]
    assert [list(item) for item in said] == wrong if isinstance(said, list) else list(said) == wrong
    assert not Job.objects.exists()


def test_errors_nest_as_deep_as_what_they_are_about(owner: User) -> None:
    body = [{"page": "0"}, {"page": "0", "modifications": [{"type": "rotate", "angle": "up"}]}]
    said = send(owner, make_document(owner, pages=["a"]), body).json()
    assert said == {"data": [{}, {"modifications": [{"angle": ['"up" is not a valid choice.']}]}]}


@pytest.mark.parametrize(
    ("who", "access", "status"),
    [
        ("anonymous", "public", 403),
        ("anonymous", "private", 404),
        ("outsider", "public", 403),
        ("outsider", "private", 404),
        ("viewer", "private", 403),
        ("editor", "private", 201),
        ("colleague", "organization", 201),
        ("owner", "private", 201),
        ("owner", "invisible", 404),
    ],
)
def test_editors_change_pages(request: Any, owner: User, who: str, access: str, status: int) -> None:
    document = make_document(owner, pages=["a"], access=access)
    people = {name: request.getfixturevalue(name) for name in ("viewer", "editor")}
    share(document, (people["viewer"], Access.VIEW), (people["editor"], Access.EDIT))
    assert send(request.getfixturevalue(who), document, [{"page": "0"}]).status_code == status


def test_pages_are_only_taken_from_what_the_person_may_view(owner: User, outsider: User) -> None:
    mine = make_document(owner, pages=["a"])

    def take(**state: Any) -> tuple[int, list[str]]:
        response = send(owner, mine, [{"page": "0", "id": make_document(outsider, pages=["b"], **state).pk}])
        return response.status_code, list(response.json())

    assert take() == (400, ["data"])
    assert take(status="deleted") == (400, ["data"])
    assert take(access="invisible", status="success") == (400, ["data"])
    empty = make_document(owner, status="nofile")
    assert send(owner, mine, [{"page": "0", "id": empty.pk}]).json()["data"][0]["id"][0].startswith("This document has")
    assert send(owner, empty, [{"page": "0"}]).json()["code"] == "no_pages"
    assert take(access="public")[0] == 201


# --- what becomes of it


@pytest.mark.slow
@pytest.mark.django_db
def test_pages_keep_their_text_and_images_and_only_turned_ones_are_drawn_again(owner: User) -> None:
    document = process_file(owner, uploads.born_digital(1, 3), access="public")
    other = process_file(owner, uploads.scan(2, 1), "pdf", title="Other")
    before, scanned, old = rows(document), rows(other), document.version
    assert old
    body = [{"page": "2"}, {"page": "0", "modifications": TURNS["cc"]}, {"page": "0", "id": other.pk}, {"page": "2"}]
    pages = rows(modify(owner, document, body))
    assert [pages[i].pk for i in (0, 2, 3)] == [before[2].pk, scanned[0].pk, before[2].pk]
    turned = pages[1]
    assert turned.pk != before[0].pk and turned.text.body == before[0].text.body
    assert (turned.width, turned.height, turned.ocr) == (792, 612, None)
    width, height = scanned[0].width, scanned[0].height
    assert document.page_spec == f"612.00x792.00:0,3;792.00x612.00:1;{width:.2f}x{height:.2f}:2"
    assert (document.status, document.page_count) == ("success", 4)
    assert document.version and document.file_hash == document.version.file_hash != old.file_hash
    files = storage.backend()
    for size in paths.STORED_SIZES:
        with Image.open(io.BytesIO(files.read(paths.page_image(turned.images, size)))) as image:
            assert image.width == paths.SIZES[size] > image.height
    upright, lying = (json.loads(files.read(paths.page_boxes(page.words))) for page in (before[0], turned))  # type: ignore[arg-type]
    assert [word["text"] for word in lying] == [word["text"] for word in upright]
    assert lying[0]["x1"] == pytest.approx(1 - upright[0]["y2"]) and lying[0]["y2"] == pytest.approx(upright[0]["x2"])
    # The hidden text of the scan and the words of the turned page are where the boxes say, in the PDF too.
    with pikepdf.open(io.BytesIO(files.read(document.version.pdf_key))) as pdf:
        assert [page.obj.get("/Rotate", 0) for page in pdf.pages] == [0, 90, 0, 0]
    found = Client().get(f"/api/documents/{document.pk}/search/", {"q": scanned[0].text.body.split()[3]}).json()
    assert "page_no_3" in found and Client().get(f"/api/documents/{other.pk}/search/", {"q": "a"}).status_code == 404
    assert Event.objects.filter(kind="document.processed", target_id=document.pk, data__change="modify").count() == 1
    assert client_of(owner).get("/api/documents/search/", {"q": f"id:{other.pk}"}).json()["count"] == 1


def test_no_page_is_read_again_and_no_artefact_copied(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"40 3")
    steps.calls.clear()
    before = rows(document)
    assert send(owner, document, [{"page": "20-39,0-19"}]).status_code == 201
    pending = client_of(owner).get(f"/api/documents/{document.pk}/pending/").json()
    assert (pending["images"], pending["texts"]) == (None, None)
    drain()
    document.refresh_from_db()
    assert [page.pk for page in rows(document)] == [page.pk for page in before[20:] + before[:20]]
    assert steps.kinds() == ["modify", "finalize"]
    assert Page.objects.count() == 40
    modify(owner, document, [{"page": "0-39", "modifications": TURNS["hw"]}])
    assert steps.kinds()[2:] == ["modify", "pages", "pages", "finalize"]
    assert rows(document)[0].text.body == "text 20" and rows(document)[39].ocr is None


def test_a_deleted_page_is_gone_with_the_old_version(owner: User, steps: FakeSteps) -> None:
    document, other = process_file(owner, b"3 0"), process_file(owner, b"1 0")
    pages = rows(document)
    modify(owner, other, [{"page": "0"}, {"page": "2", "id": document.pk}])
    modify(owner, document, [{"page": "0"}])
    client = client_of(owner)
    shown = [client.get(f"/files/documents/{document.pk}/pages/a-p{n}-large.gif").status_code for n in (1, 2, 3)]
    assert shown == [200, 404, 404]
    versions.drop_unread(document.pk)
    doomed.carry_out()
    files = storage.backend()
    assert [files.exists(paths.page_image(page.images, "large")) for page in pages] == [True, False, True]
    assert not Page.objects.filter(pk=pages[1].pk).exists()
    assert [page.pk for page in rows(other)][1] == pages[2].pk


def test_revision_control_keeps_the_states(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"3 0")
    Document.objects.filter(pk=document.pk).update(revision_control=True)
    for body in ([{"page": "0,2"}], [{"page": "0"}]):
        modify(owner, document, body)
    versions.drop_unread(document.pk)
    kept = [(one.number, one.comment, one.version.page_count) for one in Revision.objects.order_by("pk") if one.version]
    assert kept == [(1, "Modifying", 2), (2, "Modifying", 1)]
