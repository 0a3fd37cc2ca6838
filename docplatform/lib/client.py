"""Who is at the other end of a request: proxies are believed only when they are ours."""

import ipaddress
from functools import cache

from django.conf import settings
from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
LOOPBACK = "docplatform.loopback"


def parse(text: str) -> Address | None:
    """An IP address, IPv4 in IPv6 unwrapped; None for anything else."""
    try:
        found = ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@cache
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def is_proxy(address: Address | None) -> bool:
    """Whether settings.TRUSTED_PROXIES names the address."""
    return address is not None and any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


def address(request: HttpRequest) -> str:
    """The client's IP address: the last one in X-Forwarded-For that is not one of our proxies."""
    nearest = parse(request.META.get("REMOTE_ADDR", ""))
    if is_proxy(nearest):
        for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            found = parse(hop)
            if found is None:
                break
            nearest = found
            if not is_proxy(found):
                break
    return str(nearest or "")


def is_loopback(request: HttpRequest) -> bool:
    """Somebody on this very machine, not somebody behind a proxy on it."""
    if LOOPBACK in request.META:  # noted before the headers of strangers were dropped
        return bool(request.META[LOOPBACK])
    nearest = parse(request.META.get("REMOTE_ADDR", ""))
    return nearest is not None and nearest.is_loopback and not any(request.META.get(name) for name in FORWARDED)
