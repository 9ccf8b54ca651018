"""Where custom resources hold names of pull secrets: a field of their own, in one of four forms.

    imagePullSecrets:    pullSecrets:    pullSecret: a    pullSecretRef:
    - name: a            - a                                name: a

These are called objects, strings, string and object. An object is looked at as the string that is
its name, in a mapping that may be missing like any other around a field.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from transformer.model import Resource, SecretField
from transformer.places.place import PULL_SECRETS
from transformer.places.trie import wrong_type
from transformer.yamltext.documents import Document
from transformer.yamltext.edit import ListSpot, NameItems, NameList
from transformer.yamltext.nodes import is_null, lookup, resolve, text_of
from transformer.yamltext.path import Steps
from transformer.yamltext.spots import (
    Spots,
    absent_spot,
    empty_spot,
    nothing_spot,
    null_spot,
    present_spot,
)
from transformer.yamltext.tree import Mapping, Sequence, Slot

FieldItems: TypeAlias = "NameItems | Literal['object']"


def secret_field(
    spots: Spots,
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
    secrets = name_field(spots, owner, keys, at, items, anchor_key)
    return SecretField(document=document, resource=resource, steps=(*at, *keys), secrets=secrets)


def name_list(spots: Spots, owner: Mapping, at: Steps, anchor_key: str = "") -> NameList:
    """The `imagePullSecrets` of a pod spec or service account, and how to add to them.

    Takes its mapping, and the steps to it. What is absent goes before `anchor_key`, or before the
    first key. Raises `SyntaxFault` when there is something that is not a list of mappings.
    """
    return name_field(spots, owner, (PULL_SECRETS,), at, "objects", anchor_key)


def name_field(
    spots: Spots,
    owner: Mapping,
    keys: tuple[str, ...],
    at: Steps,
    items: NameItems,
    anchor_key: str = "",
) -> NameList:
    """The names of pull secrets at `keys` below a mapping, and how to add to them.

    Takes the mapping, the steps to it, and how the names are written. What is absent goes before
    `anchor_key`, or before the first key. Raises `SyntaxFault` when something else stands there or
    on the way.
    """
    key = keys[0]
    slot = lookup(owner, (key,)).get(key)
    if slot is None:
        return NameList(
            names=(), spot=absent_spot(spots, owner, anchor_key), keys=keys, items=items
        )
    rest, at = keys[1:], (*at, key)
    if is_null(slot):
        return NameList(names=(), spot=null_spot(spots, owner, slot), keys=rest, items=items)
    if not rest:
        read = _string if items == "string" else _list
        return read(spots, owner, slot, at, items)
    node = resolve(slot)
    if not isinstance(node, Mapping):
        raise wrong_type(at, "a mapping", slot)
    if not node.children:
        return NameList(names=(), spot=empty_spot(spots, owner, node), keys=rest, items=items)
    return name_field(spots, node, rest, at, items)


def _string(spots: Spots, owner: Mapping, slot: Slot, at: Steps, items: NameItems) -> NameList:
    value = slot.value
    if value is None:
        raise wrong_type(at, "a string", slot)
    spot = spots.spot(owner, slot)
    # Without characters of its own a value cannot be told from what adorns it.
    is_supported = spot.start < spot.end and spot.style not in ("|", ">")
    layout = "value" if is_supported else "unsupported"
    names = (value,) if value else ()
    return NameList(names=names, spot=ListSpot(layout=layout, spot=spot), items=items)


def _list(spots: Spots, owner: Mapping, slot: Slot, at: Steps, items: NameItems) -> NameList:
    node = resolve(slot)
    if isinstance(node, Mapping) and node is slot and not node.children:
        # Nothing at all, as templates write what is absent.
        return NameList(names=(), spot=nothing_spot(spots, owner, node), items=items)
    if not isinstance(node, Sequence):
        raise wrong_type(at, "a list", slot)
    read = _name_in_object if items == "objects" else _name_alone
    names = (
        "" if is_null(item) else read(item, (*at, index))
        for index, item in enumerate(node.children)
    )
    return NameList(names=tuple(names), spot=present_spot(spots, owner, node), items=items)


def _name_in_object(item: Slot, at: Steps) -> str:
    entry = resolve(item)
    if not isinstance(entry, Mapping):
        raise wrong_type(at, "a mapping", item)
    return text_of(lookup(entry, ("name",)).get("name"))


def _name_alone(item: Slot, at: Steps) -> str:
    if item.value is None:
        raise wrong_type(at, "a string", item)
    return item.value
