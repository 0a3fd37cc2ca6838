"""What people may say when they start processing, and what they are told of it."""

from typing import Any

from rest_framework import serializers

from documents.actions.processing import Options
from documents.choices import OcrEngine
from documents.serializers.fields import FlagField

TEXTRACT_REFUSED = "Amazon Textract is not available on this server. Use tess4."


class ProcessInput(serializers.Serializer[Options]):
    """How to process one document."""

    force_ocr = FlagField(default=False)
    ocr_engine = serializers.ChoiceField(choices=OcrEngine.choices, default=OcrEngine.TESSERACT.value)

    def validate_ocr_engine(self, value: str) -> str:
        """Another engine than the one asked for would be a surprise, so there is no falling back."""
        if value == OcrEngine.TEXTRACT:
            raise serializers.ValidationError(TEXTRACT_REFUSED)
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
    """What is left to do; null while it is not known."""

    doc_id = serializers.IntegerField()
    images = serializers.IntegerField(allow_null=True)
    texts = serializers.IntegerField(allow_null=True)
    text_positions = serializers.IntegerField(allow_null=True)
    pages = serializers.IntegerField(allow_null=True)
