"""Addresses of files on other servers, as people type them and as servers redirect to them."""

import httpx

from docplatform.lib.http.failures import Failed

LONGEST = 4096


def parse(text: str) -> httpx.URL:
    """An http or https URL without user and password; raises Failed."""
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise _not_an_address() from error
    if url.scheme not in {"http", "https"} or not url.host or len(text) > LONGEST:
        raise _not_an_address()
    if url.userinfo:
        raise Failed("bad_address", "The address holds a user name or password, which is not allowed. Remove it.")
    return url


def follow(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads; never from https back to http."""
    try:
        target = parse(str(url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise _not_an_address() from error
    if url.scheme == "https" and target.scheme != "https":
        raise Failed("insecure_redirect", "The server redirects from https to an address without encryption.")
    return target


def _not_an_address() -> Failed:
    return Failed("bad_address", "This is not an address of a file on the web: it must begin with http:// or https://.")
