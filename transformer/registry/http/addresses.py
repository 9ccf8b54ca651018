"""Which addresses a host has, and how close to home they are.

A registry must not be able to send a client to what only the client can reach: the metadata
service of a cloud, a neighbour in the private network, the machine itself. So every target that a
registry names, by a redirect or a token realm, must be as public as the registry itself. A name is
looked up once, judged by its addresses, and connected to at those same addresses.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from transformer.registry.faults import Reason, Refusal

Lookup: TypeAlias = "Callable[..., Sequence[Any]]"
Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"

PUBLIC, PRIVATE, LOOPBACK, FORBIDDEN = range(4)

NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Metadata services outside the link-local ranges: AWS and Google over IPv6, Alibaba, Oracle, Azure.
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "fd00:ec2::254",
            "fd20:ce::254",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
        ),
    )
)
METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data"})


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine: localhost, *.localhost (RFC 6761), 127/8 or ::1."""
    name = host.removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = literal(host)
    return address is not None and rank(address) == LOOPBACK


def literal(host: str) -> Address | None:
    """The address that a host is, in any form that a resolver takes for one; None for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 to every C library.
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def rank(address: Address) -> int:
    """How far from public an address is: PUBLIC, PRIVATE, LOOPBACK or FORBIDDEN."""
    inner = _embedded(address)
    if inner.is_link_local or inner.is_multicast or inner in METADATA:
        return FORBIDDEN
    if inner.is_loopback or inner.is_unspecified:
        return LOOPBACK
    return PUBLIC if inner.is_global else PRIVATE


def _embedded(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class Addresses:
    """Looks hosts up, each once. Safe to share between threads."""

    def __init__(self, lookup: Lookup = socket.getaddrinfo) -> None:
        self._lookup = lookup
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, best first. Raises `Refusal` when it has none."""
        known = self._known.get(host)
        if known is not None:
            return known
        if literal(host) is not None:
            found: tuple[str, ...] = (str(literal(host)),)
        else:
            found = self._resolve(host)
        with self._lock:
            # Whoever came first decides: an answer that changes must not pass another's check.
            return self._known.setdefault(host, found)

    def avoid(self, host: str, address: str) -> None:
        """Remember that an address of a host leads nowhere, to try the others first from now on."""
        with self._lock:
            rest = tuple(it for it in self._known[host] if it != address)
            self._known[host] = (*rest, address)

    def rank(self, host: str, *, proxied: bool) -> int:
        """How far from public a host is: as its closest address, or by name behind a proxy.

        A proxy looks names up itself, perhaps where this machine cannot, so there only addresses
        and well-known names are judged.
        """
        address = literal(host)
        if address is not None:
            return rank(address)
        if host.removesuffix(".") in METADATA_NAMES:
            return FORBIDDEN
        if is_loopback(host):
            return LOOPBACK
        if proxied:
            return PUBLIC
        return max(rank(ipaddress.ip_address(it)) for it in self.of(host))

    def _resolve(self, host: str) -> tuple[str, ...]:
        try:
            found = self._lookup(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            temporary = getattr(error, "errno", None) == socket.EAI_AGAIN
            raise Refusal(_unknown(host), retry=temporary, whole_host=True) from None
        return tuple(dict.fromkeys(str(it[4][0]).partition("%")[0] for it in found))


def _unknown(host: str) -> Reason:
    return Reason(
        code="registry-unreachable",
        state="is at a host that does not exist",
        detail=f"no address is known for {host}",
        hint="compare the host's spelling, or name a proxy in HTTPS_PROXY",
    )
