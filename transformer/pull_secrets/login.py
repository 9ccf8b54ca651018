"""Secrets for the kubelet, made of the credentials of a login.

    apiVersion: v1
    kind: Secret
    metadata: {name: registry-pull, namespace: shop}
    type: kubernetes.io/dockerconfigjson
    data: {.dockerconfigjson: <base64 of {"auths": {"registry.example.com": {"auth": ...}}}>}

Specification: kubernetes.io/docs/concepts/configuration/secret, "Docker config Secrets".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from transformer.image.reference import HUB, Reference
from transformer.pull_secrets.needs import Need
from transformer.pull_secrets.secrets import CONFIG_KEY
from transformer.registry import Credential
from transformer.registry.http.urls import HUB_KEY
from transformer.yamltext.json_text import json_text

# An image's repository, and who may pull it.
Login: TypeAlias = "tuple[Reference, Credential]"


def secret_text(need: Need, logins: Sequence[Login]) -> str:
    """The Secret that opens what is needed, as a YAML document.

    Takes the repositories, each with a user name and a password. They are in the text.
    """
    content = {"auths": {key: _entry(it) for key, it in sorted(_keys(logins).items())}}
    data = base64.b64encode(json.dumps(content).encode()).decode()
    place = f"  namespace: {json_text(need.namespace)}\n" if need.namespace else ""
    return (
        f"---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {json_text(need.name)}\n{place}"
        f"type: kubernetes.io/dockerconfigjson\ndata:\n  {CONFIG_KEY}: {data}\n"
    )


def _keys(logins: Sequence[Login]) -> Mapping[str, Credential]:
    # One key for a host, unless its repositories are of different users.
    hosts: dict[str, dict[str, Credential]] = {}
    for reference, credential in logins:
        hosts.setdefault(reference.domain, {})[reference.name] = credential
    keys: dict[str, Credential] = {}
    for host, names in hosts.items():
        if len(set(names.values())) > 1:
            keys |= names
        else:
            keys[HUB_KEY if host == HUB else host] = next(iter(names.values()))
    return keys


def _entry(credential: Credential) -> dict[str, str]:
    if ":" in credential.username:
        # The pair would be cut at the first colon.
        return {"username": credential.username, "password": credential.password}
    return {"auth": credential.basic.removeprefix("Basic ")}
