"""Files with credentials: Docker's config.json, containers' auth.json, mounted Kubernetes secrets.

    {"auths": {"registry.example.com": {"auth": "<base64 of user:password>"}},
     "credHelpers": {"1234.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"},
     "credsStore": "desktop"}

Within a file `credHelpers` wins, then comes `credsStore`, then `auths`, whose keys may name a
repository or a folder of it; the longest wins, and the legacy form https://host/v1/ stands for the
host. A file that a cluster would mount is read as the kubelet does: no helpers, `*` for one label.

Specification: containers-auth.json(5), github.com/docker/cli cli/config/configfile, and the
kubelet's pkg/credentialprovider/keyring.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from transformer.messages import quoted
from transformer.records import record
from transformer.registry.auth.credential import Credential, credential_of
from transformer.registry.auth.helpers import Helpers
from transformer.registry.faults import Reason, Refusal
from transformer.registry.foreign import Foreign, read_object
from transformer.registry.http.urls import HUB_KEY, HUB_NAMES

MAX_AUTH_FILE = 4 << 20
KUBELET_FIELDS = frozenset({"username", "password", "auth"})

_is_legacy = re.compile(r"https?://.*|[^/]*/v[12]/?").fullmatch


@record
class AuthFile:
    """What a file says. `kubernetes`: matched as the kubelet matches."""

    name: str
    auths: Mapping[str, Any]
    helpers: Mapping[str, Any]
    store: str
    kubernetes: bool = False

    def __repr__(self) -> str:
        return f"AuthFile({self.name!r})"

    def find(self, domain: str, path: str, helpers: Helpers) -> Credential | None:
        """The credential for a repository; None for none. Raises `Refusal`."""
        if self.kubernetes:
            return self._first(_kubelet_keys(self.auths, domain, path))
        suffix = self._helper(domain)
        if suffix:
            return helpers.get(suffix, _server(domain))
        if self.store:
            stored = helpers.get(self.store, _server(domain))
            if stored is not None:
                return stored
        return self._first(_keys(self.auths, domain, path))

    def _helper(self, domain: str) -> str:
        names = (HUB_KEY, *HUB_NAMES) if domain in HUB_NAMES else (domain,)
        return next((str(self.helpers[it]) for it in names if self.helpers.get(it)), "")

    def _first(self, keys: Iterator[str]) -> Credential | None:
        for key in keys:
            entry = self.auths[key] if isinstance(self.auths[key], dict) else {}
            if self.kubernetes:
                entry = {it: entry[it] for it in KUBELET_FIELDS & entry.keys()}
            try:
                found = credential_of(entry)
            except ValueError as error:
                detail = f"{quoted(self.name)} has a bad entry for {quoted(key)}: {error}"
                raise Refusal(_unreadable(detail)) from None
            if found is not None:
                return found
        return None


def read_auth_file(name: str, data: bytes | str, *, kubernetes: bool = False) -> AuthFile:
    """Read what holds credentials, a file or a variable. Takes its name for messages, and its text.

    Raises `Refusal` when it is not JSON of that form, or longer than `MAX_AUTH_FILE` bytes. A map
    without `auths` and the rest is the legacy form of all three kinds, .dockercfg.
    """
    try:
        content = read_object(data, MAX_AUTH_FILE)
    except Foreign as error:
        raise Refusal(_unreadable(f"{quoted(name)}: it is {error}")) from None
    if not {"auths", "credHelpers", "credsStore"} & content.keys() and _is_bare(content):
        content = {"auths": content}
    store = content.get("credsStore")
    return AuthFile(
        name=name,
        auths=_mapping(content, "auths"),
        helpers=_mapping(content, "credHelpers"),
        store=store if isinstance(store, str) else "",
        kubernetes=kubernetes,
    )


def _is_bare(content: Mapping[str, Any]) -> bool:
    return all(isinstance(it, dict) and "auth" in it for it in content.values())


def _mapping(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def _server(domain: str) -> str:
    return HUB_KEY if domain in HUB_NAMES else domain


def _keys(auths: Mapping[str, Any], domain: str, path: str) -> Iterator[str]:
    hosts = HUB_NAMES if domain in HUB_NAMES else (domain,)
    parts = path.split("/")
    for length in range(len(parts), -1, -1):
        for host in hosts:
            key = "/".join((host, *parts[:length]))
            if key in auths:
                yield key
    yield from (it for it in auths if _is_legacy(it) and _host(it) in hosts)


def _host(key: str) -> str:
    return key.partition("://")[2].partition("/")[0] or key.partition("/")[0]


def _kubelet_keys(auths: Mapping[str, Any], domain: str, path: str) -> Iterator[str]:
    # Reverse order puts the longer of two prefixes first.
    wanted = {it: _kubelet_key(it) for it in sorted(auths, reverse=True)}
    name = f"{domain}/{path}"
    matching = [it for it, (host, prefix) in wanted.items() if _matches(host, prefix, name)]
    if not matching and domain in HUB_NAMES:
        matching = [it for it, (host, _) in wanted.items() if host == "index.docker.io"]
    yield from matching


def _kubelet_key(key: str) -> tuple[str, str]:
    host, _, path = key.partition("://")[2 if "://" in key else 0].partition("/")
    if path in ("v1", "v2") or path.startswith(("v1/", "v2/")):
        path = path[2:]
    return host, path.strip("/")


def _matches(host: str, prefix: str, name: str) -> bool:
    domain, _, path = name.partition("/")
    (wanted, _, port), (given, _, given_port) = host.partition(":"), domain.partition(":")
    labels = list(zip(wanted.split("."), given.split("."), strict=False))
    if port != given_port or wanted.count(".") != given.count("."):
        return False
    # A raw prefix, without a look at where names end: so does the kubelet.
    return all(_is_like(*pair) for pair in labels) and path.startswith(prefix)


def _is_like(pattern: str, label: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), label) is not None


def _unreadable(detail: str) -> Reason:
    return Reason(
        code="registry-credentials",
        demand="must be asked with credentials that can be read",
        detail=detail,
    )
