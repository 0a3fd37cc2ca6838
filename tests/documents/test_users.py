"""`/api/users/`: who sees whom, what of them, and that everybody changes only themselves."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.choices import Access, Status
from documents.models import Document
from organizations.actions import organization, people
from organizations.models import Organization, Plan, User
from projects.actions import project
from projects.models import Project
from tests.conftest import client_of

KEYS = [
    *("id", "avatar_url", "name", "organization", "organizations", "admin_organizations", "username", "uuid"),
    "verified_journalist",
]


@pytest.fixture
def shared(owner: User, viewer: User) -> Project:
    """The owner shares a project with the viewer."""
    made = project.create(user=owner, title="Town hall", private=True)
    project.add_collaborator(made, user=viewer, actor=owner)
    return made


def names(user: User, query: str = "") -> list[str]:
    response = client_of(user).get(f"/api/users/{query}")
    assert response.status_code == 200, response.content
    return sorted(row["username"] for row in response.json()["results"])


def write_document(user: User, access: Access, status: Status) -> Document:
    assert user.organization
    return Document.objects.create(
        user=user, organization=user.organization, title="t", slug="t", access=access, status=status
    )


def test_only_for_people_with_an_account(owner: User) -> None:
    for url in ("/api/users/", "/api/users/me/", f"/api/users/{owner.pk}/"):
        response = APIClient().get(url)
        assert response.status_code == 403
        assert response.json() == {"detail": "Authentication credentials were not provided."}


def test_organizations_and_projects_make_people_known(
    owner: User, colleague: User, viewer: User, outsider: User, shared: Project
) -> None:
    assert names(owner) == ["colleague", "owner", "viewer"]
    assert names(colleague) == ["colleague", "owner"]
    assert names(viewer) == ["owner", "viewer"]
    assert names(outsider) == ["outsider"]


@pytest.mark.parametrize(
    ("access", "status", "is_known"),
    [
        (Access.PUBLIC, Status.SUCCESS, True),
        (Access.PUBLIC, Status.READABLE, True),
        (Access.PUBLIC, Status.PENDING, False),
        (Access.PRIVATE, Status.SUCCESS, False),
        (Access.ORGANIZATION, Status.SUCCESS, False),
        (Access.INVISIBLE, Status.SUCCESS, False),
        (Access.PUBLIC, Status.DELETED, False),
    ],
)
def test_a_published_document_makes_its_owner_known(
    owner: User, outsider: User, access: Access, status: Status, is_known: bool
) -> None:
    write_document(owner, access, status)
    assert names(outsider) == (["outsider", "owner"] if is_known else ["outsider"])
    expected = 200 if is_known else 404
    assert client_of(outsider).get(f"/api/users/{owner.pk}/").status_code == expected


def test_a_person(owner: User, colleague: User, newsroom: Organization) -> None:
    body = client_of(colleague).get(f"/api/users/{owner.pk}/").json()
    assert list(body) == KEYS
    own = Organization.objects.get(uuid=owner.uuid)
    assert body == {
        "id": owner.pk,
        "avatar_url": "",
        "name": "Owner",
        "organization": newsroom.pk,
        "organizations": sorted([own.pk, newsroom.pk]),
        "admin_organizations": [own.pk],
        "username": "owner",
        "uuid": str(owner.uuid),
        "verified_journalist": True,
    }


def test_me(owner: User) -> None:
    body = client_of(owner).get("/api/users/me/").json()
    assert list(body) == ["id", "avatar_url", "feature_level", *KEYS[2:], "email", "wants_mail"]
    assert (body["username"], body["email"], body["feature_level"]) == ("owner", "owner@example.org", 0)


def test_staff_are_told_who_is_staff(owner: User, staff: User) -> None:
    write_document(owner, Access.PUBLIC, Status.SUCCESS)
    body = client_of(staff).get(f"/api/users/{owner.pk}/").json()
    assert list(body) == ["id", "avatar_url", "is_staff", *KEYS[2:]]
    assert body["is_staff"] is False
    me = client_of(staff).get("/api/users/me/").json()
    assert list(me) == ["id", "avatar_url", "feature_level", "is_staff", *KEYS[2:], "email", "wants_mail"]
    assert me["is_staff"] is True


def test_the_feature_level_is_the_highest_of_all_organizations(owner: User, newsroom: Organization) -> None:
    newsroom.plan = Plan.objects.create(name="Professional", feature_level=1)
    newsroom.save()
    Organization.objects.filter(uuid=owner.uuid).update(plan=Plan.objects.create(name="Free"))
    assert client_of(owner).get("/api/users/me/").json()["feature_level"] == 1


def test_verified_by_any_organization(outsider: User) -> None:
    assert client_of(outsider).get("/api/users/me/").json()["verified_journalist"] is False
    organization.add_member(organization.create_organization(name="Paper", verified=True), user=outsider)
    assert client_of(outsider).get("/api/users/me/").json()["verified_journalist"] is True


@pytest.mark.parametrize("spelling", ["expand=organization", "expand=~all", "expand=*", "expand[]=organization"])
def test_the_organization_expanded(owner: User, newsroom: Organization, spelling: str) -> None:
    me = client_of(owner).get(f"/api/users/me/?{spelling}").json()
    assert me["organization"]["id"] == newsroom.pk
    assert me["organization"]["plan"] == "Free"
    row = client_of(owner).get(f"/api/users/?{spelling}").json()["results"][0]
    assert row["organization"]["id"] == newsroom.pk
    assert "plan" not in row["organization"]


def test_members_see_the_ledger_where_one_object_is_asked_for(
    owner: User, outsider: User, newsroom: Organization, django_assert_num_queries: Any
) -> None:
    document = write_document(owner, Access.PUBLIC, Status.SUCCESS)
    table = {
        f"/api/documents/{document.pk}/?expand=organization,user.organization": True,
        f"/api/users/{owner.pk}/?expand=organization": True,
        "/api/documents/?expand=organization,user.organization": False,
        "/api/users/?expand=organization": False,
    }
    for url, is_one in table.items():
        for reader, is_told in ((owner, is_one), (outsider, False)):
            body = client_of(reader).get(url).json()
            rows = [body] if is_one else [row for row in body["results"] if row["id"] in (document.pk, owner.pk)]
            found = ["plan" in row["organization"] for row in rows]
            found += ["plan" in row["user"]["organization"] for row in rows if "user" in row]
            assert set(found) == {is_told}, (url, reader)
    assert "plan" not in client_of(owner).patch("/api/users/me/?expand=organization").json()["organization"]


def test_dotted_fields(owner: User) -> None:
    url = "/api/users/me/?expand=organization&fields=username,organization.name"
    assert client_of(owner).get(url).json() == {"organization": {"name": "Newsroom"}, "username": "owner"}


@pytest.mark.parametrize("method", ["patch", "put"])
@pytest.mark.parametrize("by_id", [True, False])
def test_choosing_the_active_organization(owner: User, method: str, by_id: bool) -> None:
    own = Organization.objects.get(uuid=owner.uuid)
    url = f"/api/users/{owner.pk if by_id else 'me'}/?expand=organization"
    response = getattr(client_of(owner), method)(url, {"organization": own.pk, "name": "Mallory", "is_staff": True})
    assert response.status_code == 200
    assert response.json()["organization"]["id"] == own.pk
    owner.refresh_from_db()
    assert (owner.organization, owner.name, owner.is_staff) == (own, "Owner", False)


@pytest.mark.parametrize("body", [{}, {"name": "x"}])
def test_nothing_to_choose(owner: User, newsroom: Organization, body: dict[str, Any]) -> None:
    response = client_of(owner).patch("/api/users/me/", body)
    assert (response.status_code, response.json()["organization"]) == (200, newsroom.pk)


def test_what_cannot_be_chosen(outsider: User, newsroom: Organization) -> None:
    patch = client_of(outsider).patch
    stranger = patch("/api/users/me/", {"organization": newsroom.pk})
    assert (stranger.status_code, type(stranger.json())) == (400, list)
    hidden = organization.create_organization(name="Hidden", private=True)
    for value in (hidden.pk, 10**9, "x", None):
        response = patch("/api/users/me/", {"organization": value})
        assert (response.status_code, list(response.json())) == (400, ["organization"]), value
    outsider.refresh_from_db()
    assert outsider.organization is not None
    assert outsider.organization.individual


def test_nobody_changes_anybody_else(owner: User, colleague: User, staff: User, newsroom: Organization) -> None:
    own = Organization.objects.get(uuid=owner.uuid)
    for method in ("patch", "put"):
        response = getattr(client_of(colleague), method)(f"/api/users/{owner.pk}/", {"organization": own.pk})
        assert response.status_code == 403
    assert client_of(staff).patch(f"/api/users/{owner.pk}/", {}).status_code == 404
    owner.refresh_from_db()
    assert owner.organization == newsroom


def test_people_cannot_be_made_or_deleted(owner: User) -> None:
    assert client_of(owner).post("/api/users/", {"username": "x"}).status_code == 405
    assert client_of(owner).delete("/api/users/me/").status_code == 405
    assert client_of(owner).delete(f"/api/users/{owner.pk}/").status_code == 405


def test_filters(owner: User, colleague: User, viewer: User, newsroom: Organization, shared: Project) -> None:
    everybody = ["colleague", "owner", "viewer"]
    table = {
        f"organization={newsroom.pk}": ["colleague", "owner"],
        f"project={shared.pk}": ["owner", "viewer"],
        f"organization={newsroom.pk}&project={shared.pk}": ["owner"],
        "name=Viewer": ["viewer"],
        "name__istartswith=view": ["viewer"],
        "username=viewer": ["viewer"],
        f"uuid={viewer.uuid}": ["viewer"],
        f"id__in={viewer.pk},{owner.pk}": ["owner", "viewer"],
        "nothing=1": everybody,
        "organization=": everybody,
    }
    for query, found in table.items():
        assert names(owner, f"?{query}") == found, query


def test_filters_that_are_wrong(outsider: User, shared: Project) -> None:
    for query in (f"project={shared.pk}", "organization=x", "organization=999999", "id__in=x", "uuid=x"):
        assert client_of(outsider).get(f"/api/users/?{query}").status_code == 400, query


def test_collaborators_of_a_public_project_are_not_told_to_strangers(owner: User, outsider: User) -> None:
    public = project.create(user=owner, title="Open")
    write_document(owner, Access.PUBLIC, Status.SUCCESS)
    assert names(outsider, f"?project={public.pk}") == []


def test_a_list_of_people_costs_the_same_however_long(
    owner: User, newsroom: Organization, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        organization.add_member(newsroom, user=people.create_user(username=f"u{number}"))
    client = client_of(owner)
    with django_assert_num_queries(2):
        assert len(client.get("/api/users/").json()["results"]) == 6
    with django_assert_num_queries(3):
        client.get("/api/users/?expand=organization")


def test_a_hidden_organization_is_not_named_to_strangers(owner: User, outsider: User, colleague: User) -> None:
    hidden = organization.create_organization(name="Secret desk", private=True)
    for user in (owner, colleague):
        organization.add_member(hidden, user=user)
    people.set_active_organization(owner, organization=hidden)
    document = write_document(owner, Access.PUBLIC, Status.SUCCESS)
    Document.objects.filter(pk=document.pk).update(organization=outsider.organization)
    of_user = f"/api/users/{owner.pk}/?expand=organization"
    of_document = f"/api/documents/{document.pk}/?expand=user.organization"
    assert client_of(outsider).get(of_user).json()["organization"] == hidden.pk
    assert client_of(outsider).get(of_document).json()["user"]["organization"] == hidden.pk
    assert client_of(colleague).get(of_user).json()["organization"]["name"] == "Secret desk"
    assert client_of(colleague).get(of_document).json()["user"]["organization"]["name"] == "Secret desk"


def test_a_person_without_an_organization_can_be_shown(db: None) -> None:
    user = User.objects.create_user("root")
    assert client_of(user).get("/api/users/me/?expand=organization").json()["organization"] is None
