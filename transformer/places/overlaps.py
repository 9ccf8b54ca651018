"""Whether two places of one kind speak for the same strings, or take one thing for two.

    spec.template.spec                       # a pod spec speaks for what is in it,
    spec.template.spec.containers[].image    # so this is spoken for already

Places that look at other conditions, or other versions, never meet in one object. What a place
costs to compare does not grow with the number of those before it.
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
from transformer.yamltext.path import EACH, EVERY, Step, Steps

# They speak for one string, one for what is below that of the other, or one leads through a list
# where the other leads through a mapping.
Relation: TypeAlias = Literal["same", "below", "above", "list"]

Conditions: TypeAlias = "tuple[tuple[str, tuple[str, ...]], ...]"

# Of which versions a trie holds claims, beside those of one: of all, and of places without any.
_ANY = None
_UNVERSIONED = ""

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

    __slots__ = ("_claims", "_places", "_tries")

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._claims: list[tuple[int, Steps]] = []
        self._tries: dict[tuple[Conditions, str | None], _Claimed] = {}

    def add(self, place: Place) -> None:
        tries = [
            self._tries.setdefault((place.when, version), _Claimed())
            for version in (_ANY, *(place.versions or (_UNVERSIONED,)))
        ]
        for steps in claims(place):
            for trie in tries:
                trie.add(steps, len(self._claims))
            self._claims.append((len(self._places), steps))
        self._places.append(place)

    def overlap(self, place: Place) -> Overlap | None:
        """How a place overlaps the first of those that were added and overlap it."""
        versions = (*place.versions, _UNVERSIONED) if place.versions else (_ANY,)
        known = (self._tries.get((place.when, version)) for version in versions)
        tries = [trie for trie in known if trie is not None]
        found = [
            (self._claims[claim][0], index, claim, relation)
            for index, steps in enumerate(claims(place))
            for trie in tries
            for claim, relation in trie.relations(steps)
        ]
        if not found:
            return None
        number, _, claim, relation = min(found)
        theirs = self._claims[claim][1]
        return Overlap(place=self._places[number], relation=relation, theirs=theirs)


class _Claimed:
    """A point that claims lead to or through: the first that ends here, and of those that go on.

    `named` goes on into a mapping, `listed` into a list. Claims are numbers that grow.
    """

    __slots__ = ("children", "ending", "listed", "named")

    def __init__(self) -> None:
        self.children: dict[Step, _Claimed] = {}
        self.ending: int | None = None
        self.named: int | None = None
        self.listed: int | None = None

    def add(self, steps: Steps, claim: int) -> None:
        point = self
        for step in steps:
            if step == EACH:
                point.listed = claim if point.listed is None else point.listed
            else:
                point.named = claim if point.named is None else point.named
            point = point.children.setdefault(step, _Claimed())
        point.ending = claim if point.ending is None else point.ending

    def relations(self, steps: Steps) -> Iterator[tuple[int, Relation]]:
        """The first claim of each relation that steps from here have, at each point they meet."""
        if not steps:
            yield from _met((self.ending, "same"), (self.named, "above"), (self.listed, "above"))
            return
        step, rest = steps[0], steps[1:]
        yield from _met(
            (self.ending, "below"), (self.named if step == EACH else self.listed, "list")
        )
        for child in self._next(step):
            yield from child.relations(rest)

    def _next(self, step: Step) -> Iterable[_Claimed]:
        if step == EVERY:
            return [child for key, child in self.children.items() if key != EACH]
        keys = (step,) if step == EACH else (step, EVERY)
        return [self.children[key] for key in keys if key in self.children]


def _met(*found: tuple[int | None, Relation]) -> Iterator[tuple[int, Relation]]:
    return ((claim, relation) for claim, relation in found if claim is not None)


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


def is_own_list(place: Place) -> bool:
    """Whether a field for pull secrets is that of pods or accounts that are known anyway."""
    if place.form != "pullSecrets" or place.steps[-1] != PULL_SECRETS:
        return False
    kind = (place.group, place.kind)
    known = (*(it for it in BUILTINS if (it.group, it.kind) == kind), *shipped(*kind))
    own = ((*it.steps, PULL_SECRETS) if it.form == "podSpec" else it.steps
           for it in known if it.form in ("podSpec", "account"))  # fmt: skip
    return place.steps in own
