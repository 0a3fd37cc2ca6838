"""The permission table: every route of the API × method × person × state of a document.

The rows are checked against the URL configuration: a route or a method without a row fails, and so does a row without
a route. What a right makes of a state is written down here by hand, from the contract, and not taken from the code.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient

from organizations.actions import api_keys
from organizations.models import Membership, User
from tests.conftest import client_of, person
from tests.permission_places import document_like, places_below, places_of_others, project_of

pytestmark = pytest.mark.no_cover  # thousands of requests, whose every line has tests of its own
EVERYBODY = bool(os.environ.get("SOAK"))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# What people may do with the owner's document, which a project shares with three of them. Who edits also views; who
# shares also edits. The organization's admin is one of its members; staff are outsiders to the API.
RIGHTS = """
                        anonymous  owner  colleague  orgadmin  viewer  editor  admin  outsider  staff
public, success         view       share  share      share     view    view    view   view      view
public, pending         -          share  share      share     view    view    view   -         -
organization, success   -          share  share      share     view    edit    edit   -         -
private, success        -          share  -          -         view    edit    edit   -         -
private, nofile         -          share  -          -         view    edit    edit   -         -
invisible, success      -          -      -          -         -       -       -      -         -
private, deleted        -          -      -          -         -       -       -      -         -
"""
HEAD, *LINES = [line for line in RIGHTS.splitlines() if line]
PEOPLE = HEAD.split()
STATES = {line[:24].strip(): dict(zip(PEOPLE, line[24:].split(), strict=True)) for line in LINES}
ORDER = ("-", "view", "edit", "share")

# Routes below one document: the right that each method asks for. Without view it is 404, with less than it asks 403.
# `process` is the contract's exception (400 for those who may only view), `account` takes somebody who views the
# document, `none` is for nobody. The note is the owner's, and public.
DOCUMENT_ROUTES = """
document                  GET view    PUT edit    PATCH edit    DELETE share
document-search           GET view
document-similar          GET view
document-process          POST process    DELETE share
document-pending          GET view
document-modifications    POST edit
document-redactions       POST edit
revision-restore          POST edit
document-errors           GET edit    POST none
document-events           GET edit
document-notes            GET view    POST account
document-note             GET view    PUT edit    PATCH edit    DELETE edit
document-sections         GET view    POST edit
document-section          GET view    PUT edit    PATCH edit    DELETE edit
document-entities         GET view    POST edit    DELETE edit
document-entity           GET view    PUT edit    PATCH edit    DELETE edit
document-extracts         GET view    POST edit    DELETE edit
document-values           GET view
document-dates            GET view
document-data             GET view
document-data-key         GET view    PUT edit    PATCH edit    DELETE edit
redaction-drafts          GET edit    POST edit
redaction-draft           GET edit    PUT edit    PATCH edit    DELETE edit
redaction-drafts-review   POST edit
redaction-drafts-apply    POST edit
redaction-drafts-search   POST edit
"""

# Routes that belong to no document, or to many: which of PLACES_OF_OTHERS is meant, and who is let in by NEEDS.
OTHER_ROUTES = """
api                             GET any
schema                          GET any
docs                            GET any
redoc                           GET any
oembed                          GET any
token                           POST open
refresh                         POST open
documents                       GET any        POST account   PUT account    PATCH account   DELETE account
documents-process               POST account
documents-pending               GET any
documents-search                GET any
documents-suggest               GET any
data-import                     POST account
saved-searches                  GET account    POST account
saved-search                    GET own        PUT own        PATCH own       DELETE own
mail                            GET account
mail-message                    GET own        DELETE own
mail-file                       GET own
mailkey                         POST account   DELETE account
messages                        POST account
events                          GET account
export                          GET account
download                        GET account
bulk                            GET account    POST account
bulk-job                        GET own        DELETE own
bulk-undo                       POST own
bulk-items                      GET own
trash                           GET account
trashed                         GET own        DELETE own
trash-restore                   POST own
entities                        GET any        POST account
entity                          GET alone      PUT alone      PATCH alone     DELETE alone
projects                        GET any        POST account
project                         GET sees       PUT leads      PATCH sees      DELETE leads
project-documents               GET sees       POST edits     PUT edits       PATCH edits     DELETE edits
project-document                GET sees       PUT edits      PATCH edits     DELETE edits
collaborators                   GET sees       POST leads
collaborator                    GET steers     PUT leads      PATCH leads     DELETE leaves
project-invitations             GET invites    POST invites
project-invitation              DELETE invites
project-invitation-resend       POST invites
invitation                      GET any        POST any
users                           GET account
me                              GET account    PUT account    PATCH account
user                            GET knows      PUT self       PATCH self
user-deactivate                 POST self+
user-delete                     POST self+
user-reactivate                 POST staff
my-password                     POST account
my-sessions                     GET keys       DELETE account
my-session                      DELETE own
api-keys                        GET keys       POST keys
api-key                         GET my-keys    DELETE my-keys
notifications                   GET account
notifications-read              POST account
notification                    GET own        PATCH own
organizations                   GET account
organization                    GET account
organization-credits            POST member
organization-members            GET member
organization-member             GET member     PATCH chief    DELETE chief+
organization-invitations        GET chief      POST chief
organization-invitation         DELETE chief
organization-invitation-resend  POST chief
"""

# Whom each of them lets in. The project is the owner's, private, and shared with three people; the organization is
# the newsroom, which everybody may see; everything else is the owner's own. The
# collaborator is the viewer, who may leave. A key that may only read is refused whatever changes something.
NEEDS = """
          anonymous  owner  colleague  orgadmin  viewer  editor  admin  outsider  staff  key
