"""Where a webhook may go: to the open internet, and to networks that the operator has named. Nowhere else.

A name is resolved once, every address that it has is checked, and the connection is made to a checked address: a name
that answers differently a moment later gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from qc.errors import BadRequest

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

LONGEST = 2000
"""Characters of a URL."""

_NAT64 = IPv6Network("64:ff9b::/96")
_ALSO_CLOSED = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # public by number, but the host's own service by what answers there (Azure's WireServer)
        "192.0.0.0/24",  # IETF protocol assignments, and Oracle's metadata service; the library knows a part of it
        "192.88.99.0/24",  # 6to4 relays, long retired
        "64:ff9b:1::/48",  # NAT64 of a local network
        "fec0::/10",  # site-local, retired, and still routed inside
    )
)


@dataclass(frozen=True)
class Target:
    """Where a request goes. `addresses` are checked; the first that takes the connection is used."""

    secure: bool
    host: str
    port: int
    path: str
    addresses: tuple[str, ...] = ()

    @property
    def host_header(self) -> str:
        """The Host header: the name, and the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class Gate:
    """What may be told.

    Args:
        networks: Networks that may be told although they are not open to the internet, such as `10.1.0.0/16`; there,
            and only there, plain `http` will do.
    """

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = tuple(ip_network(network) for network in networks)

    def read(self, url: str) -> Target:
        """A URL as a target, without asking for addresses.

        Raises:
            BadRequest: It is no URL that could ever be told.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadRequest(f"the URL cannot be read ({error}); wanted https://host/path") from error
        if len(url) > LONGEST or not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
            raise BadRequest(f"a URL has at most {LONGEST} printable ASCII characters: encode the others")
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise BadRequest(f"got the URL {url!r}, wanted https://host/path")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise BadRequest("the URL carries a user, a password or a fragment: leave them out, messages are signed")
        if port == 0:
            raise BadRequest("port 0 is no port")
        secure = parts.scheme == "https"
        if not secure and not self._networks:
            raise BadRequest("got http://, wanted https://: messages leave this network")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        target = Target(secure, parts.hostname, port or (443 if secure else 80), path)
        literal = _literal(target.host)
        if literal is not None:
            self.see_that_open(target, literal)
        return target

    def resolve(self, url: str) -> Target:
        """A target with its addresses, each of them checked.

        Raises:
            BadRequest: The name has no address, or one that may not be told.
        """
        target = self.read(url)
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise BadRequest(f"the name {target.host!r} has no address") from error
        addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            self.see_that_open(target, ip_address(address))
        return Target(target.secure, target.host, target.port, target.path, addresses)

    def see_that_open(self, target: Target, address: IPAddress) -> None:
        """See that an address may be told.

        Raises:
            BadRequest: It is private, loopback, link-local, a cloud's metadata service or otherwise not open.
        """
        meant = _meant(address)
        if _within(meant, self._networks):
            return
        if not meant.is_global or meant.is_multicast or meant.is_reserved or _within(meant, _ALSO_CLOSED):
            raise BadRequest(
                f"{target.host} is at {address}, which is not open to the internet; the operator may name its network "
                "in QC_WEBHOOK_NETWORKS"
            )
        if not target.secure:
            raise BadRequest(f"{target.host} is at {address}, outside the operator's own networks: use https://")


def _literal(host: str) -> IPAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _within(address: IPAddress, networks: Sequence[IPNetwork]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _meant(address: IPAddress) -> IPAddress:
    """The address that is reached in the end: an IPv4 address may come inside an IPv6 one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
