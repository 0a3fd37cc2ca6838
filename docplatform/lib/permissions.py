"""What is invisible is 404, what is refused is 403: rules (user -> Q) applied to the objects of API views.

`get_queryset()` of a view begins with what the person may view, so the rest is 404 without any code here.
`ByRules` then holds the `rules` of the view, by method, against the object that was found. `HeldWrites` sees to it
that what was found and judged is still so when it is changed.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

Rule = Callable[[Any], Q]
Row = TypeVar("Row", bound=Model)


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


class HeldWrites(APIView):
    """A request that writes is one transaction: its row is held first, and rights are judged after that, so that
    whatever was revoked while it waited counts. What is refused leaves nothing behind.
    """

    holds_rows = True
    """False where a long look comes before the write: then the action judges once more, under its own lock."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Django's way to the method's handler."""
        if request.method in SAFE_METHODS or not self.holds_rows:
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            if getattr(response, "exception", False):  # as DRF marks what it made of an exception
                transaction.set_rollback(True)
            return response

    def held(self, rows: QuerySet[Row], **address: Any) -> QuerySet[Row]:
        """The same rows; those with the address stay as they are now until the request is over, if it writes.

        What is read of them afterwards is newer than the lock, as a statement that waits for one is not.
        """
        writes = self.request.method not in SAFE_METHODS and self.request.user.is_authenticated
        if writes and self.holds_rows:
            list(rows.filter(**address).order_by("pk").select_for_update(no_key=True).values_list("pk"))
        return rows
