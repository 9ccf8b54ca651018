"""Whether a place of the catalogue is in a schema, and of the type that its form asks for.

A schema may say nothing of what is in a field (`x-kubernetes-preserve-unknown-fields`, an object
without properties): whatever is looked for below it may be there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, TypeAlias

from tools.catalogue.definitions import Schema
from transformer.places.place import (
    CONTAINER_LISTS,
    PULL_SECRETS,
    VOLUMES,
    Form,
    Items,
    Place,
    part_steps,
)
from transformer.records import record
from transformer.yamltext.path import EACH, EVERY, Step, Steps

# The field is there, the schema does not say, it has another type, or it is not there.
Answer: TypeAlias = Literal["there", "open", "other", "gone"]

_BEST: tuple[Answer, ...] = ("there", "open", "other", "gone")
_JUNCTORS = ("allOf", "anyOf", "oneOf")
_POD_KEYS = (*CONTAINER_LISTS, PULL_SECRETS, VOLUMES)

# The types that a form can make something of: none where any will do.
_TYPES: dict[Form, tuple[str, ...]] = {
    "image": ("string",),
    "uri": ("string",),
    "repository": ("string",),
    "registry": ("string",),
    "pairs": ("string",),
    "keys": ("object",),
    "document": ("string", "object"),
}
_SECRETS: dict[Items, tuple[Steps, tuple[str, ...]]] = {
    "objects": ((EACH, "name"), ("string",)),
    "strings": ((EACH,), ("string",)),
    "string": ((), ("string",)),
    "object": (("name",), ("string",)),
}


@record
class _Wanted:
    """Paths of which one must be there, and the types that it may have."""

    paths: tuple[Steps, ...]
    types: tuple[str, ...] = ()


def answer(place: Place, schema: Schema) -> Answer:
    """What a schema says of a place: the worst of what it says of its parts."""
    answers = [
        min((resolve(schema, it, wanted.types) for it in wanted.paths), key=_BEST.index)
        for wanted in _wanted(place)
    ]
    return max(answers, key=_BEST.index)


def _wanted(place: Place) -> Iterator[_Wanted]:
    steps = place.steps
    if place.form == "podSpec":
        yield _Wanted(paths=tuple((*steps, key) for key in _POD_KEYS))
    elif place.form == "containers":
        yield _Wanted(paths=((*steps, EACH, "image"),), types=("string",))
    elif place.form == "split":
        for _, keys in place.parts:
            paths = tuple(part_steps(steps, key) for key in keys.split("|"))
            yield _Wanted(paths=paths, types=("string",))
    elif place.form == "pullSecrets":
        behind, types = _SECRETS[place.items]
        yield _Wanted(paths=((*steps, *behind),), types=types)
    else:
        yield _Wanted(paths=(steps,), types=_TYPES.get(place.form, ()))


def resolve(schema: Schema, steps: Steps, types: Collection[str] = ()) -> Answer:
    """What a schema says of the field at some steps, of which the value has one of these types."""
    if not steps:
        kind = schema.get("type")
        is_any = not kind or not types or schema.get("x-kubernetes-int-or-string")
        return "there" if is_any or kind in types else "other"
    below = [resolve(it, steps[1:], types) for it in _below(schema, steps[0])]
    if _is_open(schema):
        below.append("open")
    return min(below, key=_BEST.index, default="gone")


def _below(schema: Schema, step: Step) -> Iterator[Schema]:
    properties = schema.get("properties") or {}
    values = schema.get("additionalProperties")
    if step == EACH:
        yield from _mappings(schema.get("items"))
    elif step == EVERY:
        yield from _mappings(values)
        yield from _mappings(*properties.values())
    elif step in properties:
        yield from _mappings(properties[step])
    else:
        yield from _mappings(values)
    for junctor in _JUNCTORS:
        for inner in _mappings(*(schema.get(junctor) or ())):
            yield from _below(inner, step)


def _mappings(*values: object) -> Iterator[Schema]:
    yield from (it for it in values if isinstance(it, Mapping))


def _is_open(schema: Schema) -> bool:
    if schema.get("x-kubernetes-preserve-unknown-fields") is True:
        return True
    said = ("properties", "additionalProperties", "items", *_JUNCTORS)
    return schema.get("type", "object") == "object" and not any(schema.get(it) for it in said)
