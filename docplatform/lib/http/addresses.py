"""Which addresses may be connected to. A name is resolved once, and the connection takes the very address judged."""

import ipaddress
import socket

from django.conf import settings

from docplatform.lib.http.failures import not_public, unreachable

GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # leaves out mapped, compatible, NAT64, local and multicast addresses
NOT_REALLY_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # assignments for protocols
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo and other tunnels
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
]


def usable(host: str, port: int) -> list[str]:
    """The addresses of a host that may be connected to, in the resolver's order; raises Failed when there are none."""
    found = _resolve(host, port)
    if not is_named(host, port):
        found = [address for address in found if is_public(address)]
    if not found:
        raise not_public()
    return found


def is_named(host: str, port: int) -> bool:
    """Whether the administrator permits the host, wherever it is."""
    plain = host.lower().rstrip(".")
    bracketed = f"[{plain}]" if ":" in plain else plain
    named = {name.lower() for name in settings.ALLOWED_PRIVATE_HOSTS}
    return bool(named & {plain, bracketed, f"{bracketed}:{port}"})


def is_public(address: str) -> bool:
    """Whether the address belongs to the public internet and to nothing else."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # with a scope, so on a local link
        return False
    if found.is_multicast or found.is_reserved or not found.is_global:
        return False
    if found.version == 6 and found not in GLOBAL_V6:
        return False
    return not any(found in network for network in NOT_REALLY_PUBLIC)


def _resolve(host: str, port: int) -> list[str]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise unreachable(host) from error
        return []
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(row[4][0]) for row in rows))
