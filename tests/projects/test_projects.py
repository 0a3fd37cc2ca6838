"""Projects: who sees and changes which."""

from django.contrib.auth.models import AnonymousUser

from organizations.models import Event, User
from organizations.permissions import Person
from projects import permissions
from projects.actions import project
from projects.models import Access, Collaborator, Pin, Project


def titles(rule: object, user: Person) -> set[str]:
    assert callable(rule)
    return set(Project.objects.filter(rule(user)).values_list("title", flat=True))


def test_a_new_project(owner: User) -> None:
    made = project.create(user=owner, title="Köln 2024", description="d", private=True)
    assert (made.slug, made.user, made.private) == ("koln-2024", owner, True)
    collaborator = Collaborator.objects.get(project=made)
    assert (collaborator.user, collaborator.access) == (owner, Access.ADMIN)
    assert Pin.objects.filter(project=made, user=owner).exists()
    assert Event.objects.get(kind="project.created").target_id == made.pk


def test_a_project_without_a_title(owner: User) -> None:
    assert project.create(user=owner).slug == "untitled"


def test_sharing_again_changes_the_access(owner: User, viewer: User) -> None:
    made = project.create(user=owner)
    project.add_collaborator(made, user=viewer, actor=owner)
    project.add_collaborator(made, user=viewer, access=Access.EDIT, actor=owner)
    assert Collaborator.objects.get(project=made, user=viewer).access == Access.EDIT


def test_who_may_do_what(
    owner: User, colleague: User, viewer: User, editor: User, outsider: User, anonymous: AnonymousUser
) -> None:
    for title, private in (("open", False), ("closed", True)):
        made = project.create(user=owner, title=title, private=private)
        project.add_collaborator(made, user=viewer, access=Access.VIEW, actor=owner)
        project.add_collaborator(made, user=editor, access=Access.EDIT, actor=owner)
    everything, public, nothing = {"open", "closed"}, {"open"}, set[str]()
    table: dict[Person, tuple[set[str], set[str], set[str]]] = {
        #           view        put documents in  change
        owner: (everything, everything, everything),
        editor: (everything, everything, nothing),
        viewer: (everything, nothing, nothing),
        colleague: (public, nothing, nothing),
        outsider: (public, nothing, nothing),
    }
    for user, expected in table.items():
        rules = (permissions.view, permissions.change_documents, permissions.change)
        assert tuple(titles(rule, user) for rule in rules) == expected, user
    assert titles(permissions.view, anonymous) == public
    assert titles(permissions.change_documents, anonymous) == titles(permissions.change, anonymous) == nothing


def test_projects_make_people_known(owner: User, viewer: User, outsider: User, anonymous: AnonymousUser) -> None:
    project.add_collaborator(project.create(user=owner), user=viewer, actor=owner)
    assert User.objects.filter(permissions.view_people(viewer), pk=owner.pk).exists()
    assert not User.objects.filter(permissions.view_people(outsider), pk=owner.pk).exists()
    assert not User.objects.filter(permissions.view_people(anonymous)).exists()
