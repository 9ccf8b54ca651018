"""Where custom resources hold names of pull secrets: a field of their own, in one of four forms.

    imagePullSecrets:    pullSecrets:    pullSecret: a    pullSecretRef:
    - name: a            - a                                name: a

These are called objects, strings, string and object. An object is looked at as the string that is
its name, in a mapping that may be missing like any other around a field.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from transformer.edit_records import NameItems
from transformer.model import Resource, SecretField
from transformer.source import Document
from transformer.spots import Places, name_field
from transformer.steps import Steps
from transformer.tree import Mapping

FieldItems: TypeAlias = "NameItems | Literal['object']"


def secret_field(
    places: Places,
    document: Document,
    resource: Resource,
    owner: Mapping,
    keys: tuple[str, ...],
    at: Steps = (),
    items: FieldItems = "objects",
) -> SecretField:
    """A custom resource's field for pull secrets, at `keys` below one of its mappings.

    Takes the mapping, the steps from the resource to it, at least one key, and what the field
    holds. The field need not be there, nor the mappings on the way to it. Raises `SyntaxFault` when
    something else stands there or on the way.
    """
    if items == "object":
        keys, items = (*keys, "name"), "string"
    # The first key of a whole object is its version.
    anchor_key = "" if at else "metadata"
    secrets = name_field(places, owner, keys, at, items, anchor_key)
    return SecretField(document=document, resource=resource, steps=(*at, *keys), secrets=secrets)
