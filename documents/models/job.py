"""Jobs and their steps: these rows are the truth about processing; queue messages only wake the workers."""

from django.db import models
from django.db.models import Q

from documents.choices import JobKind, JobState, OcrEngine, Queue, StepKind, StepState


class Job(models.Model):
    """One run of work on a document. `stage` is the stage whose steps are open; `left` counts its unfinished steps.

    `version` is what the job builds; `options` is what was asked for beyond the columns, by kind (see the action that
    opens it). `pages_total` is null until known; `images_left` and `texts_left` count
    pages down for people who wait.
    """

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="jobs")
    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=JobKind, default=JobKind.PROCESS)
    state = models.CharField(max_length=9, choices=JobState, default=JobState.ACTIVE)
    stage = models.CharField(max_length=8, choices=StepKind, default=StepKind.INGEST)
    version = models.ForeignKey("documents.Version", on_delete=models.SET_NULL, null=True, related_name="+")
    options = models.JSONField(default=dict)
    force_ocr = models.BooleanField(default=False)
    ocr_engine = models.CharField(max_length=8, choices=OcrEngine, default=OcrEngine.TESSERACT)
    upload_key = models.CharField(max_length=255, blank=True)
    left = models.PositiveIntegerField(default=0)
    pages_total = models.PositiveIntegerField(null=True)
    images_left = models.PositiveIntegerField(default=0)
    texts_left = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    swept = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["document"], condition=Q(state=JobState.ACTIVE), name="job_one_active_per_document"
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
        )
        indexes = (
            models.Index(fields=["document", "-id"], name="job_by_document"),
            models.Index(fields=["finished_at"], name="job_unswept", condition=Q(swept=False)),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}: {self.state}"


class Step(models.Model):
    """One piece of a job, small enough to do again. `pages` are 0-based page numbers.

    `user` is the job's, repeated so that one index finds each person's next step. `vt` is the step's virtual time
    among that person's steps; people among each other are ordered by their Lane. `token` names the claim: only the
    worker that holds it may finish the step. `lost` are the tokens of claims that were given up: what they stored
    is swept once the job is over. `result` is what the step tells the next stage.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=StepKind)
    queue = models.CharField(max_length=4, choices=Queue)
    idx = models.PositiveIntegerField()
    pages = models.JSONField(default=list)
    state = models.CharField(max_length=7, choices=StepState, default=StepState.READY)
    vt = models.FloatField()
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    token = models.UUIDField(null=True, default=None)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    lost = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["job", "kind", "idx"], name="step_unique"),
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="step_state_known"),
            models.CheckConstraint(
                condition=Q(state=StepState.RUNNING, token__isnull=False, lease_until__isnull=False)
                | (~Q(state=StepState.RUNNING) & Q(token__isnull=True, lease_until__isnull=True)),
                name="step_running_has_lease",
            ),
        )
        indexes = (
            models.Index(
                fields=["queue", "user", "vt", "job", "idx"], name="step_ready", condition=Q(state=StepState.READY)
            ),
            models.Index(fields=["lease_until"], name="step_leased", condition=Q(state=StepState.RUNNING)),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.idx} of job {self.job_id}: {self.state}"


class Lane(models.Model):
    """How much of one queue a person has used, so that a big upload does not hold up other people.

    In virtual time (see documents.pipeline.claims): `started` is when the person's last claim started, `tail`
    is when the next one may.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="+")
    queue = models.CharField(max_length=4, choices=Queue)
    started = models.FloatField(default=0)
    tail = models.FloatField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["queue", "user"], name="lane_unique"),)
        indexes = (models.Index(fields=["queue", "-started"], name="lane_latest"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.queue} at {self.tail}"


class WorkerBeat(models.Model):
    """The last sign of life of one cluster of workers."""

    host = models.CharField(max_length=255)
    queue = models.CharField(max_length=4, choices=Queue)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["host", "queue"], name="worker_beat_unique"),)

    def __str__(self) -> str:
        return f"{self.queue} on {self.host} at {self.at}"


class Chore(models.Model):
    """When a periodic chore was last begun, by any host."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"
