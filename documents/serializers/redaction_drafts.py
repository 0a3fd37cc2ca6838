"""Prepared redactions, as people send and get them, and what they ask to have done with them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from docplatform.lib import flex
from docplatform.lib.moments import moment
from documents.actions.redaction_drafts import MAX_DRAFTS
from documents.actions.redaction_patterns import PATTERNS, REGIONS
from documents.actions.redaction_search import REASONS, Search
from documents.models import RedactionDraft
from documents.serializers.fields import FlagField
from documents.serializers.redactions import RedactionInput
from organizations.serializers import UserOutput, active_organizations, memberships

SIDES = ("x1", "x2", "y1", "y2")
MAX_QUERY = 200
NO_QUERY = "Say what to look for."
NO_PATTERN = "Name the pattern to look for."


class DraftInput(RedactionInput):
    """A box to redact, and what the house notes beside it; `label` is printed on the box."""

    reason = serializers.CharField(max_length=50, default="", allow_blank=True)
    label = serializers.CharField(max_length=50, default="", allow_blank=True)  # type: ignore[assignment]

    def validate_label(self, value: str) -> str:
        """It is printed in one line."""
        if not value.isprintable():
            raise serializers.ValidationError("Write the label in one line.")
        return value

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The sides that a PATCH leaves out stay as they are."""
        kept = {side: getattr(self.instance, side) for side in SIDES if side not in attrs}
        super().validate({**kept, **attrs})
        return attrs


class BoxOutput(serializers.Serializer[Any]):
    """A box on a page (0-based), in fractions of the page as displayed."""

    page_number = serializers.IntegerField()
    x1 = serializers.FloatField()
    x2 = serializers.FloatField()
    y1 = serializers.FloatField()
    y2 = serializers.FloatField()


class DraftOutput(flex.Flexible, BoxOutput):
    """A prepared redaction; `user` drew the box or changed it last."""

    id = serializers.IntegerField()
    user = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    reason = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    reviewer = serializers.IntegerField(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    fingerprint = serializers.CharField(help_text="Of what you see: send it with your review.")

    class Meta:
        expandable_fields: ClassVar[dict[str, Any]] = {"user": UserOutput, "reviewer": UserOutput}

    def row(self, instance: RedactionDraft) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "user": instance.user_id,
            "created_at": moment(instance.created_at),
            "page_number": instance.page_number,
            **{side: getattr(instance, side) for side in SIDES},
            "reason": instance.reason,
            "label": instance.label,
            "reviewer": instance.reviewer_id,
            "reviewed_at": instance.reviewed_at and moment(instance.reviewed_at),
            "fingerprint": instance.fingerprint,
        }


def with_expanded(drafts: QuerySet[RedactionDraft], request: Request) -> QuerySet[RedactionDraft]:
    """Loads the people whom the request expands, and their organizations."""
    wanted = flex.expanded(request, ("user", "user.organization", "reviewer", "reviewer.organization"))
    for name in wanted & {"user", "reviewer"}:
        drafts = drafts.select_related(name).prefetch_related(memberships(f"{name}__"))
        if f"{name}.organization" in wanted:
            drafts = drafts.prefetch_related(active_organizations(request.user, f"{name}__"))
    return drafts


class ChoiceInput(serializers.Serializer[Any]):
    """Some of the document's drafts by id; all of them when `ids` is left out."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, allow_empty=False, max_length=10_000
    )


class ApplyInput(ChoiceInput):
    """How to carry them out. `as_copy` leaves this document and its drafts alone and makes a redacted copy."""

    as_copy = FlagField(default=False)
    reviewed_only = FlagField(default=False)


class SeenInput(serializers.Serializer[Any]):
    """A draft as the reviewer got it; what else stands in it is ignored."""

    id = serializers.IntegerField(min_value=1)
    fingerprint = serializers.CharField(max_length=64)


class ReviewInput(serializers.Serializer[Any]):
    """The drafts that the person agrees to, sent back as they were listed. If one has changed, none is reviewed."""

    drafts = serializers.ListField(child=SeenInput(), allow_empty=False, max_length=MAX_DRAFTS)

    @property
    def seen(self) -> dict[int, str]:
        """Fingerprints by id."""
        return {row["id"]: row["fingerprint"] for row in self.validated_data["drafts"]}


class ReviewedOutput(serializers.Serializer[Any]):
    """The drafts that are reviewed now."""

    ids = serializers.ListField(child=serializers.IntegerField())


class AppliedOutput(serializers.Serializer[Any]):
    """What was begun, and where else the removed words stand."""

    document = serializers.IntegerField(help_text="The document that is redacted: this one, or its copy.")
    drafts = serializers.ListField(child=serializers.IntegerField())
    found_in = serializers.DictField(help_text="As in the answer of `/redactions/`.")


class SearchInput(serializers.Serializer[Search]):
    """What to look for: the words of `query`, or a kind of number or address."""

    kind = serializers.ChoiceField(choices=("text", "pattern"), default="text")
    query = serializers.CharField(max_length=MAX_QUERY, default="")
    pattern = serializers.ChoiceField(choices=sorted(PATTERNS), default="")
    region = serializers.ChoiceField(
        choices=sorted(REGIONS), default="US", help_text="Where phone numbers without a country code are from."
    )
    case_sensitive = FlagField(default=False)
    whole_words = FlagField(default=False)
    from_page = serializers.IntegerField(min_value=0, default=0, help_text="The `next_page` of a truncated answer.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two must be given."""
        if attrs["kind"] == "text" and not attrs["query"]:
            raise serializers.ValidationError({"query": NO_QUERY})
        if attrs["kind"] == "pattern" and not attrs["pattern"]:
            raise serializers.ValidationError({"pattern": NO_PATTERN})
        return attrs

    @property
    def search(self) -> Search:
        """The validated data."""
        data: dict[str, Any] = dict(self.validated_data)
        is_pattern = data.pop("kind") == "pattern"
        data["query" if is_pattern else "pattern"] = ""
        return Search(**data)


class RedactionHitOutput(BoxOutput):
    """The part of a hit that stands on one line; the parts of one hit have the same number."""

    hit = serializers.IntegerField()
    text = serializers.CharField()
    context = serializers.CharField()  # type: ignore[assignment]


class NotSearchedOutput(serializers.Serializer[Any]):
    """A page where something may stand that the search cannot see."""

    page_number = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=REASONS)


class FoundOutput(serializers.Serializer[Any]):
    """What a search found. Pages from `next_page` on were not reached."""

    hits = RedactionHitOutput(many=True)
    not_searched = NotSearchedOutput(many=True)
    truncated = serializers.BooleanField()
    next_page = serializers.IntegerField(allow_null=True)
