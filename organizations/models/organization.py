"""Groups of people that share documents, a plan and credits."""

import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper


class Plan(models.Model):
    """What an organization may do. `feature_level` 0 is free, 1 and above professional."""

    name = models.CharField(max_length=100, unique=True)
    feature_level = models.PositiveSmallIntegerField(default=0)
    monthly_credits = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Organization(models.Model):
    """One person's own organization (`individual`) or a shared one.

    With `share_resources` its credits also serve its children and the members of the group that it is.
    """

    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    avatar_url = models.URLField(max_length=1024, blank=True)
    individual = models.BooleanField(default=False)
    private = models.BooleanField(default=False)
    verified = models.BooleanField(default=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True)
    monthly_credits = models.PositiveIntegerField(default=0)
    purchased_credits = models.PositiveIntegerField(default=0)
    credit_reset_date = models.DateField(null=True, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    groups = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="group_members")
    share_resources = models.BooleanField(default=False)
    members = models.ManyToManyField(
        "organizations.User", through="organizations.Membership", related_name="organizations"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(parent=F("pk")), name="organization_not_its_parent"),)
        indexes = (
            models.Index(fields=["slug"]),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="organization_find"),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person belongs to an organization, perhaps as one of its admins."""

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    admin = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "organization"], name="membership_unique"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organization_id}"


class Charge(models.Model):
    """One line of the ledger: credits that an organization spent. Nothing of it is changed but `refunded_at`.

    `key` names what was paid for where that must not be paid twice; where several organizations paid together, `part`
    numbers their lines.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="charges")
    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    monthly = models.PositiveIntegerField(default=0)
    purchased = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=1000, blank=True)
    key = models.CharField(max_length=100, blank=True)
    part = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    refunded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(monthly__gt=0) | Q(purchased__gt=0), name="charge_not_empty"),
            models.UniqueConstraint(fields=["key", "part"], condition=~Q(key=""), name="charge_once"),
        )

    def __str__(self) -> str:
        return f"{self.monthly + self.purchased} credits of {self.organization_id}"
