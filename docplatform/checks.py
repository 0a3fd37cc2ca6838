"""Refuses configuration that is half made, in sentences, before anything starts."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from docplatform.lib import client, environment

TAG = "docplatform"
S3_PARTS = ("S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY")


@register(TAG)
def s3_is_whole(**kwargs: Any) -> list[CheckMessage]:
    """A bucket comes with both keys and addresses that are URLs; nothing of S3 comes without a bucket."""
    given = [name for name in S3_PARTS if getattr(settings, name)]
    if not settings.S3_BUCKET:
        told = f"{given[0]} is set, but S3_BUCKET is not." if given else ""
        return (
            [Error(told, hint="Set S3_BUCKET too, or remove the S3 settings.", id="docplatform.E001")] if told else []
        )
    found: list[CheckMessage] = [
        Error(
            f"S3_BUCKET is set, but {name} is not.",
            hint="Files in S3 need a bucket and both keys.",
            id="docplatform.E002",
        )
        for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")
        if name not in given
    ]
    found += [
        Error(f"{name} must begin with http:// or https://.", id="docplatform.E003")
        for name in ("S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL")
        if name in given and urlsplit(getattr(settings, name)).scheme not in {"http", "https"}
    ]
    return found


@register(TAG)
def proxies_are_addresses(**kwargs: Any) -> list[CheckMessage]:
    """A proxy is an IP address or a network; a name could be anybody tomorrow."""
    return [
        Error(f"TRUSTED_PROXIES holds {name!r}, which is not an IP address or network.", id="docplatform.E004")
        for name in settings.TRUSTED_PROXIES
        if not _is_network(name)
    ]


def _is_network(name: str) -> bool:
    try:
        ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
    return True


@register(TAG)
def limits_let_something_in(**kwargs: Any) -> list[CheckMessage]:
    """A limit of nothing would refuse every file."""
    limits = {
        "MAX_PDF_MIB": settings.MAX_PDF_BYTES,
        "MAX_OTHER_MIB": settings.MAX_OTHER_BYTES,
        "MAX_UNPACKED_MIB": settings.MAX_UNPACKED_BYTES,
        "MAX_PAGES": settings.MAX_PAGES,
        "MAX_IMAGE_MEGAPIXELS": settings.MAX_IMAGE_PIXELS,
        "MAX_STEP_SECONDS": settings.MAX_STEP_SECONDS,
        "MAX_FETCH_SECONDS": settings.MAX_FETCH_SECONDS,
    }
    hint = "Remove it: the default is right for most."
    return [
        Error(f"{name} is 0, so every file would be refused.", hint=hint, id="docplatform.E007")
        for name, limit in limits.items()
        if not limit
    ]


@register(TAG)
def private_hosts_are_hosts(**kwargs: Any) -> list[CheckMessage]:
    """A host is named as it stands in an address, without http:// and without a path."""
    return [
        Error(
            f"ALLOWED_PRIVATE_HOSTS holds {name!r}, which is not a host or host:port.",
            hint="For example files.internal or 10.0.0.7:8080. Networks and patterns are not understood.",
            id="docplatform.E008",
        )
        for name in settings.ALLOWED_PRIVATE_HOSTS
        if not _is_host(name)
    ]


def _is_host(name: str) -> bool:
    try:
        parts = urlsplit(f"//{name}")
        return bool(parts.hostname) and parts.port != 0 and not set(name) & set("/@*?#")
    except ValueError:
        return False


@register(TAG)
def origins_are_origins(**kwargs: Any) -> list[CheckMessage]:
    """A front end that may act for its visitors is named exactly, and is no less protected than this site."""
    found: list[CheckMessage] = []
    for origin in settings.ALLOWED_ORIGINS:
        if not environment.is_origin(origin):
            text = f"ALLOWED_ORIGINS holds {origin!r}, which is not an origin."
            hint = "For example https://www.example.org: lower case, no path, no last slash, no usual port, no *."
            found.append(Error(text, hint=hint, id="docplatform.E009"))
        elif settings.IS_HTTPS and not origin.startswith("https:"):
            text = f"ALLOWED_ORIGINS holds {origin!r}, but this site is https."
            found.append(
                Error(
                    text,
                    hint="Give the front end https too.",
                    id="docplatform.E010",
                )
            )
        elif not _shares_cookies(urlsplit(origin).hostname or ""):
            text = f"Cookies of this site do not reach {origin}: nobody can be signed in there."
            hint = "Set COOKIE_DOMAIN to the parent domain of both, for example COOKIE_DOMAIN=example.org."
            found.append(Error(text, hint=hint, id="docplatform.E011"))
    return found


