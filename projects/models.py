"""Projects: collections of documents, and whom they are shared with."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper


class Access(models.TextChoices):
    """What a collaborator may do with the project's documents."""

    VIEW = "view"
    EDIT = "edit"
    ADMIN = "admin"


class Project(models.Model):
    """A collection of documents, shared with its collaborators. A project that is not private is seen by everyone.

    `clearings` counts how often very many documents were taken out at once: see `mark`.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(max_length=255, blank=True)
    slug = models.SlugField(max_length=255)
    description = models.CharField(max_length=1000, blank=True)
    private = models.BooleanField(default=False)
    clearings = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="project_find"),)

    def __str__(self) -> str:
        return self.title

    @property
    def mark(self) -> str:
        """What the search index knows the project by. After a clearing it is another one, so that at once nobody
        finds through the project what was in it, however long it takes to write all those documents anew."""
        return f"{self.pk}.{self.clearings}" if self.clearings else str(self.pk)


class Collaborator(models.Model):
    """A person with whom a project is shared."""

    Access = Access

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="collaborators")
    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="collaborations")
    access = models.CharField(max_length=5, choices=Access, default=Access.VIEW)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "user"], name="collaborator_unique"),
            models.CheckConstraint(condition=models.Q(access__in=Access.values), name="collaborator_access_known"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} may {self.access} {self.project_id}"


class Pin(models.Model):
    """A person keeps a project at hand; whoever may see it may."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pins")
    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="pins")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "project"], name="pin_unique"),)

    def __str__(self) -> str:
        return f"{self.project_id} of {self.user_id}"


class ProjectInvitation(models.Model):
    """What an invited person gets beside their account: a place in a project."""

    invitation = models.ForeignKey("organizations.Invitation", on_delete=models.CASCADE, related_name="projects")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    access = models.CharField(max_length=5, choices=Access, default=Access.VIEW)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["invitation", "project"], name="project_invitation_unique"),
            models.CheckConstraint(
                condition=models.Q(access__in=Access.values), name="project_invitation_access_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.invitation_id} to {self.project_id}"


class ProjectDocument(models.Model):
    """A document stands in a project. Without `edit_access` the project shares nothing, not even view."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="memberships")
    edit_access = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "document"], name="project_document_unique"),)
        indexes = (models.Index(fields=["project", "edit_access", "document"], name="project_document_shared"),)

    def __str__(self) -> str:
        return f"{self.document_id} in {self.project_id}"
