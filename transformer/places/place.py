"""Where images live, as data: group, kind, path, and what stands there.

A path is keys joined by dots, `[]` behind a list, `{}` behind a mapping of which every value is
meant, and `["a.b"]` for a key with dots: `spec.images[].reference`,
`metadata.annotations["sidecar.istio.io/proxyImage"]`. Builtin, shipped (`catalog`) and user-defined
places are the same records; the user's replace others at the same path of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, TypeAlias

from transformer.errors import Position, Severity
from transformer.image.parts import Capability, PartName
from transformer.records import record
from transformer.yamltext.path import EACH, EVERY, Step, Steps

Form: TypeAlias = Literal[
    "image",
    "podSpec",
    "containers",
    "uri",
    "repository",
    "registry",
    "split",
    "keys",
    "pairs",
    "document",
    "toml",
    "ini",
    "pullSecrets",
    "account",
    "match",
    "none",
]
Items: TypeAlias = Literal["objects", "strings", "string", "object"]
# What is pulled from a registry: images of containers, or Helm charts.
Artifact: TypeAlias = Literal["images", "charts"]

Inside: TypeAlias = Literal["manifests", "podSpec"]
Origin: TypeAlias = Literal["builtin", "shipped", "user", "shape"]

# Forms whose value is text with one image or several in it.
SCALAR_FORMS: tuple[Form, ...] = ("image", "uri", "repository", "registry", "pairs")

# Forms whose value is a text with places of its own, and those of which nothing else is known.
SETTINGS: tuple[Form, ...] = ("toml", "ini")
TEXTS: tuple[Form, ...] = ("document", *SETTINGS)

# The kind that a Compose file is given, which names none.
COMPOSE = "Compose"

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
VOLUMES = "volumes"
PULL_SECRETS = "imagePullSecrets"
# Of Secrets with credentials for registries: kubernetes.io/docs/concepts/configuration/secret.
PULL_SECRET_TYPES = ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")


@record
class Place:
    """One path of one kind, and the form of what stands there. `group` is '' for the core API.

    The rest is for some forms only: `parts` are the keys of a `split` image, of which `join` makes
    one reference; `default` is the registry that its controller supplies; `digest` says where a
    digest can be written, '' for where the form has it, and `reason` why it is not; `schemes`,
    `holds` and `when` limit which values are images; `items` is how a `pullSecrets` field is
    written, and `optional` the keys above one, or those of a pod spec, that can be written with it;
    `artifact` is what is pulled by the name, which only rules for it move;
    `inside` is what a `document` holds: places, objects, or a pod spec; `secrets_in` names the
    variable or flag with the pull secrets of what a string starts. A shipped place does not fail a
    run where a value is of another type.
    """

    group: str
    kind: str
    path: str
    form: Form = "image"
    parts: tuple[tuple[PartName, str], ...] = ()
    join: str = "plain"
    default: str = ""
    digest: Capability | Literal[""] = ""
    reason: str = ""
    schemes: tuple[str, ...] = ()
    separator: str = "\n"
    holds: str = ""
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    versions: tuple[str, ...] = ()
    items: Items = "objects"
    optional: str = ""
    artifact: Artifact = "images"
    inside: tuple[Place, ...] | Inside = "manifests"
    origin: Origin = "builtin"
    secrets_at: str = ""
    secrets_in: str = ""
    position: Position | None = None

    @property
    def steps(self) -> Steps:
        return parse_path(self.path)

    @property
    def severity(self) -> Severity:
        """How much it matters that a value cannot be read at this place."""
        # What is shipped may be of another version than the object.
        return "warning" if self.origin == "shipped" else "error"


_TEMPLATE = "spec.template.spec"

_BUILTINS: tuple[tuple[str, str, str, Form], ...] = (
    ("", "Pod", "spec", "podSpec"),
    ("", "PodTemplate", "template.spec", "podSpec"),
    ("", "ReplicationController", _TEMPLATE, "podSpec"),
    ("", "ServiceAccount", PULL_SECRETS, "account"),
    ("apps", "DaemonSet", _TEMPLATE, "podSpec"),
    ("apps", "Deployment", _TEMPLATE, "podSpec"),
    ("apps", "ReplicaSet", _TEMPLATE, "podSpec"),
    ("apps", "StatefulSet", _TEMPLATE, "podSpec"),
    ("batch", "CronJob", "spec.jobTemplate.spec.template.spec", "podSpec"),
    ("batch", "Job", _TEMPLATE, "podSpec"),
    ("batch", "JobTemplate", "template.spec.template.spec", "podSpec"),
    ("extensions", "DaemonSet", _TEMPLATE, "podSpec"),
    ("extensions", "Deployment", _TEMPLATE, "podSpec"),
    ("extensions", "ReplicaSet", _TEMPLATE, "podSpec"),
)

# Kinds of Kubernetes itself: every pod spec of theirs is in the table.
BUILTIN_KINDS = frozenset((group, kind) for group, kind, _, _ in _BUILTINS)

BUILTINS = tuple(
    Place(group=group, kind=kind, path=path, form=form) for group, kind, path, form in _BUILTINS
)

# Kinds whose text may look like a pod spec and is none: schemas, and what kustomize itself reads.
NEVER = frozenset(
    {
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("kustomize.config.k8s.io", "Kustomization"),
        ("kustomize.config.k8s.io", "Component"),
        ("mirrorpin.dev", "ImagesLock"),
    }
)

_SEGMENT = (
    r"(?:(?<!.)|(?<=.)\.)(?P<key>[^.\[\]{}]+)"
    r'|(?P<quoted>\["[^"]+"\])'
    r"|(?P<each>\[\])"
    r"|(?P<every>\{\})"
)

# Part of the key of almost every image: image, baseImage, dockerImage.
NAME = "mage"

# Forms with "image" in a key of their own, or without any image.
_NAMED_OTHERWISE = ("podSpec", "containers", "account", "pullSecrets", "match", "none")


# Parts of which a split image has one.
_NAMING = ("repository", "name")


class BadPath(ValueError):
    """A field path is not written as `key.key[].key`."""


@lru_cache(1024)
def parse_path(path: str) -> Steps:
    """Parse a field path.

    Takes keys joined by dots, each with `[]` behind it where it is a list and `{}` where all values
    of a mapping are meant; a key with dots is written `["a.b"]`. Returns its steps, with `EACH` for
    every item and `EVERY` for every value. Raises `BadPath` for anything else.
    """
    keys = path.split(".")
    if all(keys) and not set("[]{}") & set(path):
        return tuple(keys)
    match_segment = re.compile(_SEGMENT).match
    steps: list[Step] = []
    at = 0
    while at < len(path):
        found = match_segment(path, at)
        if found is None:
            break
        at = found.end()
        if found["key"]:
            steps.append(found["key"])
        elif found["quoted"]:
            steps.append(found["quoted"][2:-2])
        else:
            steps.append(EACH if found["each"] else EVERY)
    if at < len(path) or not steps:
        raise BadPath(f'is "{path}": expected keys joined by dots, with [] behind a list')
    return tuple(steps)


def part_steps(steps: Steps, key: str) -> Steps:
    """The steps to a part of a `split` image: behind the image's, or from the root for `/key`."""
    return parse_path(key[1:]) if key.startswith("/") else (*steps, *parse_path(key))


def write_path(steps: Steps) -> str:
    """The field path that `parse_path` reads as these steps."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += "{}" if step == EVERY else "[]"
        elif set(".[]{}") & set(step):
            path += f'["{step}"]'
        else:
            path += f".{step}" if path else step
    return path


def wanted_names(places: Iterable[Place]) -> tuple[str, ...]:
    """The strings of which a document must hold one before any of the places can be in it."""
    names = {NAME: None, "ServiceAccount": None}
    for place in places:
        names.update((name, None) for name in _names_of(place))
    return tuple(names)


def _names_of(place: Place) -> Iterator[str]:
    keys = [step for step in place.steps if isinstance(step, str)]
    if place.form in _NAMED_OTHERWISE or any(NAME in key for key in keys):
        return
    if place.form in TEXTS:
        # Objects and pod specs have images by their usual name.
        for inner in place.inside if not isinstance(place.inside, str) else ():
            yield from _names_of(inner)
        return
    parts = [keys for name, keys in place.parts if name in _NAMING]
    paths = [parse_path(key.lstrip("/")) for keys in parts for key in keys.split("|")]
    for path in paths or [place.steps]:
        steps = [step for step in path if isinstance(step, str)]
        if not any(NAME in step for step in steps):
            yield steps[-1]
