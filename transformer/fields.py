"""Where images live, as data: group, kind, path, and what stands there.

The path syntax is that of KRM field paths, with `[]` for every item of a list:
`spec.template.spec`, `spec.images[].reference`. User-defined places are the same records and win
over the builtin ones of the same group and kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from transformer.model import Step, Steps, field_path
from transformer.nodes import is_null, lookup, offset_of, resolve
from transformer.records import record
from transformer.tree import Collection, Mapping, Sequence, Slot, SyntaxFault

Form: TypeAlias = Literal["podSpec", "image", "pullSecrets"]

EACH = -1

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
VOLUMES = "volumes"
PULL_SECRETS = "imagePullSecrets"


@record
class Place:
    """One path of one kind, and the form of what stands there. `group` is '' for the core API."""

    group: str
    kind: str
    path: str
    form: Form

    @property
    def steps(self) -> Steps:
        return parse_path(self.path)


_TEMPLATE = "spec.template.spec"

_BUILTINS: tuple[tuple[str, str, str, Form], ...] = (
    ("", "Pod", "spec", "podSpec"),
    ("", "PodTemplate", "template.spec", "podSpec"),
    ("", "ReplicationController", _TEMPLATE, "podSpec"),
    ("", "ServiceAccount", PULL_SECRETS, "pullSecrets"),
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
    }
)

PathForms: TypeAlias = "tuple[tuple[Steps, Form], ...]"
Table: TypeAlias = "dict[tuple[str, str], PathForms]"


class BadPath(ValueError):
    """A field path is not written as `key.key[].key`."""


def parse_path(path: str) -> Steps:
    """Parse a field path.

    Takes keys joined by dots, each with `[]` behind it where it is a list. Returns its steps, with
    `EACH` for every item. Raises `BadPath` for an empty path or key, or a bracket elsewhere.
    """
    steps: list[Step] = []
    for part in path.split("."):
        key = part
        while key.endswith("[]"):
            key = key[:-2]
        if not key or "[" in key or "]" in key:
            raise BadPath(f'must be keys joined by dots, with [] behind a list: "{path}"')
        steps.append(key)
        steps.extend([EACH] * ((len(part) - len(key)) // 2))
    return tuple(steps)


def compile_table(places: Iterable[Place]) -> Table:
    """Index places by group and kind. User places are given last and replace a builtin's path."""
    table: dict[tuple[str, str], dict[Steps, Form]] = {}
    for place in places:
        table.setdefault((place.group, place.kind), {})[place.steps] = place.form
    return {key: tuple(paths.items()) for key, paths in table.items()}


def wanted_names(places: Iterable[Place]) -> tuple[str, ...]:
    """The strings of which a document must hold one before any place can be in it."""
    names = {"image": None, "ServiceAccount": None}
    for place in places:
        last = [step for step in place.steps if isinstance(step, str)][-1]
        if place.form == "image" and "image" not in last:
            names[last] = None
    return tuple(names)


def follow(slot: Slot, steps: Steps, at: Steps = ()) -> Iterator[tuple[Collection, Slot, Steps]]:
    """Follow a path from a node.

    Yields, for every place that the path names: the collection it is in, its slot, and the steps
    that led there. A missing or null part of the path is silence, and so is a path without steps;
    raises `SyntaxFault` where something of another type stands in its way.
    """
    parent: Collection | None = None
    for number, step in enumerate(steps):
        node = resolve(slot)
        if step == EACH:
            yield from _each(slot, steps[number + 1 :], at)
            return
        if not isinstance(node, Mapping):
            if is_null(slot):
                return
            raise wrong_type(at, "a mapping", slot)
        found = lookup(node, (step,)).get(str(step))
        if found is None:
            return
        parent = node
        slot = found
        at = (*at, step)
    if parent is not None:
        yield parent, slot, at


def _each(slot: Slot, rest: Steps, at: Steps) -> Iterator[tuple[Collection, Slot, Steps]]:
    node = resolve(slot)
    if not isinstance(node, Sequence):
        if is_null(slot):
            return
        raise wrong_type(at, "a list", slot)
    for index, item in enumerate(node.children):
        if rest:
            yield from follow(item, rest, (*at, index))
        else:
            yield node, item, (*at, index)


def wrong_type(at: Steps, expected: str, slot: Slot) -> SyntaxFault:
    """The fault of a field that is no `expected`."""
    message = f"field `{field_path(at)}` must be {expected}"
    return SyntaxFault("wrong-type", message, offset_of(slot))
