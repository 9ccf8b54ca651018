"""Where requests go: origins, URLs, and the names that registries have on the wire.

One parser reads every URL, and what it read is what is connected to and sent, so no second reading
can see another host (RFC 3986; origins as in RFC 6454).
"""

from __future__ import annotations

import re

from transformer.image.reference import HUB, HUB_ALIAS
from transformer.records import record

HUB_HOST = "registry-1.docker.io"
HUB_KEY = "https://index.docker.io/v1/"
HUB_NAMES = (HUB, HUB_ALIAS, HUB_HOST)
PORTS = {"https": 443, "http": 80}

_is_name = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?").fullmatch


@record
class Origin:
    """A scheme, a host in lower case without brackets, and a port."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """The host as a Host header has it, the port left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


@record
class Url:
    """An origin, and the path and query that are asked there."""

    origin: Origin
    target: str

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def parse_url(text: str) -> Url | None:
    """An http or https URL without its user name, password and fragment; None for anything else."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not _is_host(host):
        return None
    origin = Origin(scheme=parts.scheme, host=host, port=port or PORTS[parts.scheme])
    query = f"?{parts.query}" if parts.query else ""
    return Url(origin=origin, target=f"{parts.path or '/'}{query}")


def _is_host(text: str) -> bool:
    if ":" not in text:
        return _is_name(text) is not None
    from ipaddress import IPv6Address

    try:
        # A zone is of this machine only.
        return IPv6Address(text).scope_id is None
    except ValueError:
        return False


def join(url: Url, location: str) -> Url | None:
    """Where a `Location` header leads from a URL (RFC 9110, 10.2.2); None when nowhere."""
    from urllib.parse import urljoin

    try:
        return parse_url(urljoin(str(url), location))
    except ValueError:
        return None


def origin_of(domain: str, scheme: str) -> Origin:
    """The origin of a registry, by the host[:port] of its references; Docker Hub has its own."""
    bare = domain.lower()
    if bare in HUB_NAMES:
        bare = HUB_HOST
    host, port = split_port(bare)
    return Origin(scheme=scheme, host=host, port=port or PORTS[scheme])


def split_port(netloc: str) -> tuple[str, int]:
    """A host without brackets and its port, 0 where there is none."""
    host, colon, port = netloc.rpartition(":")
    if not colon or netloc.endswith("]"):
        host, port = netloc, ""
    return host.strip("[]"), int(port) if port.isdecimal() else 0
