"""People with passwords; hashed cheaply, because argon2 is slow on purpose."""

from typing import Any

import pytest

from organizations.actions import people
from organizations.models import User

PASSWORD = "four words on paper"


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.fixture
def ada(db: None) -> User:
    return people.create_user(username="ada", email="ada@example.org", name="Ada", password=PASSWORD)
