"""Images in the strings of pods: environment variables, arguments and annotations.

    env: [{name: OPERAND_IMAGE, value: "quay.io/acme/operand:1.0"}]
    args: ["--reloader=quay.io/acme/reloader:1.0", --helper-image, "quay.io/acme/helper:1.0"]

Which of them name images is known by their exact names, from the catalogue, or by the globs of the
configuration's `strings`. A value that does not look like an image is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.find.search import Gathering, sibling
from transformer.find.string_sites import add_strings, enter_string
from transformer.image.reference import looks_like_image
from transformer.model import Resource
from transformer.places.place import Place
from transformer.places.trie import Hit
from transformer.yamltext.nodes import resolve, text_of
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import Collection, Sequence, Slot


def container_strings(
    search: Gathering, container: Collection, resource: Resource, at: Steps
) -> None:
    """Note the images in the variables and arguments of a container."""
    assert search.strings is not None
    env = sibling(container, "env")
    for index, item in _items(env):
        owner = resolve(item)
        name = text_of(sibling(owner, "name") if isinstance(owner, Collection) else None)
        place = search.strings.env.get(name) if name else None
        value = sibling(owner, "value") if place and isinstance(owner, Collection) else None
        if place is not None and value is not None:
            assert isinstance(owner, Collection)
            _enter(search, place, owner, value, resource, (*at, "env", index, "value"))
    for key in ("command", "args"):
        slot = sibling(container, key)
        if slot is not None:
            _arguments(search, slot, resource, (*at, key))


def holds_known(search: Gathering, container: Slot) -> bool:
    """Whether anything in a container has the name of a variable or flag that is known."""
    assert search.strings is not None
    stack = [container]
    while stack:
        node = resolve(stack.pop())
        if isinstance(node, Collection):
            stack += node.children
        elif search.strings.env.get(node.value) or search.strings.args.get(_flag(node.value)):
            return True
    return False


def _flag(text: str) -> str:
    return text.partition("=")[0]


def _items(slot: Slot | None) -> Iterator[tuple[int, Slot]]:
    node = resolve(slot) if slot is not None else None
    if isinstance(node, Sequence):
        yield from enumerate(node.children)


def _arguments(search: Gathering, slot: Slot, resource: Resource, at: Steps) -> None:
    assert search.strings is not None
    owner = resolve(slot)
    before: Place | None = None
    for index, item in _items(slot):
        assert isinstance(owner, Sequence)
        text = text_of(item)
        if before is not None:
            _enter(search, before, owner, item, resource, (*at, index))
            before = None
        elif text.startswith("-"):
            flag, equals, _ = text.partition("=")
            place = search.strings.args.get(flag)
            if place is not None and equals:
                start = len(flag) + 1
                _enter(search, place, owner, item, resource, (*at, index), start)
            else:
                before = place


def _enter(
    search: Gathering,
    place: Place,
    owner: Collection,
    slot: Slot,
    resource: Resource,
    at: Steps,
    start: int = 0,
) -> None:
    value = text_of(slot)
    hit = Hit(place=place, parent=owner, slot=slot, steps=at)
    if place.form == "pairs":
        enter_string(search, hit, resource)
        return
    end = len(value.rstrip("\n"))
    is_image = looks_like_image(value[start:end])
    if (is_image or place.form != "image") and search.text(slot, resource, at) is not None:
        add_strings(search, hit, resource, value, [(start, end)])