open      in         in     in         in        in      in      in     in        in     in
any       in         in     in         in        in      in      in     in        in     in
account   403        in     in         in        in      in      in     in        in     in
own       403        in     404        404       404     404     404    404       404    in
alone     404        in     404        404       404     404     404    404       404    in
sees      404        in     404        404       in      in      in     404       404    in
edits     404        in     404        404       403     in      in     404       404    in
leads     404        in     404        404       403     403     in     404       404    in
steers    404        in     404        404       404     404     in     404       404    in
leaves    404        in     404        404       in      404     in     404       404    in
invites   403        in     404        404       403     403     in     404       404    403
keys      403        in     in         in        in      in      in     in        in     403
my-keys   403        in     404        404       404     404     404    404       404    403
knows     403        in     in         in        in      in      in     404       404    in
self      403        in     403        403       403     403     403    404       404    in
self+     403        in     403        403       403     403     403    404       in     in
staff     403        403    403        403       403     403     403    404       in     403
member    403        in     in         in        403     403     403    403       403    in
chief     403        403    403        in        403     403     403    403       403    403
chief+    403        in     403        in        403     403     403    403       403    in
"""


def rows(text: str) -> dict[tuple[str, str], str]:
    """(route, method) → what it asks for."""
    found = {}
    for line in text.split("\n"):
        name, *cells = line.split() or [""]
        found |= {(name, method): need for method, need in zip(cells[::2], cells[1::2], strict=True)}
    return found


DOCUMENT_ROWS, OTHER_ROWS = rows(DOCUMENT_ROUTES), rows(OTHER_ROUTES)
_head, *_lines = [line.split() for line in NEEDS.splitlines() if line]
LETS_IN = {need: dict(zip(_head, cells, strict=True)) for need, *cells in _lines}


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The names and views of all routes of the API."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/"):
            yield pattern.name or path, pattern.callback


def methods(view: Any) -> set[str]:
    """What the view answers to, OPTIONS and HEAD aside."""
    handlers = getattr(view, "actions", None) or vars(getattr(view, "cls", None) or view.view_class)
    allowed = getattr(view, "view_initkwargs", {}).get("http_method_names", [method.lower() for method in METHODS])
    return {method for method in METHODS if method.lower() in handlers and method.lower() in allowed}


def test_every_route_has_its_row() -> None:
    routed = {(name, method) for name, view in routes() for method in methods(view)}
    assert routed == set(DOCUMENT_ROWS) | set(OTHER_ROWS)


BODIES: dict[tuple[str, str], Any] = {("project", "PATCH"): {"pinned": True}}  # elsewhere the body does not matter


@pytest.fixture
def people(owner: User, colleague: User, viewer: User, editor: User, outsider: User, staff: User) -> dict[str, Any]:
    chief = person("chief", owner.organization)
    Membership.objects.filter(user=chief).update(admin=True)
    cast = (AnonymousUser(), owner, colleague, chief, viewer, editor, person("admin"), outsider, staff)
    return dict(zip(PEOPLE, cast, strict=True))


@pytest.fixture
def clients(people: dict[str, Any]) -> dict[str, APIClient]:
    """One for each person, and one with a key of the owner's that may only read."""
    _, text = api_keys.create(user=people["owner"], name="k", scopes=["read"], expires_at=None)
    with_key = APIClient(headers={"Authorization": f"Bearer {text}"})
    return {name: client_of(user) for name, user in people.items()} | {"key": with_key}


