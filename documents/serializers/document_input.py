"""What people may say about a document when they create or change it."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from rest_framework import serializers

from docplatform.lib import http
from documents.actions import document as actions
from documents.actions import engines, ownership, upload
from documents.choices import EXTENSIONS, LANGUAGES, SHOWN_ACCESS, Access, OcrEngine
from documents.models import Document
from documents.pipeline.steps import formats
from documents.serializers.fields import AnyField, DataField, FlagField, PrimaryKeyField, PrimaryKeysField, TitleField
from documents.serializers.page_text import PagesField
from organizations.permissions import Person, feature_level, may_upload

Answer = TypeVar("Answer")

OCR_REFUSED = "force_ocr and ocr_engine go with file_url only. For an upload send them when you start processing."
AT_FIRST = ("delayed_index", "file_url", "force_ocr", "ocr_engine", "projects")
PAGES_REFUSED = "Set the text of pages for one document at a time."


class DocumentFields(serializers.Serializer[Document]):
    """What may be said both at first and later. Fields with a default go back to it when a PUT leaves them out."""

    access = serializers.ChoiceField(choices=SHOWN_ACCESS, default=Access.PRIVATE.value)
    data = DataField(required=False)  # type: ignore[assignment]
    description = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, default="eng")
    noindex = FlagField(required=False)
    publish_at = serializers.DateTimeField(allow_null=True, required=False)
    published_url = serializers.URLField(max_length=1024, allow_blank=True, required=False)
    related_article = serializers.URLField(max_length=1024, allow_blank=True, required=False)
    revision_control = FlagField(required=False)
    source = serializers.CharField(max_length=1000, allow_blank=True, required=False)  # type: ignore[assignment]
    title = TitleField(max_length=1000)

    def validate_access(self, value: str) -> str:
        """Only those who may upload may publish; what is public already may stay so."""
        unchanged = self.instance is not None and self.instance.access == value
        if value == Access.PUBLIC and not unchanged and not self._asker(may_upload):
            self.fields["access"].fail("invalid_choice", input=value)
        return value

    def validate_revision_control(self, value: bool) -> bool:  # noqa: FBT001 (DRF calls it)
        """A professional plan is needed to switch it on."""
        switched_on = value and not (self.instance and self.instance.revision_control)
        if switched_on and self._asker(feature_level) < 1:
            raise serializers.ValidationError("Revision control needs a professional plan.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not self._asker(may_upload):
            attrs.pop("publish_at", None)
        return attrs

    def _asker(self, question: Callable[[Person], Answer]) -> Answer:
        """What holds of the person who asks, found out once for all the items of a request."""
        known = cast("dict[str, Any]", self.context).setdefault("asker", {})
        if question not in known:
            known[question] = question(self.context["request"].user)
        answer: Answer = known[question]
        return answer


class DocumentCreate(DocumentFields):
    """A new document."""

    delayed_index = FlagField(write_only=True, required=False)
    file_url = serializers.CharField(allow_blank=True, allow_null=True, write_only=True, required=False)
    force_ocr = FlagField(write_only=True, required=False)
    ocr_engine = serializers.ChoiceField(choices=OcrEngine.choices, write_only=True, required=False)
    original_extension = serializers.ChoiceField(choices=EXTENSIONS, default="pdf")
    pages = AnyField(write_only=True, required=False)
    projects = PrimaryKeysField(allowed=upload.projects_for, required=False)

    def validate_file_url(self, value: str | None) -> str | None:
        """An address that may be fetched from, as far as it can be told without asking."""
        try:
            return str(http.parse(value)) if value else value
        except http.Failed as error:
            raise serializers.ValidationError(error.message) from error

    def validate_original_extension(self, value: str) -> str:
        """Of the types that the API knows, those that something here opens."""
        if value not in formats.OPENED:
            raise serializers.ValidationError(formats.refusal(value))
        return value

    def validate_pages(self, value: Any) -> Any:
        """A document without a file has no pages."""
        raise serializers.ValidationError("A new document has no pages yet.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """OCR is asked for where processing starts. A document is indexed at once in any case."""
        if not attrs.get("file_url") and (attrs.get("force_ocr") or attrs.get("ocr_engine")):
            raise serializers.ValidationError(OCR_REFUSED)
        engine, user = attrs.get("ocr_engine") or OcrEngine.TESSERACT, self.context["request"].user
        if reason := engines.refusal(engine, user=user, language=attrs["language"]):
            raise serializers.ValidationError({"ocr_engine": [reason]})
        attrs.pop("delayed_index", None)
        return super().validate(attrs)


class DocumentUpdate(DocumentFields):
    """Changes to a document; its instance is the document. `is_bulk` in the context: to one of several."""

    delayed_index = AnyField(write_only=True, required=False)
    file_url = AnyField(write_only=True, required=False)
    force_ocr = AnyField(write_only=True, required=False)
    ocr_engine = AnyField(write_only=True, required=False)
    pages = PagesField(write_only=True, required=False)
    projects = AnyField(write_only=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses what can only be said at first, and what has to wait until processing is over."""
        attrs = super().validate(attrs)
        errors = {name: "This can only be set when a document is created." for name in AT_FIRST if attrs.get(name)}
        errors |= actions.refusals(self.document, attrs)
        if "pages" in attrs and self.context.get("is_bulk"):
            errors["pages"] = PAGES_REFUSED
        if errors:
            raise serializers.ValidationError({name: [message] for name, message in errors.items()})
        return {name: value for name, value in attrs.items() if name not in AT_FIRST}

    @property
    def document(self) -> Document:
        """What is changed."""
        if not isinstance(self.instance, Document):
            raise TypeError("DocumentUpdate needs the document that it changes.")
        return self.instance


class DocumentOwnerUpdate(DocumentUpdate):
    """Changes by somebody who may also hand the document over."""

    user = PrimaryKeyField(allowed=ownership.new_owners, source="user_id", required=False)
    organization = PrimaryKeyField(allowed=ownership.new_organizations, source="organization_id", required=False)
