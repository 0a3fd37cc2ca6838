"""A person who can sign in."""

import uuid
from collections.abc import Iterator
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.crypto import salted_hmac


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Every person has an individual organization of the same uuid; `organization` is the active one.

    `token_epoch` counts sign-outs everywhere: a token that was issued under an earlier number is refused.
    `mailkey` is the secret part of the address that takes the person's documents by mail.
    """

    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(max_length=255, blank=True)
    email = models.EmailField(blank=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    avatar_url = models.URLField(max_length=1024, blank=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    mailkey = models.UUIDField(null=True, unique=True, editable=False)
    wants_mail = models.BooleanField(default=True)
    token_epoch = models.PositiveIntegerField(default=0)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    api_key_id: int | None = None  # of the key with which the request at hand came
    bulk_id: int | None = None  # of the bulk job that acts for the person now

    objects: ClassVar[UserManager[Self]] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="user_email_unique"),
        )
        indexes = (
            GinIndex(
                OpClass(Upper("username"), name="gin_trgm_ops"),
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("email"), name="gin_trgm_ops"),
                name="user_find",
            ),
        )

    def __str__(self) -> str:
        return self.username

    def get_session_auth_hash(self) -> str:
        """What a session must know to stay signed in: a new password or a new epoch ends it."""
        return self._session_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the secret keys of before."""
        return map(self._session_hash, settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | bytes) -> str:
        salt = "organizations.User.session"
        return salted_hmac(salt, f"{self.token_epoch}:{self.password}", secret=secret, algorithm="sha256").hexdigest()