def ask(client: APIClient, method: str, route: str, place: dict[str, Any] | None) -> str:
    """What came of it; whatever the request changed is taken back. `in`: the person was let in, well or badly."""
    point, address = transaction.savepoint(), reverse(route, kwargs=place)
    response = getattr(client, method.lower())(address, BODIES.get((route, method), {}), format="json")
    if response.streaming:
        b"".join(response)  # a file that nobody reads would stay open
    transaction.savepoint_rollback(point)
    assert response.status_code < 500 and response.status_code not in (401, 405), (method, address)
    return str(response.status_code) if response.status_code in (403, 404) else "in"


def promised(method: str, need: str, right: str, name: str) -> str:
    """What a row of the documents' routes promises to somebody with that right."""
    if name == "key" and method != "GET":
        return "403"
    if right == "-":
        return "404"
    if need in ("process", "account"):
        return "403" if name == "anonymous" else "in"
    return "in" if need in ORDER and ORDER.index(right) >= ORDER.index(need) else "403"


def in_turn(rights: dict[str, str], turn: int) -> dict[str, str]:
    """One for each right, another one at every turn, and always those who are special: nobody, and the key."""
    alike: dict[str, list[str]] = {}
    for name, right in rights.items():
        alike.setdefault(name if name in ("anonymous", "key") else right, []).append(name)
    return {name: rights[name] for names in alike.values() for name in [names[turn % len(names)]]}


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_what_belongs_to_a_document_is_for_those_who_have_the_right(
    state: str, people: dict[str, Any], clients: dict[str, APIClient]
) -> None:
    """Everybody asks for the document itself; what lies below it they ask for in turns, unless SOAK=1 is set."""
    document = document_like(state, people)
    project_of(document, people)
    places, wrong = places_below(document), []
    rights = STATES[state] | {"key": STATES[state]["owner"]}
    for turn, ((route, method), need) in enumerate(DOCUMENT_ROWS.items()):
        asking = rights if EVERYBODY or route == "document" else in_turn(rights, turn)
        for name, right in asking.items():
            found = ask(clients[name], method, route, places.get(route, {"pk": document.pk}))
            hoped = promised(method, need, right, name)
            wrong += [(route, method, name, right, found)] if found != hoped else []
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.django_db
def test_everything_else_lets_in_whom_it_should(people: dict[str, Any], clients: dict[str, APIClient]) -> None:
    places, wrong = places_of_others(people), []
    for (route, method), need in OTHER_ROWS.items():
        for name, client in clients.items():
            hoped = "403" if name == "key" and method != "GET" and need != "open" else LETS_IN[need][name]
            found = ask(client, method, route, places.get(route))
            wrong += [(route, method, name, found, hoped)] if found != hoped else []
    assert wrong == [], "\n".join(map(str, wrong))
