"""Files with credentials as Docker and containers keep them: config.json, auth.json, .dockercfg.

    {"auths": {"registry.example.com": {"auth": "<base64 of user:password>"}},
     "credHelpers": {"1234.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"},
     "credsStore": "desktop"}

Within a file `credHelpers` wins, then comes `credsStore`, then `auths`, whose keys may name a
repository or a folder of it; the longest wins, and the legacy form https://host/v1/ stands for the
host. The kubelet reads the same keys by rules of its own: `transformer.registry.auth.kubelet`.

Specification: containers-auth.json(5), and github.com/docker/cli cli/config/configfile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from transformer.messages import quoted
from transformer.records import record
from transformer.registry.auth.credential import Credential, credential_of
from transformer.registry.auth.helpers import Helpers
from transformer.registry.auth.kubelet import BadSecret, Keyring, keyring_of
from transformer.registry.faults import Reason, Refusal
from transformer.registry.foreign import Foreign, read_object
from transformer.registry.http.urls import HUB_KEY, HUB_NAMES

MAX_AUTH_FILE = 4 << 20

_is_legacy = re.compile(r"https?://.*|[^/]*/v[12]/?").fullmatch


@record
class DockerConfig:
    """What a file says, and how its helpers are asked."""

    name: str
    auths: Mapping[str, Any]
    suffixes: Mapping[str, Any]
    store: str
    helpers: Helpers

    def __repr__(self) -> str:
        return f"DockerConfig({self.name!r})"

    def find(self, domain: str, path: str) -> Credential | None:
        """The credential for a repository; None for none. Raises `Refusal`."""
        suffix = self._suffix(domain)
        if suffix:
            return self.helpers.get(suffix, _server(domain))
        if self.store:
            stored = self.helpers.get(self.store, _server(domain))
            if stored is not None:
                return stored
        return self._first(_keys(self.auths, domain, path))

    def _suffix(self, domain: str) -> str:
        names = (HUB_KEY, *HUB_NAMES) if domain in HUB_NAMES else (domain,)
        return next((str(self.suffixes[it]) for it in names if self.suffixes.get(it)), "")

    def _first(self, keys: Iterator[str]) -> Credential | None:
        for key in keys:
            entry = self.auths[key]
            try:
                found = credential_of(entry if isinstance(entry, dict) else {})
            except ValueError as error:
                detail = f"{quoted(self.name)} has a bad entry for {quoted(key)}: {error}"
                raise Refusal(_unreadable(detail)) from None
            if found is not None:
                return found
        return None


def read_docker_config(name: str, data: bytes | str, helpers: Helpers) -> DockerConfig:
    """Read a file or a variable. Takes its name for messages, its text, and the helpers to ask.

    Raises `Refusal` when it is not JSON of that form, or longer than `MAX_AUTH_FILE` bytes. A
    mapping without `auths` and the rest is the older form, .dockercfg.
    """
    content = _object(name, data)
    if not {"auths", "credHelpers", "credsStore"} & content.keys() and _is_bare(content):
        content = {"auths": content}
    store = content.get("credsStore")
    return DockerConfig(
        name=name,
        auths=_mapping(content, "auths"),
        suffixes=_mapping(content, "credHelpers"),
        store=store if isinstance(store, str) else "",
        helpers=helpers,
    )


def read_mounted_secret(name: str, data: bytes) -> Keyring:
    """Read what a Kubernetes secret mounts: .dockerconfigjson, or .dockercfg.

    Takes its name for messages, and its text. Raises `Refusal` for what the kubelet would refuse,
    and for more than `MAX_AUTH_FILE` bytes.
    """
    try:
        return keyring_of(_object(name, data))
    except BadSecret as error:
        raise Refusal(_unreadable(f"{quoted(name)} {error}")) from None


def _object(name: str, data: bytes | str) -> dict[str, Any]:
    try:
        return read_object(data, MAX_AUTH_FILE)
    except Foreign as error:
        raise Refusal(_unreadable(f"{quoted(name)}: it is {error}")) from None


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


def _unreadable(detail: str) -> Reason:
    return Reason(
        code="registry-credentials",
        state="has credentials that cannot be read",
        detail=detail,
    )
