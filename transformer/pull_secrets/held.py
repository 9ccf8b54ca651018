"""The pull secrets that a stream brings: Secrets, and objects of which a controller makes one.

    kind: Secret                      kind: ExternalSecret
    type: kubernetes.io/              spec: {target: {name: registry-pull}}
      dockerconfigjson

A ClusterExternalSecret brings one to each namespace that it names; which have the labels that it
selects is not known, but for the label that is the name.

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
from transformer.yamltext.tree import Sequence, Slot, SyntaxFault, read

SECRET = "Secret"

# Where the name of the Secret stands in an object of which a controller makes one.
MAKERS: Mapping[str, tuple[str, ...]] = {
    "ExternalSecret": ("spec", "target", "name"),
    "SealedSecret": ("spec", "template", "metadata", "name"),
    "VaultStaticSecret": ("spec", "destination", "name"),
}
CLUSTER = "ClusterExternalSecret"
# Kubernetes itself gives each namespace this label (well-known labels).
_NAME_LABEL = "kubernetes.io/metadata.name"


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
            elif resource.kind == CLUSTER:
                yield from _of_cluster(mapping, resource)
    except SyntaxFault:
        return


def _of_cluster(mapping: MappingNode, resource: Resource) -> Iterator[Resource]:
    spec = ("spec", "externalSecretSpec", "target", "name")
    name = _at(mapping, spec) or _at(mapping, ("spec", "externalSecretName")) or resource.name
    selectors = _items(_below(mapping, ("spec", "namespaceSelectors")))
    namespaces = [text_of(it) for it in _items(_below(mapping, ("spec", "namespaces")))]
    namespaces += (_at(it, ("matchLabels", _NAME_LABEL)) for it in selectors)
    for namespace in filter(None, namespaces):
        yield replace(resource, name=name, namespace=namespace)


def _at(slot: Slot, steps: Iterable[str]) -> str:
    return text_of(_below(slot, steps))


def _below(slot: Slot, steps: Iterable[str]) -> Slot | None:
    for step in steps:
        node = resolve(slot)
        found = lookup(node, (step,), last_wins=True) if isinstance(node, MappingNode) else {}
        if step not in found:
            return None
        slot = found[step]
    return slot


def _items(slot: Slot | None) -> list[Slot]:
    node = resolve(slot) if slot is not None else None
    return list(node.children) if isinstance(node, Sequence) else []
