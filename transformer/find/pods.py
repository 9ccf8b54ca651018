"""Pod specs: the images of their containers and image volumes, and their pull secrets."""

from __future__ import annotations

from transformer.find.name_lists import name_list
from transformer.find.search import Gathering
from transformer.model import Pod, Resource
from transformer.places.place import CONTAINER_LISTS, PULL_SECRETS, VOLUMES
from transformer.places.trie import wrong_type
from transformer.records import replace, shared
from transformer.yamltext.nodes import is_null, lookup, resolve, text_of
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import Mapping, Slot, SyntaxFault

_POD_KEYS = frozenset(
    {*CONTAINER_LISTS, VOLUMES, PULL_SECRETS, "serviceAccountName", "serviceAccount"}
)
_CONTAINER_KEYS = frozenset({"name", "image"})


def pod_spec(
    search: Gathering, slot: Slot, resource: Resource, at: Steps, *, by_structure: bool = False
) -> None:
    """Note the images of a pod spec, and the pod itself when it has any.

    Takes its slot and the steps from the object. Raises `SyntaxFault` where it, or what it holds,
    is of another type.
    """
    node = resolve(slot)
    if is_null(slot):
        return
    if not isinstance(node, Mapping):
        raise wrong_type(at, "a mapping", slot)
    search.enter(resource, at)
    keys = lookup(node, _POD_KEYS)
    pod = _pod(search, node, keys, resource, at, by_structure) if search.with_pods else None
    if pod is not None and not by_structure:
        search.pods.append(pod)
    before = len(search.found.sites)
    is_pod_spec = True
    for key, value in keys.items():
        try:
            if key in CONTAINER_LISTS:
                containers(search, value, resource, (*at, key), pod, by_structure=by_structure)
            elif key == VOLUMES:
                _volumes(search, value, resource, pod, (*at, key), by_structure)
        except SyntaxFault as fault:
            _pass_by(search, fault, resource, at, by_structure)
            is_pod_spec = False
    if not is_pod_spec:
        _leave_pod(search, before)
    elif pod is not None and len(search.found.sites) > before:
        search.found.pods.append(pod)


def _pass_by(
    search: Gathering, fault: SyntaxFault, resource: Resource, at: Steps, by_structure: bool
) -> None:
    # What only looks like a pod spec may have fields of other types.
    if not by_structure or fault.code != "wrong-type":
        raise fault
    search.pass_by(fault, resource, at)


def _leave_pod(search: Gathering, before: int) -> None:
    # What is no pod spec has no pull secrets of one.
    sites = search.found.sites
    sites[before:] = [replace(site, pod=None) for site in sites[before:]]


def _pod(
    search: Gathering,
    node: Mapping,
    keys: dict[str, Slot],
    resource: Resource,
    at: Steps,
    by_structure: bool,
) -> Pod | None:
    try:
        secrets = name_list(search.spots, node, at)
    except SyntaxFault as fault:
        _pass_by(search, fault, resource, at, by_structure)
        return None
    return Pod(
        document=search.document,
        resource=resource,
        steps=shared(at),
        account=shared(
            text_of(keys.get("serviceAccountName")) or text_of(keys.get("serviceAccount"))
        ),
        secrets=secrets,
    )


def containers(
    search: Gathering,
    slot: Slot,
    resource: Resource,
    at: Steps,
    pod: Pod | None = None,
    *,
    by_structure: bool = False,
) -> None:
    """Note the images of a list of containers. Raises `SyntaxFault` where it is none."""
    for index, item in search.items(slot, at):
        keys = lookup(item, _CONTAINER_KEYS)
        name = text_of(keys.get("name"))
        if "image" in keys:
            steps = (*at, index, "image")
            search.image(item, keys["image"], resource, steps, pod, name, by_structure)
        if search.strings is not None:
            _strings(search, item, resource, (*at, index), pod, name, by_structure)


def _strings(
    search: Gathering,
    container: Mapping,
    resource: Resource,
    at: Steps,
    pod: Pod | None,
    name: str,
    by_structure: bool,
) -> None:
    from transformer.find.strings import container_strings, holds_known

    sites = search.found.sites
    before = len(sites)
    try:
        container_strings(search, container, resource, at)
    except SyntaxFault:
        # Whether strings are looked at depends on all of the text, also on what a run writes.
        if holds_known(search, container):
            raise
    sites[before:] = [
        replace(site, pod=pod, container=name, by_structure=by_structure) for site in sites[before:]
    ]


def _volumes(
    search: Gathering,
    slot: Slot,
    resource: Resource,
    pod: Pod | None,
    at: Steps,
    by_structure: bool,
) -> None:
    for index, item in search.items(slot, at):
        image = lookup(item, ("image",)).get("image")
        source = resolve(image) if image is not None else None
        if isinstance(source, Mapping):
            reference = lookup(source, ("reference",)).get("reference")
            if reference is not None:
                steps = (*at, index, "image", "reference")
                search.image(source, reference, resource, steps, pod, "", by_structure)
