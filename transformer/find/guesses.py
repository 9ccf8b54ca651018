"""Images by what is around them, in places that no table knows.

    workers: [{name: web, image: "quay.io/acme/web:1.0"}]        a list of names and images
    runPod: {image: "quay.io/acme/job:1.0", command: [run]}      what runs like a container
    volumes: [{name: a, image: {reference: "quay.io/acme/a:1"}}] an image volume

Only what is written out with a tag or a digest is one. The `status` of an object holds none.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from transformer.find.forms import enter_hit
from transformer.find.holders import note_pods
from transformer.find.name_lists import FieldItems, secret_field
from transformer.find.search import Gathering, sibling
from transformer.image.reference import name_of
from transformer.model import Pod, Resource, SecretField
from transformer.places.known_strings import is_full_reference
from transformer.places.names import meaning
from transformer.places.place import CONTAINER_LISTS, PULL_SECRETS, VOLUMES, Place
from transformer.places.trie import Hit
from transformer.records import record, replace
from transformer.yamltext.nodes import resolve, text_of, visible
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import Collection, Mapping, Slot, SyntaxFault

# What nothing but a container has beside its image, or a pod: its list of secrets may be one that a
# run has added, and an image must not come to light by that.
_OF_CONTAINERS = frozenset(
    {"args", "command", "env", "envFrom", "imagePullPolicy", PULL_SECRETS, "volumeMounts"}
    | {*CONTAINER_LISTS}
)


@record
class Guess:
    """An image that nobody knows: its slot, the mapping that it is in, and the steps to that.

    `container` has the name and the strings of a container. `secrets` is the nearest mapping around
    it with a list of pull secrets.
    """

    owner: Mapping
    slot: Slot
    at: Steps
    key: str = "image"
    container: Mapping | None = None
    secrets: tuple[Mapping, Steps] | None = None


def guesses(mapping: Mapping, ignored: Container[str]) -> Iterator[Guess]:
    """Search an object, but for what its `ignored` keys hold.

    Aliases and merge keys are followed: the bound on their expansion must have been checked.
    """
    stack: list[tuple[Slot, Steps, tuple[Mapping, Steps] | None]] = [(mapping, (), None)]
    while stack:
        slot, at, secrets = stack.pop()
        node = resolve(slot)
        if isinstance(node, Mapping):
            pairs = dict(_texts(node))
            secrets = (node, at) if PULL_SECRETS in pairs else secrets
            yield from _at(node, pairs, at, secrets)
            inner = [
                (value, (*at, key)) for key, value in pairs.items() if at or key not in ignored
            ]
        elif isinstance(node, Collection):
            inner = [(item, (*at, index)) for index, item in enumerate(node.children)]
        else:
            continue
        stack += ((it, steps, secrets) for it, steps in reversed(inner))


def _at(
    node: Mapping, pairs: dict[str, Slot], at: Steps, secrets: tuple[Mapping, Steps] | None
) -> Iterator[Guess]:
    slot = pairs.get("image")
    image = resolve(slot) if slot is not None else None
    listed = str(at[-2]) if len(at) > 1 and isinstance(at[-1], int) else ""
    if isinstance(image, Mapping) and listed == VOLUMES:
        reference = dict(_texts(image)).get("reference")
        if reference is not None and _is_whole(reference):
            yield Guess(owner=image, slot=reference, at=(*at, "image"), key="reference")
    elif slot is not None and _is_whole(slot) and _is_container(pairs, listed):
        yield Guess(owner=node, slot=slot, at=at, container=node, secrets=secrets)


def _texts(node: Mapping) -> Iterator[tuple[str, Slot]]:
    return ((key.value, value) for key, value in visible(node) if key.value is not None)


def _is_whole(slot: Slot) -> bool:
    text = text_of(slot)
    return name_of(text) != text and is_full_reference(text, "image")


def _is_container(pairs: dict[str, Slot], listed: str) -> bool:
    if meaning(listed) == "other":
        return False
    return bool(listed and text_of(pairs.get("name"))) or not _OF_CONTAINERS.isdisjoint(pairs)


def enter_guesses(
    search: Gathering,
    mapping: Mapping,
    resource: Resource,
    ignored: Container[str],
    left: Sequence[Steps],
) -> None:
    """Note the images of an object that are where nobody knows of any.

    Takes the object's mapping, who it is, its keys to pass over, and the steps to what is no image.
    """
    known = [*search.pods, *(it for it in search.found.pods if it.resource is resource)]
    for it in guesses(mapping, ignored):
        steps = (*it.at, it.key)
        if any(steps[: len(them)] == them for them in left):
            continue
        before = len(search.found.sites)
        name = text_of(sibling(it.owner, "name"))
        search.image(it.owner, it.slot, resource, steps, None, name, by_structure=True)
        if it.container is not None and search.strings is not None:
            _enter_strings(search, it.container, resource, it.at)
        sites = search.found.sites
        pods = _pods_around(known, it) if search.with_pods else ()
        holder = _secrets(search, resource, it.secrets) if search.with_pods and not pods else None
        note_pods(search.found, pods)
        sites[before:] = [
            replace(site, container=name, by_structure=True, holder=holder, pods=pods)
            for site in sites[before:]
        ]


_VERSION = r"""["']?apiVersion["']?[ ]*:"""
_KIND = r"""["']?kind["']?[ ]*:"""
_MANIFEST = Place(group="", kind="ConfigMap", path="data{}", form="document", origin="shape")


def enter_manifests(search: Gathering, mapping: Mapping, resource: Resource) -> None:
    """Note the values of a ConfigMap that are whole objects with pods in them."""
    try:
        data = sibling(mapping, "data")
    except SyntaxFault:
        # A repeated key is told as a warning: what is only guessed fails no run.
        return
    node = resolve(data) if data is not None else None
    if not isinstance(node, Mapping):
        return
    for key, slot in _texts(node):
        if _is_manifest(text_of(slot)):
            hit = Hit(place=_MANIFEST, parent=node, slot=slot, steps=("data", key))
            enter_hit(search, hit, mapping, resource)


def _is_manifest(text: str) -> bool:
    if "containers" not in text:
        return False
    # JSON has its keys anywhere, YAML at the beginning of lines.
    if text.lstrip().startswith("{"):
        return bool(re.search(_VERSION, text) and re.search(_KIND, text))
    return bool(re.search(f"(?m)^{_VERSION}", text) and re.search(f"(?m)^{_KIND}", text))


def _enter_strings(search: Gathering, container: Mapping, resource: Resource, at: Steps) -> None:
    from transformer.find.strings import container_strings

    try:
        container_strings(search, container, resource, at)
    except SyntaxFault as fault:
        search.pass_by(fault, resource, at)


def _pods_around(pods: Sequence[Pod], guess: Guess) -> tuple[Pod, ...]:
    # The nearest pod that a guess is in, whether it has a list of secrets yet or not.
    around = [it for it in pods if guess.at[: len(it.steps)] == it.steps]
    nearest = max(around, key=lambda it: len(it.steps), default=None)
    if nearest is None or (guess.secrets and len(guess.secrets[1]) > len(nearest.steps)):
        return ()
    return (nearest,)


def _secrets(
    search: Gathering, resource: Resource, around: tuple[Mapping, Steps] | None
) -> SecretField | None:
    if around is None:
        return None
    owner, at = around
    forms: tuple[FieldItems, ...] = ("objects", "strings")
    for items in forms:
        try:
            return secret_field(
                search.spots, search.document, resource, owner, (PULL_SECRETS,), at, items
            )
        except SyntaxFault:
            continue
    return None
