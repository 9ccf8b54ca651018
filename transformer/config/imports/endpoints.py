"""Where a mirror of containerd or k3s is: a URL, which is a name of images or is none.

    https://r.example.com          r.example.com
    https://r.example.com/v2/hub   r.example.com/hub, where the path is taken as it is

Specification: docs/hosts.md of containerd, and what k3s makes of an endpoint
(pkg/agent/containerd/config.go).
"""

from __future__ import annotations

from transformer.messages import quoted
from transformer.records import record

# Hosts that Docker Hub answers on.
HUB_HOSTS = ("docker.io", "registry-1.docker.io", "index.docker.io")


@record
class Endpoint:
    """A registry that is asked: the name that images have below it, and whether without TLS."""

    name: str
    is_insecure: bool = False


class NoEndpoint(ValueError):
    """A text is no URL, or its images have no name."""


def parse_endpoint(text: str, *, takes_path: bool) -> Endpoint:
    """Read the URL of a registry; `takes_path`: its path is the root of the API, `/v2` and all.

    Raises `NoEndpoint` with what it must be.
    """
    scheme, mark, rest = text.rpartition("://")
    if (mark and scheme not in ("http", "https")) or not rest or "@" in rest or "?" in rest:
        raise NoEndpoint(f"is {quoted(text)}: expected a URL, https://host")
    host, _, path = rest.partition("/")
    path = path.strip("/")
    if path in ("", "v2"):
        folder = ""
    elif takes_path and path.startswith("v2/"):
        folder = path[2:]
    else:
        raise NoEndpoint(f"is {quoted(text)}: expected no path but /v2 and what follows it")
    return Endpoint(name=f"{host}{folder}", is_insecure=scheme == "http")


def is_same(name: str, host: str) -> bool:
    """Whether an endpoint is the registry itself."""
    return name == host or (host == HUB_HOSTS[0] and name in HUB_HOSTS)
