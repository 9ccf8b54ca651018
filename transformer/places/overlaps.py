"""Whether two places of one kind speak for the same strings, or take one thing for two.

    spec.template.spec                       # a pod spec speaks for what is in it,
    spec.template.spec.containers[].image    # so this is spoken for already

Places that look at other conditions, or other versions, never meet in one object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from transformer.places.catalogue import shipped
from transformer.places.place import (
    BUILTINS,
    CONTAINER_LISTS,
    PULL_SECRETS,
    VOLUMES,
    Place,
    part_steps,
)
from transformer.records import record
from transformer.yamltext.path import EACH, EVERY, Steps

# They speak for one string, one for what is below that of the other, or one leads through a list
# where the other leads through a mapping.
Relation: TypeAlias = Literal["same", "below", "above", "list"]

# Parts that several images may share.
_SHARED = ("registry", "tag")


@record
class Overlap:
    """How a place overlaps another, and the steps of that to what they overlap in."""

    place: Place
    relation: Relation
    theirs: Steps


class Spoken:
    """What places of one kind speak for, as far as they have been added."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: list[tuple[Place, tuple[Steps, ...]]] = []

    def add(self, place: Place) -> None:
        self._known.append((place, tuple(claims(place))))

    def overlaps(self, place: Place) -> Iterator[Overlap]:
        """How a place overlaps each of those that were added, if it does."""
        own = tuple(claims(place))
        for other, theirs in self._known:
            found = next(_relations(own, theirs), None)
            if found is not None and _may_meet(place, other):
                yield Overlap(place=other, relation=found[0], theirs=found[1])


def _relations(own: Iterable[Steps], others: Iterable[Steps]) -> Iterator[tuple[Relation, Steps]]:
    for mine in own:
        for theirs in others:
            relation = _relation(mine, theirs)
            if relation is not None:
                yield relation, theirs


def _may_meet(one: Place, other: Place) -> bool:
    return one.when == other.when and not _have_other_versions(one, other)


def _have_other_versions(one: Place, other: Place) -> bool:
    versions = one.versions and other.versions
    return bool(versions) and not set(one.versions) & set(other.versions)


def claims(place: Place) -> Iterator[Steps]:
    """The steps to the strings that a place speaks for, but for those that images may share."""
    steps = place.steps
    if place.form == "podSpec":
        yield from ((*steps, name, EACH, "image") for name in CONTAINER_LISTS)
        yield (*steps, VOLUMES, EACH, "image", "reference")
        yield (*steps, PULL_SECRETS)
    elif place.form == "containers":
        yield (*steps, EACH, "image")
    elif place.form == "split":
        for name, keys in place.parts:
            if name not in _SHARED:
                yield from (part_steps(steps, key) for key in keys.split("|"))
    else:
        yield steps


def _relation(one: Steps, other: Steps) -> Relation | None:
    for mine, theirs in zip(one, other, strict=False):
        if mine == theirs:
            continue
        if EACH in (mine, theirs):
            return "list"
        if EVERY not in (mine, theirs):
            return None
    if len(one) == len(other):
        return "same"
    return "below" if len(one) > len(other) else "above"


def is_own_list(place: Place) -> bool:
    """Whether a field for pull secrets is that of pods or accounts that are known anyway."""
    if place.form != "pullSecrets" or place.steps[-1] != PULL_SECRETS:
        return False
    kind = (place.group, place.kind)
    known = (*(it for it in BUILTINS if (it.group, it.kind) == kind), *shipped(*kind))
    own = ((*it.steps, PULL_SECRETS) if it.form == "podSpec" else it.steps
           for it in known if it.form in ("podSpec", "account"))  # fmt: skip
    return place.steps in own
