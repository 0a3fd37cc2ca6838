"""What the views of things that hang on a document share: the document is found first, and then who may write."""

from typing import Any, TypeVar

from django.db.models import BooleanField, ExpressionWrapper, Model, QuerySet, Value
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.permissions import HeldWrites
from documents import permissions
from documents.models import Document
from organizations.models import User

Row = TypeVar("Row", bound=Model)


class BelowDocument(Uncached, HeldWrites, GenericViewSet[Row]):
    """`/api/documents/<document_pk>/…`. Where the person may not view the document: 404, whatever they ask for.

    `document` knows whether the person may edit it, as `edit_access`.
    """

    filter_backends: Any = ()
    document: Any
    only_editors_write = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Finds the document; 403 for writers who are nobody or, where it takes an editor, no editor."""
        super().initial(request, *args, **kwargs)
        place = {"pk": self.kwargs["document_pk"]}
        self.document = get_object_or_404(self.held(self._documents(), **place), **place)
        if request.method in SAFE_METHODS:
            return
        if request.user.is_anonymous:
            raise NotAuthenticated
        if self.only_editors_write and not self.document.edit_access:
            raise PermissionDenied

    def _documents(self) -> QuerySet[Document]:
        user = self.request.user
        # A rule that lets nobody in would come back as the number 0.
        edit = Value(value=False) if user.is_anonymous else permissions.edit(user)
        visible = Document.objects.filter(permissions.view(user))
        return visible.annotate(edit_access=ExpressionWrapper(edit, output_field=BooleanField()))

    def get_object(self) -> Row:
        """One of the document's that the person may see."""
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    @property
    def actor(self) -> User:
        """The person who writes."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user
