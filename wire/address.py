# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Network addresses that the server may connect to: public or explicitly allowed."""

import ipaddress
import socket

from ..exception import InvalidUsageError, NotSentError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NAT64 = ipaddress.ip_network("64:ff9b::/96")  # holds an IPv4 address at its end
# Leads to IPv4 addresses of a network of its own; older Pythons take it for public.
LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
ALLOWED_PARAMETER = "connector.url_private_networks"
IN_PARAMETER = f"system parameter {ALLOWED_PARAMETER!r}"


def read_networks(text: str, place: str = IN_PARAMETER) -> list[Network]:
    """Return the networks of a comma-separated list such as ``10.1.0.0/16, ::1``.

    Args:
        place: where the list stands, for messages.

    Raises:
        InvalidUsageError: a part of the list is no network.
    """
    words = text.replace(",", " ").split()
    try:
        return [ipaddress.ip_network(word, strict=False) for word in words]
    except ValueError as error:
        raise InvalidUsageError(
            f"Cannot read {place}: {error}, expected networks "
            "with commas such as '10.1.0.0/16, 192.168.5.7'. Correct it."
        ) from error


def find_addresses(
    host: str, port: int, allowed: list[Network], place: str = IN_PARAMETER
) -> list[str]:
    """Return the addresses of a host that may be connected to, in their order.

    Args:
        allowed: private networks that are allowed besides all public ones.
        place: where private networks are allowed, for messages.

    Raises:
        NotSentError: the host has only others.
        OSError: it has none.
    """
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    good = [text for text in found if _is_allowed(ipaddress.ip_address(text), allowed)]
    if not good:
        raise NotSentError(
            f"Cannot connect to {host!r}: its address is {', '.join(found)}, expected "
            "a public one. Take another host, or let an administrator add the network "
            f"to {place}."
        )
    return good


def _is_allowed(address: Address, allowed: list[Network]) -> bool:
    inner = _inner(address)
    if inner is not None:
        return _is_allowed(inner, allowed)
    return _is_public(address) or any(address in network for network in allowed)


def _inner(address: Address) -> Address | None:
    """Return the IPv4 address embedded in an IPv6 address, if there is one."""
    if address.version == 4:
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_public(address: Address) -> bool:
    return address.is_global and not (
        (address.version == 6 and address in LOCAL_NAT64)
        or getattr(address, "is_site_local", False)  # of IPv6 only
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
