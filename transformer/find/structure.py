"""Pod specs by their structure, in kinds that no table knows.

A mapping whose `containers` lists a mapping with a `name` and an `image` is taken for one. The
`status` of an object is what a controller saw, and holds none.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from transformer.places.place import CONTAINER_LISTS, VOLUMES
from transformer.yamltext.nodes import (
    RepeatedKey,
    lookup,
    offset_of,
    repeated_keys,
    resolve,
    visible,
)
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import Collection, Mapping, Sequence, Slot, SyntaxFault

_POD_KEYS = frozenset({*CONTAINER_LISTS, VOLUMES})
_CONTAINER_KEYS = ("name", "image")


# A key whose value may be a reference with a tag or digest, or is written in another way.
_KEY = r"""["']?[ \t]*:[ \t\r\n]*(["']?[A-Za-z0-9][\w./-]*[:@]|[&*!|>])"""


def likely_images(text: str) -> list[int]:
    """Where values stand in a text that may be images by their keys: offsets, in order."""
    offsets = [found.start(1) for found in re.finditer("image" + _KEY, text)]
    if VOLUMES in text:
        offsets += (found.start(1) for found in re.finditer("reference" + _KEY, text))
    return sorted(offsets)


def may_hold_manifest(text: str) -> bool:
    """Whether a ConfigMap's text, which names its own version and kind, may hold another object."""
    return text.count("apiVersion") > 1 and "containers" in text


def pod_specs(
    mapping: Mapping, ignored: Container[str] = ("status",)
) -> Iterator[tuple[Mapping, Steps]]:
    """Search an object, but for what its `ignored` keys hold.

    Yields every mapping in it that looks like a pod spec, with the steps that lead to it, in the
    order of the text. Aliases and merge keys are followed: the bound on their expansion must have
    been checked (`nodes.count_uses`). Raises `RepeatedKey` where a key on the way to one is
    repeated.
    """
    yield from _search(mapping, ignored)


def _search(top: Slot, ignored: Container[str]) -> Iterator[tuple[Mapping, Steps]]:
    stack: list[tuple[Slot, Steps]] = [(top, ())]
    while stack:
        slot, at = stack.pop()
        node = resolve(slot)
        if isinstance(node, Mapping):
            is_pod_spec = looks_like_pod_spec(node)
            if is_pod_spec:
                yield node, at
            _refuse_repeated_keys(node)
            stack += reversed(_inner(node, at, is_pod_spec, ignored))
        elif isinstance(node, Sequence):
            items = [(item, (*at, index)) for index, item in enumerate(node.children)]
            stack += reversed(items)


def _refuse_repeated_keys(node: Mapping) -> None:
    keys = node.children[::2]
    if len({key.value for key in keys}) == len(keys):
        return
    for first, second in repeated_keys(node):
        children = zip(node.children[::2], node.children[1::2], strict=True)
        values = [value for key, value in children if key.value == second.value]
        if any(next(_search(value, ()), None) is not None for value in values):
            raise RepeatedKey(second.value or "", offset_of(first), offset_of(second))


def _inner(
    node: Mapping, at: Steps, is_pod_spec: bool, ignored: Container[str]
) -> list[tuple[Slot, Steps]]:
    inner: list[tuple[Slot, Steps]] = []
    for key, value in visible(node):
        name = key.value
        if name is None or (not at and name in ignored):
            continue
        if not (is_pod_spec and name in _POD_KEYS) and isinstance(resolve(value), Collection):
            inner.append((value, (*at, name)))
    return inner


def looks_like_pod_spec(node: Mapping) -> bool:
    """True for a mapping whose `containers` lists a mapping with a `name` and an `image`."""
    items = resolve(_peek(node, "containers"))
    return isinstance(items, Sequence) and any(_is_container(item) for item in items.children)


def _is_container(item: Slot) -> bool:
    entry = resolve(item)
    return isinstance(entry, Mapping) and all(
        not isinstance(resolve(_peek(entry, key)), Collection) for key in _CONTAINER_KEYS
    )


def _peek(node: Mapping, key: str) -> Slot:
    # What cannot be read by key looks like nothing: the node itself, which is no scalar.
    try:
        return lookup(node, (key,), last_wins=True).get(key, node)
    except SyntaxFault:
        return node
