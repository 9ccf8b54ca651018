"""Which registries a pull secret opens, by the rules of the kubelet that uses it.

A key of a Docker configuration covers an image when its port is the image's, its host has as many
labels, each equal but for `*`, and the image's path begins with its path, letter for letter. The
kubelet tries all that match, the longest path first, and takes the entry of index.docker.io for an
image on Docker Hub that nothing matches. It knows `username`, `password`, `email` and `auth`, which
beats the others; one `auth` that cannot be decoded makes it refuse the whole secret.

Specification: pkg/credentialprovider/keyring.go and config.go of Kubernetes.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from transformer.errors import ConfigError, Position, Problem
from transformer.find.objects import objects
from transformer.image.reference import HUB, HUB_ALIAS, Reference
from transformer.messages import quoted
from transformer.records import record
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import lookup, resolve, text_of
from transformer.yamltext.tree import Collection, SyntaxFault, read

CONFIG_KEY = ".dockerconfigjson"
OLD_KEY = ".dockercfg"

_USED = ("username", "password", "email", "auth")


class BadSecret(Exception):
    """Something that the kubelet would refuse. Its text never holds a credential."""


@record
class Secret:
    """One pull secret: the keys of its entries, and whether each names a user.

    `name` and `namespace` are '' for a bare Docker configuration, which stands for any secret.
    """

    name: str
    namespace: str
    keys: Mapping[str, bool]

    def matches(self, reference: Reference) -> tuple[str, ...]:
        """The keys that the kubelet tries for an image, in its order."""
        found = [key for key in sorted(self.keys, reverse=True) if covers(key, reference.name)]
        if not found and reference.domain == HUB and HUB_ALIAS in self.keys:
            found = [HUB_ALIAS]
        return tuple(found)

    def authorises(self, reference: Reference) -> bool:
        """True when a key that matches an image names a user."""
        return any(self.keys[key] for key in self.matches(reference))


def covers(key: str, name: str) -> bool:
    """True when a key, as `keyring_key` makes it, covers an image's name without tag and digest."""
    key_host, key_slash, key_path = key.partition("/")
    host, slash, path = name.partition("/")
    (key_name, key_port), (host_name, port) = _split_port(key_host), _split_port(host)
    labels, wanted = key_name.split("."), host_name.split(".")
    if key_port != port or len(labels) != len(wanted):
        return False
    if not (slash + path).startswith(key_slash + key_path):
        return False
    return all(map(_label_matches, labels, wanted))


def _split_port(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and not host.endswith("]") else (host, "")


def _label_matches(pattern: str, label: str) -> bool:
    if "*" not in pattern:
        return pattern == label
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, label) is not None


def keyring_key(text: str) -> str:
    """The key of a Docker configuration as the kubelet keeps it: no scheme, no /v1/ or /v2/."""
    rest = re.sub(r"\Ahttps?://", "", text)
    host, slash, path = re.split("[?#]", rest, maxsplit=1)[0].partition("/")
    path = slash + path
    if path.startswith(("/v1/", "/v2/")):
        path = path[3:]
    return host.rpartition("@")[2] + (path if path != "/" else "")


def parse_secrets(name: str, text: str) -> tuple[Secret, ...]:
    """Read pull secrets.

    Takes a file's name for messages and its text: the JSON of a Docker configuration (config.json,
    or the older .dockercfg), or manifests with Secrets; objects of other kinds are passed over.
    Raises `ConfigError` for what the kubelet would refuse, and when there is no secret at all.
    """
    source = Source(name, text)
    try:
        content = json.loads(source.text)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and "apiVersion" not in content:
        try:
            is_old = "auths" not in content and any(isinstance(it, dict) for it in content.values())
            keys = _keys(content if is_old else content.get("auths", {}))
            return (Secret(name="", namespace="", keys=keys),)
        except BadSecret as error:
            raise _bad(str(error), Position(file=name)) from None
    secrets = [secret for document in documents(source) for secret in _in_document(document)]
    if not secrets:
        message = "file must hold a Docker configuration, or a Secret with one"
        raise _bad(message, Position(file=name))
    return tuple(secrets)


def _in_document(document: Document) -> Iterator[Secret]:
    try:
        tree = read(document.text)
        for mapping, resource, _ in objects(tree.root):
            if resource.kind == "Secret":
                fields = lookup(mapping, ("data", "stringData"))
                values = {it: _texts(slot) for it, slot in fields.items()}
                keys = _of_secret(values.get("data", {}), values.get("stringData", {}))
                if keys is not None:
                    yield Secret(name=resource.name, namespace=resource.namespace, keys=keys)
    except SyntaxFault as fault:
        raise _bad(fault.message, document.position(fault.offset)) from None
    except BadSecret as error:
        position = document.position(0)
        message = f"Secret {quoted(resource.name)} {error}"
        raise _bad(message, position) from None


def _texts(slot: Any) -> dict[str, str]:  # noqa: ANN401 a slot of a tree
    node = resolve(slot)
    children = node.children if isinstance(node, Collection) else []
    return {
        str(it.value): text_of(at) for it, at in zip(children[::2], children[1::2], strict=False)
    }


def _of_secret(data: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, bool] | None:
    for name in (CONFIG_KEY, OLD_KEY):
        if name not in data and name not in texts:
            continue
        text = texts.get(name)
        try:
            content = json.loads(text if text is not None else _decoded(data[name]))
        except (ValueError, RecursionError):
            raise BadSecret(f"must hold JSON under `{name}`") from None
        if not isinstance(content, dict):
            raise BadSecret(f"must hold a mapping under `{name}`")
        return _keys(content.get("auths", {}) if name == CONFIG_KEY else content)
    return None


def _decoded(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


def _keys(auths: object) -> dict[str, bool]:
    if not isinstance(auths, dict):
        raise BadSecret("must have a mapping for `auths`")
    return {keyring_key(text): _names_user(text, entry) for text, entry in auths.items()}


def _names_user(key: str, entry: object) -> bool:
    # True when the kubelet finds a user in the entry.
    if not isinstance(entry, dict):
        raise BadSecret(f"must have a mapping for {quoted(key)}")
    for name in _USED:
        if not isinstance(entry.get(name, ""), str):
            raise BadSecret(f"must have a string for `{name}` of {quoted(key)}")
    auth = entry.get("auth", "")
    if not auth:
        return bool(entry.get("username"))
    try:
        padded = auth.strip() + "=" * (-len(auth.strip()) % 4)
        user, colon, _ = base64.b64decode(padded, validate=True).partition(b":")
    except binascii.Error:
        colon = b""
    if not colon:
        raise BadSecret(f"must have the base64 of user:password for `auth` of {quoted(key)}")
    return bool(user)


def _bad(message: str, position: Position) -> ConfigError:
    return ConfigError(Problem(code="bad-secret", message=message, position=position))


def missing_hint(keys: Iterable[str]) -> str:
    """What to do about an image that no key covers."""
    known = ", ".join(sorted(keys)[:5]) or "none"
    return f"its keys are {known}; a key is a host with its port, and how a path begins"
