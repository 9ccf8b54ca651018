"""Which proxy a request goes through: HTTPS_PROXY, HTTP_PROXY and NO_PROXY.

Read as Go's golang.org/x/net/http/httpproxy reads them, which the tools beside this one use: a name
in NO_PROXY covers the hosts below it, a name with a leading dot only those, an entry may be an
address, a network or `*`, and may end in a port; this machine is never asked through a proxy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.addresses import is_loopback, literal
from transformer.registry.http.urls import Origin, split_port


def proxy_for(environment: Mapping[str, str], origin: Origin) -> str:
    """The URL of the proxy for an origin, with user name and password if any; '' for none.

    Raises `Refusal` for a proxy that is not an http or https URL.
    """
    proxy = _variable(environment, f"{origin.scheme}_proxy")
    if not proxy or is_loopback(origin.host):
        return ""
    if _is_excepted(_variable(environment, "no_proxy"), origin):
        return ""
    url = proxy if "://" in proxy else f"http://{proxy}"
    if not url.startswith(("http://", "https://")):
        raise Refusal(_unknown_scheme(origin.scheme), whole_host=True)
    return url


def _variable(environment: Mapping[str, str], name: str) -> str:
    if name == "http_proxy" and "REQUEST_METHOD" in environment:
        # Under CGI the upper-case variable is a header that the client chose (httpoxy).
        return environment.get(name, "")
    return environment.get(name.upper()) or environment.get(name, "")


def _is_excepted(exceptions: str, origin: Origin) -> bool:
    return any(_covers(entry.strip().lower(), origin) for entry in exceptions.split(","))


def _covers(entry: str, origin: Origin) -> bool:
    if entry in ("", "*"):
        return entry == "*"
    address = literal(origin.host)
    if "/" in entry:
        return address is not None and _holds(entry, str(address))
    host, port = (entry, 0) if entry.count(":") > 1 and "]" not in entry else split_port(entry)
    if port and port != origin.port:
        return False
    if address is not None:
        return literal(host) == address
    suffix = host.removeprefix("*")
    if suffix.startswith("."):
        return origin.host.endswith(suffix)
    return origin.host == host or origin.host.endswith(f".{host}")


def _holds(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _unknown_scheme(scheme: str) -> Reason:
    return Reason(
        code="registry-proxy",
        state="is behind a proxy that is neither http nor https",
        hint=f"{scheme.upper()}_PROXY must be like http://proxy.example.com:3128",
    )
