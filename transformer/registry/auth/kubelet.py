"""The keyring of the kubelet: which entries of a pull secret it tries for an image.

A key covers an image when its port is the image's, its host has as many labels, each equal but for
`*`, and the image's path begins with its path, letter for letter. All that match are tried, the
longest path first; the entry of index.docker.io is for an image on Docker Hub that nothing matches.
An entry has `username`, `password`, `email` and `auth`, which beats the others; one that cannot be
read makes the kubelet refuse the whole secret. It knows no helpers and no identity tokens.

Docker reads the same keys by rules of its own: `transformer.registry.auth.docker`.

Specification: pkg/credentialprovider/keyring.go and config.go of Kubernetes, whose keys are read by
Go's net/url, once when they are kept and once more when they are matched.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from transformer.image.reference import HUB, HUB_ALIAS
from transformer.messages import quoted
from transformer.places.glob import glob_matches
from transformer.records import record
from transformer.registry.auth.credential import Credential

USED = ("username", "password", "email", "auth")

_SCHEMES = ("https://", "http://")
_VERSIONS = ("/v1/", "/v2/")

_has_control = re.compile("[\x00-\x1f\x7f]").search
_has_bad_escape = re.compile("%(?![0-9A-Fa-f]{2})").search
_is_user = re.compile("[A-Za-z0-9._:~!$&'()*+,;=%@-]*").fullmatch


class BadSecret(Exception):
    """Something that the kubelet would refuse. Its text never holds a credential."""


@record
class Pattern:
    """What a key that is kept is compared by: the labels of its host, its port, its path."""

    labels: tuple[str, ...]
    port: str
    path: str


class Keyring:
    """The entries of one pull secret by their keys, as `kept_key` makes them of its text.

    Texts that make the same key have an entry each, with an empty user name where they name none.
    """

    def __init__(self, entries: Mapping[str, tuple[Credential, ...]]) -> None:
        self.entries = entries
        self._patterns = [(key, pattern_of(key)) for key in sorted(entries, reverse=True)]

    def matches(self, domain: str, path: str) -> tuple[str, ...]:
        """The keys that the kubelet tries for a repository, in its order."""
        wanted = pattern_of(f"{domain}/{path}")
        found = tuple(key for key, pattern in self._patterns if covers(pattern, wanted))
        if not found and domain in (HUB, HUB_ALIAS) and HUB_ALIAS in self.entries:
            return (HUB_ALIAS,)
        return found

    def find(self, domain: str, path: str) -> Credential | None:
        """The first credential that the kubelet tries and that names a user; None for none."""
        tried = (it for key in self.matches(domain, path) for it in self.entries[key])
        return next((it for it in tried if it.username), None)


def keyring_of(content: Mapping[str, Any]) -> Keyring:
    """The keyring of what a secret's JSON says: a config.json, or a .dockercfg, which has no auths.

    Raises `BadSecret`.
    """
    is_old = "auths" not in content and any(isinstance(it, dict) for it in content.values())
    return keyring_of_auths(content if is_old else content.get("auths"))


def keyring_of_auths(auths: object) -> Keyring:
    """The keyring of a mapping from keys to entries, or of nothing. Raises `BadSecret`."""
    if auths is None:
        return Keyring({})
    if not isinstance(auths, dict):
        raise BadSecret("has no mapping for `auths`")
    entries: dict[str, tuple[Credential, ...]] = {}
    for text, entry in auths.items():
        credential, key = _credential(text, entry), kept_key(text)
        if key is not None:
            entries[key] = (*entries.get(key, ()), credential)
    return Keyring(entries)


def kept_key(text: str) -> str | None:
    """The key that the kubelet makes of a text: no scheme, user, query, /v1/ or /v2/.

    None for a text that is no URL, which it passes over.
    """
    scheme = next((it for it in _SCHEMES if text.startswith(it)), "")
    parts = _host_and_path(text.removeprefix(scheme))
    if parts is None:
        return None
    host, path = parts
    if path.startswith(_VERSIONS):
        path = path[3:]
    return host if path == "/" else host + path


def pattern_of(key: str) -> Pattern | None:
    """How a key that is kept, or the name of an image, is compared; None when it is no URL."""
    parts = _host_and_path(key)
    if parts is None:
        return None
    name, colon, port = parts[0].rpartition(":")
    if not colon or parts[0].endswith("]"):
        name, port = parts[0], ""
    elif name.endswith("]"):
        name = name[1:-1]
    return Pattern(labels=tuple(name.split(".")), port=port, path=parts[1])


def covers(pattern: Pattern | None, wanted: Pattern | None) -> bool:
    """Whether a key covers an image, by the name of its repository.

    Takes steps in proportion to the key's length, and at worst to the product with the name's.
    """
    if pattern is None or wanted is None or pattern.port != wanted.port:
        return False
    if len(pattern.labels) != len(wanted.labels) or not wanted.path.startswith(pattern.path):
        return False
    return all(map(_is_like, pattern.labels, wanted.labels))


def _is_like(pattern: str, label: str) -> bool:
    # The kubelet compares by Go's path patterns, to which [::1] is one character of the two.
    return "[" not in pattern and glob_matches(pattern, label)


def _host_and_path(text: str) -> tuple[str, str] | None:
    # A URL behind its scheme, the path decoded. What else Go refuses in a host no image has.
    address, _, fragment = text.partition("#")
    authority, slash, path = address.partition("?")[0].partition("/")
    user, _, host = authority.rpartition("@")
    if _has_control(address) or not _is_user(user) or _has_bad_escape(user + path + fragment):
        return None
    return host, slash + (_decoded(path) if "%" in path else path)


def _decoded(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path, errors="surrogateescape")


def _credential(key: str, entry: object) -> Credential:
    if not isinstance(entry, dict | None):
        raise BadSecret(f"has no mapping for {quoted(key)}")
    # To Go's JSON null is as good as nothing.
    fields = {name: it for name, it in (entry or {}).items() if name in USED and it is not None}
    for name, value in fields.items():
        if not isinstance(value, str):
            raise BadSecret(f"has no string for `{name}` of {quoted(key)}")
    username, password = fields.get("username", ""), fields.get("password", "")
    if fields.get("auth"):
        username, password = _pair(key, fields["auth"])
    return Credential(username=username, password=password)


def _pair(key: str, auth: str) -> tuple[str, str]:
    text = auth.replace("\r", "").replace("\n", "")
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        decoded = ""
    username, colon, password = decoded.partition(":")
    if not colon:
        raise BadSecret(f"has no base64 of user:password for `auth` of {quoted(key)}")
    return username, password
