"""What went wrong with a document, in sentences for people."""

from django.db import models


class DocumentError(models.Model):
    """One failure. `message` says what happened and what to do; `code` is for programs."""

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="errors")
    code = models.CharField(max_length=40)
    message = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=~models.Q(message=""), name="document_error_has_message"),)

    def __str__(self) -> str:
        return self.message
