"""Puts the newsroom into the database, through the same actions as everybody's work."""

from django.db import transaction

from docplatform.lib import storage
from docplatform.management.demo import stories
from docplatform.management.demo.files import MAKERS
from documents.actions import processing, upload
from documents.models import Document
from organizations.actions import organization as organizations
from organizations.actions import people
from organizations.models import User
from projects.actions import project as projects
from projects.models import Access as ProjectAccess
from projects.models import Project


def is_there() -> bool:
    """Whether somebody of the newsroom exists already."""
    return User.objects.filter(username__in=[person.username for person in stories.PEOPLE]).exists()


@transaction.atomic
def people_and_projects(password: str) -> tuple[dict[str, User], dict[str, Project]]:
    """Organizations with their members, and the projects that they share."""
    names = {person.organization for person in stories.PEOPLE}
    teams = {name: organizations.create_organization(name=name, verified=True) for name in sorted(names)}
    cast = {}
    for person in stories.PEOPLE:
        address = f"{person.username}@example.org"
        user = people.create_user(username=person.username, email=address, password=password, name=person.name)
        organizations.add_member(teams[person.organization], user=user, admin=person.admin)
        cast[person.username] = people.set_active_organization(user, organization=teams[person.organization])
    folders = {folder.title: _folder(folder, cast) for folder in stories.FOLDERS}
    return cast, folders


def _folder(folder: stories.Folder, cast: dict[str, User]) -> Project:
    owner = cast[folder.owner]
    made = projects.create(user=owner, title=folder.title, description=folder.description)
    for access, names in ((ProjectAccess.VIEW, folder.viewers), (ProjectAccess.EDIT, folder.editors)):
        for name in names:
            projects.add_collaborator(made, user=cast[name], access=access, actor=owner)
    return made


def documents(cast: dict[str, User], folders: dict[str, Project]) -> list[Document]:
    """Make every file, upload it, and start its processing."""
    return [_document(paper, cast[paper.owner], folders) for paper in stories.PAPERS]


def _document(paper: stories.Paper, owner: User, folders: dict[str, Project]) -> Document:
    item = {
        "title": paper.title,
        "original_extension": paper.extension,
        "access": paper.access,
        "language": paper.language,
        "source": paper.source,
        "description": paper.description,
        "data": paper.data,
        "projects": [folders[paper.folder].pk] if paper.folder else [],
    }
    (document,) = upload.create([item], actor=owner)
    storage.backend().put(document.upload_key, MAKERS[paper.kind](paper.text))
    processing.start([(document, processing.Options())], actor=owner)
    return document
