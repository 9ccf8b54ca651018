"""Pull secrets in files: which of them authorise an image, by the keyring of the kubelet."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from transformer.errors import ConfigError, Position, Problem
from transformer.find.objects import objects
from transformer.image.reference import Reference
from transformer.messages import quoted, shown
from transformer.records import record
from transformer.registry.auth.docker import MAX_AUTH_FILE
from transformer.registry.auth.kubelet import BadSecret, Keyring, keyring_of, keyring_of_auths
from transformer.registry.foreign import Foreign, read_object
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import lookup, resolve, text_of
from transformer.yamltext.tree import Collection, SyntaxFault, read

CONFIG_KEY = ".dockerconfigjson"
OLD_KEY = ".dockercfg"


@record
class Secret:
    """One pull secret and its keyring.

    `name` and `namespace` are '' for a bare Docker configuration, which stands for any secret.
    """

    name: str
    namespace: str
    keyring: Keyring

    def matches(self, reference: Reference) -> tuple[str, ...]:
        """The keys that the kubelet tries for an image, in its order."""
        return self.keyring.matches(reference.domain, reference.path)

    def authorises(self, reference: Reference) -> bool:
        """True when a key that matches an image names a user."""
        return self.keyring.find(reference.domain, reference.path) is not None


def parse_secrets(name: str, text: str) -> tuple[Secret, ...]:
    """Read pull secrets.

    Takes a file's name for messages and its text: the JSON of a Docker configuration (config.json,
    or the older .dockercfg), or manifests with Secrets; objects of other kinds are passed over.
    Raises `ConfigError` for what the kubelet would refuse, and when there is no secret at all.
    """
    source = Source(name, text)
    content = _docker_config(source.text)
    if content is not None:
        try:
            return (Secret(name="", namespace="", keyring=keyring_of(content)),)
        except BadSecret as error:
            raise _bad(str(error), Position(file=name)) from None
    secrets = [secret for document in documents(source) for secret in _in_document(document)]
    if not secrets:
        message = "file holds no Docker configuration: expected one, or a Secret with one"
        raise _bad(message, Position(file=name))
    return tuple(secrets)


def _docker_config(text: str) -> dict[str, Any] | None:
    try:
        content = read_object(text, MAX_AUTH_FILE)
    except Foreign:
        return None
    return None if "apiVersion" in content else content


def _in_document(document: Document) -> Iterator[Secret]:
    try:
        tree = read(document.text)
        for mapping, resource, _ in objects(tree.root):
            if resource.kind == "Secret":
                fields = lookup(mapping, ("data", "stringData"))
                values = {it: _texts(slot) for it, slot in fields.items()}
                keyring = _of_secret(values.get("data", {}), values.get("stringData", {}))
                if keyring is not None:
                    yield Secret(name=resource.name, namespace=resource.namespace, keyring=keyring)
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


def _of_secret(data: Mapping[str, str], texts: Mapping[str, str]) -> Keyring | None:
    for name in (CONFIG_KEY, OLD_KEY):
        if name not in data and name not in texts:
            continue
        text = texts.get(name)
        try:
            octets = text if text is not None else _decoded(data[name])
            content = read_object(octets, MAX_AUTH_FILE)
        except Foreign as error:
            message = f"has no JSON object under `{name}`: it is {error}"
            raise BadSecret(message) from None
        return keyring_of_auths(content.get("auths") if name == CONFIG_KEY else content)
    return None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise Foreign("not base64") from None


def _bad(message: str, position: Position) -> ConfigError:
    return ConfigError(Problem(code="bad-secret", message=message, position=position))


def missing_hint(keys: Iterable[str]) -> str:
    """What to do about an image that no key covers."""
    known = ", ".join(shown(it) for it in sorted(set(keys))[:5]) or "none"
    return f"its keys are {known}; a key is a host with its port, and how a path begins"
