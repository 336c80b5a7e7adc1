"""Which addresses we may be made to connect to: the public internet, and what the operator allows.

Asked of the very address that is connected to, after names were resolved: a name that answers one
address to a check and another one afterwards gains nothing.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from engine.errors import Refused, SettingsError

Address = IPv4Address | IPv6Address
PORTS = (443, 8443)
_CARRIER = ip_network("100.64.0.0/10")  # RFC 6598
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052


class ForbiddenError(OSError):
    """An address that must not be connected to."""


class Outside:
    """``allowed``: networks that may be reached although they are not public, over plain HTTP and any

    port too.
    """

    def __init__(self, allowed: tuple[IPv4Network | IPv6Network, ...] = ()) -> None:
        self._allowed = allowed

    def check(self, url: str) -> None:
        """HTTPS on its usual ports, unless private addresses are allowed. Raises Refused."""
        parts = urlsplit(url)
        if self._allowed:
            return
        if parts.scheme != "https":
            raise Refused(f"{parts.scheme} is not encrypted: give an https URL")
        if (parts.port or PORTS[0]) not in PORTS:
            raise Refused(f"port {parts.port} is none of {', '.join(map(str, PORTS))}")

    def socket(self, found: tuple[Any, ...]) -> socket.socket:
        """For aiohttp: a socket to this resolved address. Raises ForbiddenError."""
        family, kind, protocol, _name, place = found
        self.admit(str(place[0]))
        return socket.socket(family, kind, protocol)

    def admit(self, written: str) -> None:
        """Raises ForbiddenError for an address that is neither public nor allowed."""
        address = ip_address(written.partition("%")[0])
        if any(address in network for network in self._allowed):
            return
        if not is_public(address):
            text = f"{written} is no public address; [webhooks] allow may name its network"
            raise ForbiddenError(text)


def is_public(address: Address) -> bool:
    """Not private, loopback, link-local (where clouds keep their metadata), shared, or a way to such a one."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        teredo = address.teredo
        if inner is None and teredo is not None:
            inner = teredo[1]
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and address not in _CARRIER


def networks(written: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """``10.0.0.0/8, ::1``. Raises SettingsError."""
    try:
        return tuple(ip_network(part.strip()) for part in written.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(f"webhooks.allow: {error}; write 10.0.0.0/8, 127.0.0.1") from error
