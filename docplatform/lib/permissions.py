"""What is invisible is 404, what is refused is 403: rules (user -> Q) applied to the objects of API views.

`get_queryset()` of a view begins with what the person may view, so the rest is 404 without any code here.
`ByRules` then holds the `rules` of the view, by method, against the object that was found.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, Q
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

Rule = Callable[[Any], Q]


def holds(rule: Rule, user: Any, row: Model) -> bool:
    """The rule lets the person have this row."""
    return type(row)._default_manager.filter(rule(user), pk=row.pk).exists()


def require(rule: Rule, user: Any, row: Model) -> None:
    """403 unless the rule holds."""
    if not holds(rule, user, row):
        raise PermissionDenied


class ByRules(BasePermission):
    """Objects by the view's `rules`, for example {"PATCH": permissions.edit}; a method without a rule is open.

    Objects come first, people second: an anonymous PATCH of an invisible object is 404, of a visible one 403.
    """

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        rules: Mapping[str, Rule] = getattr(view, "rules", {})
        rule = rules.get(request.method or "")
        return rule is None or holds(rule, request.user, obj)
