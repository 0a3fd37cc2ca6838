"""What an API key must be good for, route by route and method by method, checked against the URL configuration."""

from rest_framework.test import APIRequestFactory

from organizations import scopes
from tests.test_permission_table import methods, routes, rows

# Whatever is not named here takes `read` to look and `write` to change. Signing in (token, refresh) takes no key.
STATED = """
documents-process               POST process
document-process                POST process  DELETE process
document-modifications          POST process
document-redactions             POST process
revision-restore                POST process
document-extracts               POST process  DELETE process
redaction-drafts-apply          POST process
organization-credits            POST process
me                              PUT admin     PATCH admin
user                            PUT admin     PATCH admin
user-deactivate                 POST admin
user-delete                     POST admin
user-reactivate                 POST admin
collaborators                   POST admin
collaborator                    PUT admin     PATCH admin    DELETE admin
project-invitations             GET admin     POST admin
project-invitation              DELETE admin
project-invitation-resend       POST admin
invitation                      POST admin
api-keys                        GET admin     POST admin
api-key                         GET admin     DELETE admin
organization-member             PATCH admin   DELETE admin
organization-invitations        GET admin     POST admin
organization-invitation         DELETE admin
organization-invitation-resend  POST admin
notifications-read              POST admin
notification                    PATCH admin
mailkey                         POST admin    DELETE admin
my-password                     POST admin
my-sessions                     GET admin     DELETE admin
my-session                      DELETE admin
"""


def test_every_view_asks_for_the_scope_that_stands_here() -> None:
    found, request = {}, APIRequestFactory().post("/", {"a": "body"}, format="json")
    for name, callback in routes():
        view = (getattr(callback, "cls", None) or callback.view_class)()
        view.request = request
        found |= {(name, method): scopes.needed(view, method) for method in methods(callback)}
    stated = rows(STATED)
    assert stated.keys() <= found.keys()
    plain = {(name, method): "read" if method == "GET" else "write" for name, method in found}
    assert {row: str(scope) for row, scope in found.items()} == plain | stated
