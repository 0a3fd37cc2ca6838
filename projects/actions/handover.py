"""The projects of somebody who leaves: a colleague administers them from now on."""

from organizations import events
from organizations.models import User
from projects.models import Access, Collaborator, Project


def hand_over(user: User, *, heir: User, actor: User) -> int:
    """In the caller's transaction: the heir becomes admin wherever the person is one, who leaves those projects."""
    theirs = Collaborator.objects.filter(user=user, access=Access.ADMIN)
    ids = list(theirs.values_list("project_id", flat=True))
    # held, so that nobody counts the admins of one meanwhile
    projects = list(Project.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    for project in projects:
        Collaborator.objects.update_or_create(project=project, user=heir, defaults={"access": Access.ADMIN})
        data = {"from": user.pk, "to": heir.pk}
        events.record(
            "project.handed_over", target=project, actor=actor, organization_id=user.organization_id, data=data
        )
    Collaborator.objects.filter(user=user, access=Access.ADMIN, project__in=projects).delete()
    return len(projects)
