"""The cast: who owns, who works beside the owner, who was invited, and who is a stranger."""

import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIClient

from docplatform.lib.storage import transfers
from organizations.actions import people
from organizations.models import Membership, Organization, User
from tests.s3 import s3, s3_server  # noqa: F401  (fixtures for every test)


@pytest.fixture(autouse=True)
def all_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that a test does not read to its end holds a slot: not those of the next test."""
    monkeypatch.setattr(transfers, "_slots", threading.BoundedSemaphore(transfers.SLOTS))


def client_of(user: User | AnonymousUser) -> APIClient:
    """An API client that is signed in as the person."""
    client = APIClient()
    if user.is_authenticated:
        client.force_authenticate(user)
    return client


def person(name: str, organization: Organization | None = None, *, is_staff: bool = False) -> User:
    """A person whose active organization is the given one, or their own."""
    user = people.create_user(username=name, email=f"{name}@example.org", name=name.capitalize(), is_staff=is_staff)
    if organization:
        Membership.objects.create(user=user, organization=organization)
        user.organization = organization
        user.save(update_fields=["organization"])
    return user


@pytest.fixture
def newsroom(db: None) -> Organization:
    return Organization.objects.create(name="Newsroom", slug="newsroom", verified=True)


@pytest.fixture
def owner(newsroom: Organization) -> User:
    return person("owner", newsroom)


@pytest.fixture
def colleague(newsroom: Organization) -> User:
    return person("colleague", newsroom)


@pytest.fixture
def viewer(db: None) -> User:
    return person("viewer")


@pytest.fixture
def editor(db: None) -> User:
    return person("editor")


@pytest.fixture
def outsider(db: None) -> User:
    return person("outsider")


@pytest.fixture
def staff(db: None) -> User:
    return person("staff", is_staff=True)


@pytest.fixture
def anonymous() -> AnonymousUser:
    return AnonymousUser()
