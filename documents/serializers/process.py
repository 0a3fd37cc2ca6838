"""What people may say when they start processing, and what they are told of it."""

from typing import Any

from rest_framework import serializers

from documents.actions import engines
from documents.actions.processing import Options
from documents.choices import OcrEngine
from documents.serializers.fields import FlagField


class ProcessInput(serializers.Serializer[Options]):
    """How to process one document; its context holds `user` and `document`."""

    force_ocr = FlagField(default=False)
    ocr_engine = serializers.ChoiceField(choices=OcrEngine.choices, default=OcrEngine.TESSERACT.value)

    def validate_ocr_engine(self, value: str) -> str:
        """Another engine than the one asked for would be a surprise, so there is no falling back."""
        reason = engines.refusal(value, user=self.context["user"], language=self.context["document"].language)
        if reason:
            raise serializers.ValidationError(reason)
        return value

    @property
    def options(self) -> Options:
        """The validated data."""
        data: dict[str, Any] = self.validated_data
        return Options(force_ocr=data["force_ocr"], ocr_engine=data["ocr_engine"])


class BulkProcessInput(ProcessInput):
    """How to process one of several documents."""

    id = serializers.IntegerField()


class PendingOutput(serializers.Serializer[Any]):
    """What is left to do: nothing in it when nothing is, null while it is not known.

    `fetched` and `size` only while the file is being fetched.
    """

    doc_id = serializers.IntegerField(required=False)
    images = serializers.IntegerField(allow_null=True, required=False)
    texts = serializers.IntegerField(allow_null=True, required=False)
    text_positions = serializers.IntegerField(allow_null=True, required=False)
    pages = serializers.IntegerField(allow_null=True, required=False)
    fetched = serializers.IntegerField(required=False)
    size = serializers.IntegerField(allow_null=True, required=False)
