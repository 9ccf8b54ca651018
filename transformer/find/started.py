"""Where the pull secrets stand of the pods that a program starts from its strings.

    env:
    - {name: STRIMZI_DEFAULT_KAFKA_INIT_IMAGE, value: "quay.io/strimzi/operator:0.48.0"}
    - {name: STRIMZI_IMAGE_PULL_SECRETS, value: "own,more"}

The catalogue knows the variable or flag by its name; of other programs one is only named that says
so: `--image-pull-secret`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from transformer.find.search import Gathering, sibling
from transformer.model import Resource, SecretField, Started
from transformer.places.place import Place
from transformer.records import record
from transformer.yamltext.edit import ListSpot, NameList
from transformer.yamltext.nodes import resolve, text_of
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import Collection, Sequence, Slot

_says_secrets = re.compile(r"image[-_]?pull[-_]?secrets?$", re.IGNORECASE).search
_are_names = re.compile(r"(?:[a-z0-9][a-z0-9.-]*(?:,[a-z0-9][a-z0-9.-]*)*)?").fullmatch


@record
class _Setting:
    """A variable or flag with its value, which stands behind `before` in a scalar."""

    name: str
    owner: Collection
    slot: Slot
    at: Steps
    before: str = ""


def started(
    search: Gathering, place: Place, container: Collection, resource: Resource, at: Steps
) -> Started:
    """What is known of the pods that a string of a container is for, by the place of the string."""
    if place.secrets_at:
        return Started(at=place.secrets_at)
    for it in _settings(container, at):
        if it.name == place.secrets_in:
            field = _field(search, it, resource)
            return Started(secrets=field, at=_named(it.name), names=_names(it))
        if not place.secrets_in and _says_secrets(it.name):
            return Started(at=_named(it.name), names=_names(it))
    return Started(at=_named(place.secrets_in) if place.secrets_in else "")


def _named(name: str) -> str:
    return f"the flag `{name}`" if name.startswith("-") else f"the variable `{name}`"


def _settings(container: Collection, at: Steps) -> Iterator[_Setting]:
    for index, item in _items(sibling(container, "env")):
        owner = resolve(item)
        value = sibling(owner, "value") if isinstance(owner, Collection) else None
        if value is not None and isinstance(owner, Collection):
            name = text_of(sibling(owner, "name"))
            yield _Setting(name=name, owner=owner, slot=value, at=(*at, "env", index, "value"))
    for key in ("command", "args"):
        yield from _flags(sibling(container, key), (*at, key))


def _flags(slot: Slot | None, at: Steps) -> Iterator[_Setting]:
    before = ""
    for index, item in _items(slot):
        assert slot is not None
        owner, text = resolve(slot), text_of(item)
        assert isinstance(owner, Collection)
        name, equals, _ = text.partition("=")
        if before and not text.startswith("-"):
            yield _Setting(name=before, owner=owner, slot=item, at=(*at, index))
        elif equals and text.startswith("-"):
            yield _Setting(name=name, owner=owner, slot=item, at=(*at, index), before=f"{name}=")
        before = text if text.startswith("-") and not equals else ""


def _items(slot: Slot | None) -> Iterator[tuple[int, Slot]]:
    node = resolve(slot) if slot is not None else None
    if isinstance(node, Sequence):
        yield from enumerate(node.children)


def _value(it: _Setting) -> str:
    return text_of(it.slot).removeprefix(it.before)


def _names(it: _Setting) -> tuple[str, ...]:
    return tuple(filter(None, _value(it).split(",")))


def _field(search: Gathering, it: _Setting, resource: Resource) -> SecretField | None:
    value = _value(it)
    if isinstance(resolve(it.slot), Collection):
        return None
    spot = search.spots.spot(it.owner, it.slot)
    # A flag takes one name, for all that is known.
    if it.name.startswith("-") and value:
        return None
    # What has no characters of its own, or lines, is not written over.
    if not _are_names(value) or spot.style in ("|", ">") or spot.start == spot.end:
        return None
    secrets = NameList(
        names=_names(it),
        spot=ListSpot(layout="value", spot=spot),
        items="commas",
        before=it.before,
    )
    return SecretField(document=search.document, resource=resource, steps=it.at, secrets=secrets)
