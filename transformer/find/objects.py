"""Documents to Kubernetes objects: lists are entered, what is not for us is named.

Entered are `kind: List`, typed lists such as `PodList` (whose items may leave out kind and
apiVersion) and `ResourceList` (KRM functions specification), whatever their apiVersion.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from collections.abc import Mapping as StringMapping
from types import MappingProxyType
from typing import TypeAlias

from transformer.find.structure import pod_specs
from transformer.model import Resource
from transformer.places.place import NEVER
from transformer.places.trie import wrong_type
from transformer.records import replace, shared
from transformer.yamltext.nodes import RepeatedKey, lookup, resolve, text_of, visible
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import RENDER_HINT, Collection, Mapping, Sequence, Slot

_NO_LABELS: StringMapping[str, str] = MappingProxyType({})

_HEADER = frozenset({"apiVersion", "kind", "metadata"})
_METADATA = frozenset({"name", "generateName", "namespace", "labels", "annotations"})

_FUNCTION = ("config.kubernetes.io/function", "config.k8s.io/function")
_LOCAL_CONFIG = "config.kubernetes.io/local-config"
# The file that an object is from, as kpt and `kustomize fn` note it.
PATHS = ("internal.config.kubernetes.io/path", "config.kubernetes.io/path")
_INDICES = ("internal.config.kubernetes.io/index", "config.kubernetes.io/index")

# kustomize renames objects first, and what refers to them after the functions have run.
_PREVIOUS_NAMES = "internal.config.kubernetes.io/previousNames"

# An object's mapping, who it is, and why it must be left alone ('' where it need not).
Object: TypeAlias = "tuple[Mapping, Resource, str]"

LEFT_ALONE = {
    "function-config": "configures a function",
    "local-config": "is local configuration, never applied to a cluster",
    "never-touched": "holds schemas, build instructions or a lock, not images to pull",
}


def objects(
    root: Slot | None,
    steps: Steps = (),
    api_version: str = "",
    kind: str = "",
    *,
    with_labels: bool = True,
    passed_over: Container[int] = (),
) -> Iterator[Object]:
    """The objects of a document, in order.

    Yields for each its mapping, who it is, and '' or the code (a key of `LEFT_ALONE`) of the
    reason why it must be left alone. A document that is no mapping, or names no kind, holds none.
    Takes its root, or another slot, the steps to that, and the version and kind of an object that
    does not name them; and which slots to pass over, by `id`.
    """
    if root is not None:
        yield from _objects(root, steps, api_version, kind, with_labels, passed_over)


def _objects(
    slot: Slot,
    steps: Steps,
    api_version: str,
    kind: str,
    with_labels: bool,
    passed_over: Container[int],
) -> Iterator[Object]:
    node = resolve(slot)
    if not isinstance(node, Mapping) or id(slot) in passed_over:
        return
    header = _header(node)
    kind = _identity(header, "kind", steps) or kind
    api_version = _identity(header, "apiVersion", steps) or api_version
    items = _items(node) if kind.endswith("List") else None
    if items is not None:
        item_kind = kind[:-4] if kind != "ResourceList" else ""
        for index, item in enumerate(items.children):
            at = (*steps, "items", index)
            yield from _objects(item, at, api_version, item_kind, with_labels, passed_over)
    # A kind may end in "List" and be an object all the same.
    is_object = items is None or (kind != "ResourceList" and _has_more(node))
    if kind and is_object:
        yield _object(node, header.get("metadata"), steps, api_version, kind, with_labels)


def _has_more(node: Mapping) -> bool:
    return any(key.value not in (*_HEADER, "items") for key in node.children[::2])


def _header(node: Mapping) -> dict[str, Slot]:
    # Two objects in one, where a `---` was forgotten: a warning, unless one of them holds pods.
    try:
        return lookup(node, _HEADER)
    except RepeatedKey:
        if next(pod_specs(node), None) is not None:
            raise
        return lookup(node, _HEADER, last_wins=True)


def _items(node: Mapping) -> Sequence | None:
    # A repeated list is an error: one of the two would be lost.
    slot = lookup(node, ("items",)).get("items")
    items = resolve(slot) if slot is not None else None
    return items if isinstance(items, Sequence) else None


def _identity(header: dict[str, Slot], key: str, steps: Steps) -> str:
    # Not knowing what an object is would be to miss its images in silence.
    slot = header.get(key)
    if slot is not None and isinstance(resolve(slot), Collection):
        fault = wrong_type((*steps, key), "a string", slot)
        fault.hint = RENDER_HINT
        raise fault
    return text_of(slot)


def _object(
    node: Mapping,
    metadata: Slot | None,
    steps: Steps,
    api_version: str,
    kind: str,
    with_labels: bool,
) -> tuple[Mapping, Resource, str]:
    meta_node = resolve(metadata) if metadata is not None else None
    meta = lookup(meta_node, _METADATA, last_wins=True) if isinstance(meta_node, Mapping) else {}
    resource = Resource(
        api_version=shared(api_version),
        kind=shared(kind),
        namespace=shared(text_of(meta.get("namespace"))),
        name=text_of(meta.get("name")) or text_of(meta.get("generateName")),
        steps=steps,
        labels=strings(meta.get("labels")) if with_labels else _NO_LABELS,
    )
    reason = "never-touched" if (resource.group, kind) in NEVER else ""
    if "annotations" in meta:
        return node, *_annotated(resource, reason, strings(meta["annotations"]))
    return node, resource, reason


def _annotated(
    resource: Resource, reason: str, annotations: dict[str, str]
) -> tuple[Resource, str]:
    if any(key in annotations for key in _FUNCTION):
        reason = "function-config"
    elif annotations.get(_LOCAL_CONFIG, "false") != "false":
        reason = "local-config"
    resource = replace(
        resource,
        path=_first(annotations, PATHS),
        index=_first(annotations, _INDICES),
        previous_names=tuple(filter(None, annotations.get(_PREVIOUS_NAMES, "").split(","))),
    )
    return resource, reason


def _first(annotations: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((annotations[key] for key in keys if key in annotations), "")


def strings(slot: Slot | None) -> dict[str, str]:
    """The string values of a mapping by their keys; empty when there is no mapping."""
    node = resolve(slot) if slot is not None else None
    if not isinstance(node, Mapping):
        return {}
    return {key.value or "": text_of(value) for key, value in visible(node)}
