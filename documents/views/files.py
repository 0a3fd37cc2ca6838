"""The one authorising door to the files of documents: serves, or redirects to where they are."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_safe
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from docplatform.lib import storage
from docplatform.lib.caching import Uncached
from docplatform.lib.errors import Refused
from docplatform.lib.storage.transfers import Busy, Made, busy_response, send
from documents import permissions
from documents.actions import assets, images
from documents.models import Document
from organizations.models import User
from organizations.permissions import ANONYMOUS, Person

SALT = "docplatform.files"
View = Callable[..., HttpResponseBase]


class AnyType(BaseContentNegotiation):
    """Files have the type that they have, whatever the client would rather accept."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first, for errors."""
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class FileView(Uncached):
    """`/files/documents/<id>/<path>`: 302 to the file, or the file itself; JSON clients get {"location": url}.

    A URL that this view signs names the reader, whose right is checked again when it is used.
    """

    content_negotiation_class = AnyType

    def get(self, request: Request, pk: int, path: str) -> HttpResponseBase:
        """GET and HEAD."""
        document, asset = _find(request.user, pk, path)
        as_json = request.headers.get("Accept", "").startswith("application/json")
        if document.is_published and not asset.is_private:
            url: str | None = f"{settings.PUBLIC_ASSET_URL}documents/{pk}/{quote(path)}"
        else:
            url = _stored_url(asset) or (_signed_url(request.user, pk, path) if as_json else None)
        if as_json:
            return JsonResponse({"location": url}, headers={"Cache-Control": "private, max-age=300"})
        if url:
            return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-cache"})
        return _serve(request._request, asset, cache="private, no-cache")

    head = get


def in_words(view: View) -> View:
    """Refusals as the API tells them, for views that are not part of it."""

    @wraps(view)
    def answer(request: HttpRequest, **address: Any) -> HttpResponseBase:
        try:
            return view(request, **address)
        except Refused as refusal:
            return JsonResponse(refusal.body(), status=refusal.status_code)

    return answer


@require_safe
@in_words
def public_file(request: HttpRequest, pk: int, path: str) -> HttpResponseBase:
    """`/public/documents/<id>/<path>`: what everybody may read, whoever asks; open to scripts of any origin."""
    _, asset = _find(ANONYMOUS, pk, path)
    url = _stored_url(asset)
    response = HttpResponseRedirect(url) if url else _serve(request, asset, cache="public, max-age=300")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@in_words
def signed_file(request: HttpRequest, token: str, filename: str) -> HttpResponseBase:
    """`/files/signed/<token>/<filename>`: a location that FileView gave out, good for 300 s without credentials."""
    try:
        reader, pk, path = signing.loads(token, salt=SALT, max_age=settings.PRESIGN_SECONDS)
    except signing.BadSignature:
        return HttpResponse("This address is not valid any more. Ask for the file again.", status=403)
    user = User.objects.filter(pk=reader, is_active=True).first() if reader else None
    _, asset = _find(user or ANONYMOUS, pk, path)
    response = _serve(request, asset, cache="private, no-cache")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _find(user: Person, pk: int, path: str) -> tuple[Document, assets.Asset]:
    document = Document.objects.filter(permissions.view(user)).select_related("version").filter(pk=pk).first()
    if document is None:
        raise Http404
    is_editor = Document.objects.filter(permissions.edit(user), pk=pk).exists()
    asset = assets.find(document, path, is_editor=is_editor)
    if asset is None:
        raise Http404
    try:
        images.make_if_missing(asset)
    except storage.Missing as error:
        raise Http404 from error
    return document, asset


def _stored_url(asset: assets.Asset) -> str | None:
    return storage.backend().download_url(asset.key, disposition=asset.disposition, content_type=asset.content_type)


def _signed_url(user: Person, pk: int, path: str) -> str:
    token = signing.dumps((user.pk, pk, path), salt=SALT, compress=True)
    return f"{settings.PUBLIC_URL}/files/signed/{token}/{quote(path.rsplit('/', 1)[-1])}"


def _serve(request: HttpRequest, asset: assets.Asset, *, cache: str) -> HttpResponseBase:
    kind = {"content_type": asset.content_type, "disposition": asset.disposition}
    try:
        return send(request, storage.backend(), asset.key, **kind, cache=cache)
    except storage.Missing as error:
        raise Http404 from error


def attachment(pieces: Iterator[bytes], content_type: str, name: str) -> HttpResponseBase:
    """A file that is made while it is sent."""
    try:
        body = Made(pieces)
    except Busy:
        return busy_response()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(body, content_type=content_type, headers=headers)
