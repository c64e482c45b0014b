"""Where a name leads: nobody is sent to a machine inside the house unless its operator listed the place.

An address that somebody gave us is looked up before anything is sent to it, and the machine that answered is looked at
again before its answer is read: a name can lead elsewhere a second later.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from coupole_client.errors import NodeAddressInside, NodeUnreachable

Network = IPv4Network | IPv6Network


def looked_up(host: str) -> list[str]:
    """The addresses a name leads to. Raises ``OSError``."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def check_place(issuer: str, listed: Collection[Network], look: Callable[[str], Iterable[str]] = looked_up) -> None:
    """Refuse an address that leads inside a house, unless the place is listed.

    Raises ``NodeAddressInside``, ``NodeUnreachable`` for a name nobody knows.
    """
    try:
        places = list(look(urlsplit(issuer).hostname or ""))
    except (OSError, UnicodeError):
        places = []
    if not places:
        raise NodeUnreachable(issuer)
    if not all(may_be_reached(place, listed) for place in places):
        raise NodeAddressInside(issuer)


def may_be_reached(place: str, listed: Collection[Network]) -> bool:
    """Whether an IP address is one of the open network, or a listed one."""
    found: IPv4Address | IPv6Address = ip_address(place.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if any(found in network for network in listed):
        return True
    return found.is_global and not found.is_multicast
