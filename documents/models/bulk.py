"""Actions on everything that a query finds."""

from django.db import models
from django.db.models import Q

from documents.choices import BulkAction, BulkItemState, BulkState


class BulkJob(models.Model):
    """`action` with `options` on the documents that `query` and `filters` found for `user` when it was asked for.

    `undone` is the job whose changes this one takes back.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    api_key_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=16, choices=BulkAction)
    query = models.TextField(blank=True)
    filters = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=BulkState, default=BulkState.ACTIVE)
    total = models.PositiveIntegerField()
    undone = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undo")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(action__in=BulkAction.values), name="bulk_job_action_known"),
            models.CheckConstraint(condition=Q(state__in=BulkState.values), name="bulk_job_state_known"),
        )
        indexes = (
            models.Index(fields=["user", "-id"], name="bulk_job_by_user"),
            models.Index(fields=["id"], name="bulk_job_active", condition=Q(state=BulkState.ACTIVE)),
        )

    def __str__(self) -> str:
        return f"{self.action} of {self.total} documents"


class BulkItem(models.Model):
    """One document of a bulk job. `options` are its own, beside the job's; `before` is what an undo needs; `refusal`
    says why nothing was done.

    The id is a plain column: a job may outlive documents that it deletes.
    """

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items")
    document_id = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=BulkItemState, default=BulkItemState.WAITING)
    options = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    refusal = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["job", "document_id"], name="bulk_item_unique"),
            models.CheckConstraint(condition=Q(state__in=BulkItemState.values), name="bulk_item_state_known"),
        )
        indexes = (models.Index(fields=["job", "state", "id"], name="bulk_item_by_state"),)

    def __str__(self) -> str:
        return f"document {self.document_id} of bulk job {self.job_id}"
