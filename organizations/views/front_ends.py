"""Signing in and out for front ends on other origins, at the addresses that they use."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


def way_back(request: HttpRequest, url: str) -> str:
    """The address to go on to, if it lies on this site or on one of ALLOWED_ORIGINS; else nothing."""
    here = {request.get_host()}
    if url_has_allowed_host_and_scheme(url, here, require_https=request.is_secure()):
        return url
    hosts = {urlsplit(origin).netloc for origin in settings.ALLOWED_ORIGINS}
    return url if url_has_allowed_host_and_scheme(url, hosts) and _origin(url) in settings.ALLOWED_ORIGINS else ""


@require_safe
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """`/accounts/login/squarelet?next=`: back at once with both cookies, or after the page where people sign in."""
    url = way_back(request, request.GET.get("next", ""))
    if request.user.is_authenticated:
        get_token(request)  # scripts of the front end can ask for this cookie nowhere else
        return HttpResponseRedirect(url or settings.LOGIN_REDIRECT_URL)
    page = reverse("sign-in")
    return HttpResponseRedirect(f"{page}?{urlencode({'next': url})}" if url else page)


@require_safe
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """`/accounts/logout/?next=`: ends the session, unless a page of another site sent the visitor here."""
    if _is_lured(request):
        return HttpResponseRedirect(reverse("account"))
    logout(request)
    return HttpResponseRedirect(way_back(request, request.GET.get("next", "")) or settings.LOGOUT_REDIRECT_URL)


def _is_lured(request: HttpRequest) -> bool:
    referer = request.headers.get("Referer", "")
    known = (*settings.CSRF_TRUSTED_ORIGINS, f"{request.scheme}://{request.get_host()}")
    if referer:
        return _origin(referer) not in known
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
