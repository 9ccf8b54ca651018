"""Where the schema of a custom resource seems to have images: by the names of its keys, and types.

    containers:  {items: {properties: {name, image}}}       a pod spec around it
    proxy.image: {properties: {repository, tag, digest}}    an image in parts
    baseImage:   {type: string}                             one string

A schema says how fields are called, not what a controller makes of them; so each finding says how
sure it is. What is below `status` is what a controller saw, and not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from transformer.image.parts import PartName
from transformer.places.place import CONTAINER_LISTS, PULL_SECRETS, VOLUMES, Form, Items
from transformer.records import record
from transformer.yamltext.path import EACH, EVERY, Steps

Sureness: TypeAlias = Literal["sure", "likely", "guess"]
Schema: TypeAlias = "Mapping[str, Any]"

_IMAGE_KEY = re.compile(r"(?:.*[^A-Z]I|.*[_-]i|[iI])mage(?:Name|Ref|Reference|URL|Url|Uri|URI)?")
_IMAGES_KEY = re.compile(r"(?:.*I|i)mages")
_SECRETS_KEY = re.compile(r"(?:image)?[pP]ullSecrets?(?:Refs?|Names?)?|imageSecrets?")

_IN_PODS = frozenset({*CONTAINER_LISTS, VOLUMES, PULL_SECRETS})
_OF_CONTAINERS = frozenset({"args", "command", "env", "ports", "resources", "volumeMounts"})
_OF_ROOT = frozenset({"apiVersion", "kind", "metadata"})

# What a part of an image is called, the usual name first.
_PARTS: tuple[tuple[PartName, tuple[str, ...]], ...] = (
    ("registry", ("registry",)),
    ("repository", ("repository", "repo")),
    ("name", ("name", "image", "imageName")),
    ("tag", ("tag", "version", "imageTag")),
    ("digest", ("digest",)),
)
# Beside these, a repository and a version are those of a chart or of sources.
_NO_IMAGES = frozenset({"branch", "chart", "chartName", "commit", "revision", "url", "values"})
_OF_DISKS = frozenset({"monitors", "pool"})


@record
class Finding:
    """A field that looks like images, or like their pull secrets, and why."""

    steps: Steps
    form: Form
    sureness: Sureness
    why: str
    parts: tuple[tuple[PartName, str], ...] = ()
    items: Items = "objects"


def findings(schema: object) -> Iterator[Finding]:
    """What an object's OpenAPI schema, as plain data, seems to have: in the order of the schema."""
    yield from _object(_mapping(schema), ())


def _mapping(value: object) -> Schema:
    return value if isinstance(value, Mapping) else {}


def _properties(schema: object) -> Schema:
    return _mapping(_mapping(schema).get("properties"))


def _type(schema: object) -> str:
    return str(_mapping(schema).get("type", ""))


def _object(schema: Schema, steps: Steps, key: str = "") -> Iterator[Finding]:
    properties = _properties(schema)
    known = _OF_ROOT if not steps else frozenset()
    if steps and _are_containers(properties.get("containers")):
        why = "a list of containers with name and image"
        yield Finding(steps=steps, form="podSpec", sureness="sure", why=why)
        known = _IN_PODS
    else:
        image = _image_in_parts(properties, steps, key)
        if image is not None:
            yield image
            known |= {part for _, part in image.parts} | {str(image.steps[-1])}
    for name, value in properties.items():
        if name not in known and name != "status":
            yield from _field(name, _mapping(value), (*steps, name), properties)
    yield from _field(key, _mapping(schema.get("additionalProperties")), (*steps, EVERY), {})


def _field(key: str, schema: Schema, steps: Steps, siblings: Schema) -> Iterator[Finding]:
    if steps[-1] == key and _SECRETS_KEY.fullmatch(key):
        yield from _pull_secrets(schema, steps)
    elif _type(schema) == "string":
        yield from _string(key, steps, siblings)
    elif "items" in schema:
        yield from _list(key, schema, steps)
    elif schema:
        yield from _object(schema, steps, key)


def _pull_secrets(schema: Schema, steps: Steps) -> Iterator[Finding]:
    kind = _type(schema)
    items: Items | None = None
    if kind == "string":
        items = "string"
    elif kind == "array":
        kind = _type(schema.get("items"))
        items = "strings" if kind == "string" else "objects"
    elif "name" in _properties(schema):
        items = "object"
    if items is not None:
        why = "it is called as pull secrets are"
        yield Finding(steps=steps, form="pullSecrets", sureness="likely", why=why, items=items)


def _string(key: str, steps: Steps, siblings: Schema) -> Iterator[Finding]:
    if not _IMAGE_KEY.fullmatch(key) or not _OF_DISKS.isdisjoint(siblings):
        return
    beside = next((it for it in ("tag", "version", "imageTag") if it in siblings), "")
    if key == "image" and not beside:
        yield Finding(steps=steps, form="image", sureness="sure", why="a string called image")
    elif key == "image":
        why = f"a string called image, with a {beside} beside it that may be part of it"
        yield Finding(steps=steps, form="image", sureness="guess", why=why)
    else:
        why = "a string that is called an image"
        yield Finding(steps=steps, form="image", sureness="likely", why=why)


def _list(key: str, schema: Schema, steps: Steps) -> Iterator[Finding]:
    item = _mapping(schema["items"])
    if _are_containers(schema):
        is_sure = not _OF_CONTAINERS.isdisjoint(_properties(item))
        why = "a list of mappings with name and image"
        sureness: Sureness = "sure" if is_sure else "likely"
        yield Finding(steps=steps, form="containers", sureness=sureness, why=why)
    elif _type(item) == "string":
        # Those of kustomize are exchanges, `name=other`.
        if _IMAGES_KEY.fullmatch(key) and steps[-2:-1] != ("kustomize",):
            why = "a list of strings called images"
            yield Finding(steps=(*steps, EACH), form="image", sureness="guess", why=why)
    else:
        yield from _field("", item, (*steps, EACH), {})


def _are_containers(schema: object) -> bool:
    properties = _properties(_mapping(schema).get("items"))
    return all(_type(properties.get(key)) == "string" for key in ("name", "image"))


def _image_in_parts(properties: Schema, steps: Steps, key: str) -> Finding | None:
    strings = [name for name, value in properties.items() if _type(value) == "string"]
    is_image = _IMAGE_KEY.fullmatch(key) is not None
    if is_image and {"reference", "pullPolicy"} <= set(strings):
        why = "a reference with a pullPolicy, as in image volumes"
        return Finding(steps=(*steps, "reference"), form="image", sureness="sure", why=why)
    found = {part: next((it for it in names if it in strings), "") for part, names in _PARTS}
    parts = tuple((part, name) for part, name in found.items() if name)
    names = [part for part, _ in parts if part in ("repository", "name")]
    if not steps or not names or len(parts) == 1 or not _NO_IMAGES.isdisjoint(properties):
        return None
    if is_image:
        why = "an image with its parts"
        return Finding(steps=steps, form="split", sureness="likely", why=why, parts=parts)
    if found["repository"] and found["tag"] and (found["tag"] != "version" or found["name"]):
        why = "a repository with a tag"
        return Finding(steps=steps, form="split", sureness="guess", why=why, parts=parts)
    return None
