"""The pull secrets that a stream brings: Secrets, and objects of which a controller makes one.

    kind: Secret                      kind: ExternalSecret
    type: kubernetes.io/              spec: {target: {name: registry-pull}}
      dockerconfigjson

Specifications: external-secrets.io (v1), bitnami.com SealedSecret (v1alpha1), and Vault's secrets
operator (v1beta1). Where the field for the name is absent, the Secret is called like the object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from transformer.find.objects import objects
from transformer.model import Resource
from transformer.places.place import PULL_SECRET_TYPES
from transformer.records import replace
from transformer.yamltext.documents import Document
from transformer.yamltext.nodes import lookup, resolve, text_of
from transformer.yamltext.tree import Mapping as MappingNode
from transformer.yamltext.tree import Slot, SyntaxFault, read

SECRET = "Secret"

# Where the name of the Secret stands in an object of which a controller makes one.
MAKERS: Mapping[str, tuple[str, ...]] = {
    "ExternalSecret": ("spec", "target", "name"),
    "SealedSecret": ("spec", "template", "metadata", "name"),
    "VaultStaticSecret": ("spec", "destination", "name"),
}


def held_secrets(documents: Iterable[Document]) -> list[Resource]:
    """What brings a pull secret, each with the name of the Secret, in the order of the documents.

    Of what a controller makes the type is not looked at. A document that cannot be read holds none.
    """
    return [it for document in documents for it in _in_document(document.text)]


def _in_document(text: str) -> Iterator[Resource]:
    if SECRET not in text:
        return
    try:
        for mapping, resource, _ in objects(read(text).root, with_labels=False):
            if resource.kind == SECRET:
                kind = lookup(mapping, ("type",), last_wins=True).get("type")
                if text_of(kind) in PULL_SECRET_TYPES:
                    yield resource
            elif resource.kind in MAKERS:
                name = _at(mapping, MAKERS[resource.kind])
                yield replace(resource, name=name or resource.name)
    except SyntaxFault:
        return


def _at(mapping: MappingNode, steps: Iterable[str]) -> str:
    slot: Slot = mapping
    for step in steps:
        node = resolve(slot)
        found = lookup(node, (step,), last_wins=True) if isinstance(node, MappingNode) else {}
        if step not in found:
            return ""
        slot = found[step]
    return text_of(slot)