@register(TAG)
def cookies_reach_this_site(**kwargs: Any) -> list[CheckMessage]:
    """Browsers drop cookies for a domain that the site does not lie in, and SameSite=None without https."""
    found: list[CheckMessage] = []
    domain, host = settings.SESSION_COOKIE_DOMAIN, urlsplit(settings.PUBLIC_URL).hostname or ""
    if domain and (_is_network(domain) or "." not in domain.strip(".") or not _lies_in(host, domain)):
        text = f"COOKIE_DOMAIN is {domain!r}, which is not a parent domain of {host}."
        found.append(Error(text, hint="For example example.org for documents.example.org.", id="docplatform.E012"))
    same_site = settings.SESSION_COOKIE_SAMESITE
    if same_site not in {"Lax", "Strict", "None"}:
        text = f"COOKIE_SAMESITE must be lax, strict or none, not {same_site!r}."
        found.append(Error(text, id="docplatform.E013"))
    if same_site == "None" and not settings.IS_HTTPS:
        text = "COOKIE_SAMESITE is none, which browsers accept with https only."
        found.append(Error(text, hint="Set PUBLIC_URL to an address with https.", id="docplatform.E014"))
    return found


def _shares_cookies(host: str) -> bool:
    own = urlsplit(settings.PUBLIC_URL).hostname
    return host == own or _lies_in(host, settings.SESSION_COOKIE_DOMAIN or "")


def _lies_in(host: str, domain: str) -> bool:
    name = domain.removeprefix(".").lower()
    return bool(name) and (host == name or host.endswith(f".{name}"))


@register(TAG)
def wikidata_has_an_address(**kwargs: Any) -> list[CheckMessage]:
    """Entities are looked up at an address, or not at all."""
    if not settings.WIKIDATA_URL or urlsplit(settings.WIKIDATA_URL).scheme in {"http", "https"}:
        return []
    hint = "For example https://www.wikidata.org/w/api.php."
    return [Error("WIKIDATA_URL must begin with http:// or https://.", hint=hint, id="docplatform.E015")]


@register(TAG)
def redis_is_redis(**kwargs: Any) -> list[CheckMessage]:
    """The address of the optional broker."""
    if not settings.REDIS_URL or urlsplit(settings.REDIS_URL).scheme in {"redis", "rediss", "unix"}:
        return []
    return [Error("REDIS_URL must look like redis://host:6379/0.", id="docplatform.E005")]


@register(TAG)
def secret_is_long(**kwargs: Any) -> list[CheckMessage]:
    """A key that somebody made up by hand can be guessed, and with it every session."""
    if len(settings.SECRET_KEY) >= 32:
        return []
    hint = "Remove it: one is made and kept in the data directory."
    return [Error("SECRET_KEY has fewer than 32 characters.", hint=hint, id="docplatform.E006")]


@register(TAG)
def strangers_come_by_https(**kwargs: Any) -> list[CheckMessage]:
    """What other machines can reach should be encrypted, by a proxy that we know."""
    if settings.IS_HTTPS:
        if settings.TRUSTED_PROXIES:
            return []
        hint = (
            "Name its address, for example TRUSTED_PROXIES=127.0.0.1: until then all people seem to have one address."
        )
        return [Warning("PUBLIC_URL is https, but no proxy is trusted.", hint=hint, id="docplatform.W002")]
    host = client.parse(settings.HOST)
    if settings.HOST == "localhost" or (host is not None and host.is_loopback):
        return []
    hint = "Put a proxy with HTTPS in front, and set PUBLIC_URL to the address that people use."
    text = f"HOST={settings.HOST} lets other machines in, but PUBLIC_URL is not https: passwords travel unencrypted."
    return [Warning(text, hint=hint, id="docplatform.W001")]
