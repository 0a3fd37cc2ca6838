"""What people may ask of a bulk job, and what they are told of it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from documents.actions import upload
from documents.actions.bulk import orders
from documents.actions.bulk.orders import Order
from documents.actions.selection import UNKNOWN_FILTER, Selection, unknown_filters
from documents.choices import SHOWN_ACCESS, Access, BulkAction, BulkItemState, BulkState, OcrEngine
from documents.models import BulkItem, BulkJob
from documents.serializers.fields import DataField, FlagField, PrimaryKeysField
from organizations.permissions import may_upload

BIGGEST = 2**63 - 1
MOST_VALUES = 1_000
WHICH = "Say which documents: by query and filters, or by ids."
NOTHING = "Say what is to be done."
TRASH = "The trash is not searched: give ids, or leave query and filters out for everything in it."


class BulkOptions(serializers.Serializer[Any]):
    """How an action is done. An unknown option is refused: whoever sent it meant something."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {name: ["There is no such option."] for name in sorted(map(str, unknown))}
            )
        return super().to_internal_value(data)


class NoOptions(BulkOptions):
    """Nothing more to say."""


class AccessOptions(BulkOptions):
    """Who may see the documents from now on."""

    access = serializers.ChoiceField(choices=SHOWN_ACCESS)

    def validate_access(self, value: str) -> str:
        """Only those who may upload may publish."""
        if value == Access.PUBLIC and not may_upload(self.context["request"].user):
            raise serializers.ValidationError("Only members of a verified organization may publish.")
        return value


class DataOptions(BulkOptions):
    """Changes of custom metadata, by key: `set` replaces, `add` keeps what is there, `remove` takes values away, or
    with an empty list the whole key."""

    set = DataField(required=False)
    add = DataField(required=False)
    remove = DataField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.values()):
            raise serializers.ValidationError(NOTHING)
        return attrs


class ProjectsOptions(BulkOptions):
    """Projects that the documents are put into or taken out of. Without `edit_access`, documents are shared with a
    project's members where the person may share them."""

    add = PrimaryKeysField(allowed=upload.projects_for, required=False)
    remove = PrimaryKeysField(allowed=upload.projects_for, required=False)
    edit_access = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("add") and not attrs.get("remove"):
            raise serializers.ValidationError(NOTHING)
        return attrs


class ProcessOptions(BulkOptions):
    """How the documents are read again."""

    force_ocr = FlagField(required=False)
    ocr_engine = serializers.ChoiceField(choices=OcrEngine.choices, required=False)


class DeleteOptions(BulkOptions):
    """`purge`: for good, without the trash."""

    purge = FlagField(required=False)


OPTIONS: dict[str, type[BulkOptions]] = {
    BulkAction.ACCESS: AccessOptions,
    BulkAction.DATA: DataOptions,
    BulkAction.PROJECTS: ProjectsOptions,
    BulkAction.PROCESS: ProcessOptions,
    BulkAction.DELETE: DeleteOptions,
    BulkAction.RESTORE: NoOptions,
}


@extend_schema_field({"type": "object", "additionalProperties": True})
class FiltersField(serializers.Field[Any, Any, Any, Any]):
    """The search's URL parameters as an object: a value, or a list of values of which one must hold."""

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
            raise serializers.ValidationError('Send an object such as {"user": 3, "access": ["public", "private"]}.')
        if sum(len(_many(value)) for value in data.values()) + len(data) > MOST_VALUES:
            raise serializers.ValidationError(f"Give at most {MOST_VALUES:,} filters and values.")
        filters = {name: [self._value(one) for one in _many(value)] for name, value in data.items()}
        if unknown := unknown_filters(filters):
            raise serializers.ValidationError([UNKNOWN_FILTER.format(name=name[:60]) for name in unknown])
        return filters

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, str | int) or "\x00" in str(value):
            raise serializers.ValidationError("Values of filters are strings, numbers, or true and false.")
        return str(value)

    def to_representation(self, value: Any) -> Any:
        return value


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class BulkInput(serializers.Serializer[Order]):
    """Which documents, and what to do with them. With `dry_run` it is only counted what would become of them."""

    query = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    filters = FiltersField(required=False)
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST), required=False, max_length=orders.MOST
    )
    action = serializers.ChoiceField(choices=BulkAction.choices)
    options = serializers.DictField(required=False)
    dry_run = FlagField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        by_search = "query" in attrs or "filters" in attrs
        if attrs["action"] == BulkAction.RESTORE and by_search:
            raise serializers.ValidationError({"query": [TRASH]})
        if attrs["action"] != BulkAction.RESTORE and by_search == ("ids" in attrs):
            raise serializers.ValidationError({"query": [WHICH]})
        options = OPTIONS[attrs["action"]](data=attrs.get("options", {}), context=self.context)
        if not options.is_valid():
            raise serializers.ValidationError({"options": options.errors})
        return {**attrs, "options": dict(options.validated_data)}

    @property
    def order(self) -> Order:
        """The validated data."""
        data: dict[str, Any] = self.validated_data
        ids = tuple(data["ids"]) if "ids" in data else None
        selection = Selection(data.get("query", ""), data.get("filters", {}), ids)
        return Order(data["action"], data["options"], selection)


class RefusedCount(serializers.Serializer[Any]):
    """How many documents are refused for the same reason."""

    reason = serializers.CharField()
    count = serializers.IntegerField()


class ForecastOutput(serializers.Serializer[Any]):
    """What would become of the documents as things are now."""

    total = serializers.IntegerField()
    allowed = serializers.IntegerField()
    refused = RefusedCount(many=True)


class BulkOutput(Flexible, serializers.Serializer[BulkJob]):
    """A bulk job."""

    id = serializers.IntegerField()
    action = serializers.ChoiceField(choices=BulkAction.choices)
    query = serializers.CharField()
    filters = serializers.DictField()
    options = serializers.DictField()
    state = serializers.ChoiceField(choices=BulkState.choices)
    total = serializers.IntegerField()
    undoes = serializers.IntegerField(allow_null=True, help_text="The job whose changes this one takes back.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def row(self, instance: BulkJob) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "action": instance.action,
            "query": instance.query,
            "filters": instance.filters,
            "options": instance.options,
            "state": instance.state,
            "total": instance.total,
            "undoes": instance.undone_id,
            "created_at": moment(instance.created_at),
            "finished_at": instance.finished_at and moment(instance.finished_at),
        }


class BulkProgressOutput(BulkOutput):
    """A bulk job with the number of its documents that wait, are done, or were refused."""

    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    refused = serializers.IntegerField()

    def row(self, instance: BulkJob) -> dict[str, Any]:
        return super().row(instance) | orders.progress(instance)


class BulkItemOutput(serializers.Serializer[BulkItem]):
    """What became of one document; `reason` says why nothing was done."""

    document = serializers.IntegerField(source="document_id")
    state = serializers.ChoiceField(choices=BulkItemState.choices)
    reason = serializers.CharField(source="refusal")
