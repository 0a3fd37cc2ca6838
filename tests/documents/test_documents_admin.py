"""Documents in the administration: support staff look, and press two buttons."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from docplatform.lib import storage
from documents.choices import StepKind
from documents.models import Document, DocumentError, Entity, Job, Step
from organizations.models import Event, User
from tests.documents.factories import make_document, make_error, make_job

URL = "/admin/documents/document/"


@pytest.fixture
def desk(staff: User, client: Client) -> Client:
    client.force_login(staff)
    return client


def status(document: Document) -> str:
    return Document.objects.values_list("status", flat=True).get(pk=document.pk)


def test_the_list_costs_the_same_however_long(desk: Client, owner: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(20):
        make_document(owner)
    with django_assert_max_num_queries(7):
        page = desk.get(URL)
    assert page.status_code == 200
    assert len(page.context["cl"].result_list) == 20


@pytest.mark.parametrize(
    ("term", "found"), [("{pk}", 1), ("Budget 20", 1), ("owner", 2), ("nothing", 0), ("9" * 40, 0)]
)
def test_documents_are_found_by_id_title_and_owner(desk: Client, owner: User, term: str, found: int) -> None:
    document = make_document(owner)
    make_document(owner, title="Minutes", slug="minutes")
    page = desk.get(URL, {"q": term.format(pk=document.pk)})
    assert len(page.context["cl"].result_list) == found


def test_a_document_shows_its_jobs_steps_and_errors(desk: Client, owner: User) -> None:
    document = make_document(owner, status="pending")
    make_error(document, "The <file> is empty.")
    job = make_job(document)
    Step.objects.create(job=job, user=owner, kind=StepKind.OCR, queue="bulk", idx=7, vt=0, run_after=job.created_at)
    page = desk.get(f"{URL}{document.pk}/change/").content.decode()
    assert "ocr 7: ready" in page
    assert "The &lt;file&gt; is empty." in page
    assert f"/admin/documents/job/{job.pk}/change/" in page
    assert "ocr" in desk.get(f"/admin/documents/job/{job.pk}/change/").content.decode()


def test_the_buttons_call_actions(desk: Client, owner: User, staff: User) -> None:
    document = make_document(owner, status="error")
    storage.backend().put(document.upload_key, b"%PDF-1.4")
    desk.post(f"{URL}{document.pk}/process/")
    assert status(document) == "pending"
    assert Job.objects.get().user == staff
    page = desk.post(f"{URL}{document.pk}/cancel/", follow=True).content.decode()
    assert "Done." in page
    assert DocumentError.objects.get(document=document).code == "cancelled"
    again = desk.post(f"{URL}{document.pk}/cancel/", follow=True).content.decode()
    assert "not being processed" in again
    desk.post(URL, {"action": "process_chosen", "_selected_action": [document.pk]})
    assert status(document) == "pending"
    desk.post(URL, {"action": "cancel_chosen", "_selected_action": [document.pk]})
    assert status(document) == "error"


def test_buttons_are_pressed_not_followed_and_only_by_those_who_may(desk: Client, owner: User, outsider: User) -> None:
    document = make_document(owner)
    assert desk.get(f"{URL}{document.pk}/process/").status_code == 405
    assert desk.post(f"{URL}0/process/").status_code == 404
    outsider.is_staff = True
    outsider.save()
    outsider.user_permissions.add(Permission.objects.get(codename="view_document"))
    desk.force_login(outsider)
    assert desk.get(f"{URL}{document.pk}/change/").status_code == 200
    assert desk.post(f"{URL}{document.pk}/process/").status_code == 403
    desk.post(URL, {"action": "process_chosen", "_selected_action": [document.pk]})
    assert status(document) == "success"


@pytest.mark.django_db
def test_nobody_schedules_functions_from_the_administration(desk: Client) -> None:
    page = desk.get("/admin/").content.decode()
    assert "DocPlatform administration" in page
    assert "django_q" not in page
    assert desk.get("/admin/django_q/schedule/add/").status_code == 404


def test_staff_find_entities_by_their_id_and_delete_wrong_ones(desk: Client, owner: User, outsider: User) -> None:
    wrong = Entity.objects.create(name="Londn", access="public", wikidata_id="Q84")
    kept = Entity.objects.create(name="The source", user=owner)
    page = desk.get("/admin/documents/entity/", {"q": "Q84"})
    assert [row.pk for row in page.context["cl"].result_list] == [wrong.pk]
    assert "Londn" in desk.get(f"/admin/documents/entity/{wrong.pk}/change/").content.decode()
    chosen = {"action": "remove_chosen", "_selected_action": [wrong.pk]}
    desk.post("/admin/documents/entity/", chosen)
    assert list(Entity.objects.all()) == [kept]
    assert Event.objects.get(target_type="entity").kind == "entity.deleted"
    outsider.is_staff = True
    outsider.save()
    outsider.user_permissions.add(Permission.objects.get(codename="view_entity"))
    desk.force_login(outsider)
    desk.post("/admin/documents/entity/", {**chosen, "_selected_action": [kept.pk]})
    assert Entity.objects.exists()
