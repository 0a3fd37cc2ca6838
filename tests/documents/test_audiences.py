"""The audience tokens of the index and the rules of the database say the same, whatever the world looks like."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import permissions
from documents.choices import Access, Status
from documents.models import Document
from organizations.models import Membership, Organization, User
from projects.models import Access as Role
from projects.models import Collaborator, Project, ProjectDocument

FEW = range(3)
pairs = st.sets(st.tuples(st.sampled_from(FEW), st.sampled_from(FEW)))
worlds = st.fixed_dictionaries(
    {
        "members": pairs,
        "collaborators": st.dictionaries(
            st.tuples(st.sampled_from(FEW), st.sampled_from(FEW)), st.sampled_from(list(Role))
        ),
        "places": st.dictionaries(st.tuples(st.sampled_from(FEW), st.sampled_from(FEW)), st.booleans()),
        "documents": st.lists(
            st.tuples(
                st.sampled_from(FEW), st.sampled_from(FEW), st.sampled_from(list(Access)), st.sampled_from(list(Status))
            ),
            min_size=len(FEW),
            max_size=len(FEW),
        ),
    }
)


def build(world: dict[str, Any]) -> tuple[list[User], list[Document]]:
    users = User.objects.bulk_create([User(username=f"u{n}", password="!") for n in FEW])
    organizations = Organization.objects.bulk_create([Organization(name=f"o{n}", slug=f"o{n}") for n in FEW])
    Membership.objects.bulk_create(
        [Membership(user=users[u], organization=organizations[o]) for u, o in world["members"]]
    )
    projects = Project.objects.bulk_create([Project(user=users[0], title=f"p{n}", slug=f"p{n}") for n in FEW])
    Collaborator.objects.bulk_create(
        [Collaborator(project=projects[p], user=users[u], access=a) for (p, u), a in world["collaborators"].items()]
    )
    documents = Document.objects.bulk_create(
        [
            Document(user=users[u], organization=organizations[o], access=access, status=status, title="T", slug="t")
            for u, o, access, status in world["documents"]
        ]
    )
    ProjectDocument.objects.bulk_create(
        [
            ProjectDocument(project=projects[p], document=documents[d], edit_access=edit)
            for (p, d), edit in world["places"].items()
        ]
    )
    return users, documents


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_tokens_meet_exactly_where_the_rule_lets_people_view(world: dict[str, Any]) -> None:
    with transaction.atomic():
        users, documents = build(world)
        audiences = {document.pk: permissions.audience_of(document) for document in documents}
        for user in (*users, AnonymousUser()):
            tokens = permissions.audiences_for(user)
            visible = found(permissions.view(user))
            assert visible == {pk for pk, audience in audiences.items() if audience & tokens}
            for rule in (permissions.edit, permissions.share, permissions.change_owner):
                assert found(rule(user)) <= visible, rule.__name__
        transaction.set_rollback(True)


def found(rule: Q) -> set[int]:
    return set(Document.objects.filter(rule).values_list("pk", flat=True))
