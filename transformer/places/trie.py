"""Following field paths through a tree, all paths of a kind at once.

The paths of a kind are compiled to a trie of keys, so that a mapping is looked through once however
many paths lead into it. A missing or null part of a path is silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from transformer.messages import shown
from transformer.places.place import PULL_SECRETS, Place, write_path
from transformer.records import record, replace
from transformer.yamltext.nodes import is_null, lookup, offset_of, resolve, visible
from transformer.yamltext.path import EACH, EVERY, Step, Steps, field_path
from transformer.yamltext.tree import Collection, Slot, SyntaxFault
from transformer.yamltext.tree import Mapping as MappingNode
from transformer.yamltext.tree import Sequence as SequenceNode


class Branch:
    """A point that paths lead through: what stands at it, and where they go on.

    `is_shipped` is true where no path through it is builtin or a user's, and `is_users` where one
    is a user's. `holders`, at the root, are the fields for pull secrets, which are of interest even
    where they are absent, as those of an account are. `only` is the one step that leads on, as most
    kinds have one path, of keys alone.
    """

    __slots__ = (
        "holders",
        "is_account",
        "is_shipped",
        "is_users",
        "keys",
        "lists",
        "only",
        "places",
        "values",
    )

    def __init__(self) -> None:
        self.places: tuple[Place, ...] = ()
        self.holders: tuple[Place, ...] = ()
        self.is_account = False
        self.only: tuple[str, Branch] | None = None
        self.keys: dict[Step, Branch] = {}
        self.lists: Branch | None = None
        self.values: Branch | None = None
        self.is_shipped = True
        self.is_users = False

    @property
    def leads_on(self) -> bool:
        return bool(self.keys or self.lists or self.values)

    def close(self) -> None:
        """Say that no step will be added, here and behind."""
        for branch in (*self.keys.values(), self.lists, self.values):
            if branch is not None:
                branch.close()
        if len(self.keys) == 1 and self.lists is None and self.values is None:
            ((key, below),) = self.keys.items()
            self.only = str(key), below

    def step(self, step: Step) -> Branch:
        """The branch that a step leads to, made where there is none."""
        if step == EACH:
            self.lists = self.lists or Branch()
            return self.lists
        if step == EVERY:
            self.values = self.values or Branch()
            return self.values
        return self.keys.setdefault(step, Branch())


# How many paths are remembered.
_LINES = 1024

_ANYTHING = Place(group="", kind="", path="")

# What is told of a part of the paths that cannot be followed: why, the part, and where it begins.
Fail: TypeAlias = "Callable[[SyntaxFault, Branch, Steps], None]"


@record
class Hit:
    """A place that was met: the collection it is in, its slot, and the steps that led there."""

    place: Place
    parent: Collection
    slot: Slot
    steps: Steps


def overridden(places: Iterable[Place]) -> list[Place]:
    """The places of one kind without those that the user replaces: at the same path, whatever the
    form; a `split` replaces only others, as a mapping may hold more than the parts of an image."""
    by_path: dict[Steps, list[Place]] = {}
    for place in places:
        by_path.setdefault(place.steps, []).append(place)
    return [place for at_path in by_path.values() for place in _winners(at_path)]


def _winners(at_path: Sequence[Place]) -> list[Place]:
    users = [it for it in at_path if it.origin == "user"]
    if not users:
        return list(at_path)
    if any(it.form != "split" for it in users):
        return users
    return [*(it for it in at_path if it.form != "split"), *users]


def compile_paths(places: Iterable[Place]) -> Branch:
    """The trie of one kind's places."""
    root = Branch()
    for place in places:
        if place.form == "account":
            root.is_account = True
            continue
        if place.form == "pullSecrets":
            root.holders += (place,)
            continue
        if place.optional:
            path = f"{place.path}.{PULL_SECRETS}"
            root.holders += (replace(place, path=path, form="pullSecrets"),)
        branch = root
        is_shipped, is_users = place.origin == "shipped", place.origin == "user"
        branch.is_shipped &= is_shipped
        for step in place.steps:
            branch = branch.step(step)
            branch.is_shipped &= is_shipped
            branch.is_users |= is_users
        branch.places += (place,)
    root.close()
    return root


def follow(
    root: Slot, steps: Iterable[Step], fail: Callable[[SyntaxFault], None]
) -> list[tuple[Slot, Steps]]:
    """Follow one path from a slot, itself where there are no steps.

    Returns what stands there, with the steps that led to it. Calls `fail` as `walk` does.
    """
    steps = tuple(steps)
    if not steps:
        return [(root, ())]
    hits = walk(root, _line(steps), lambda fault, *_: fail(fault))
    return [(hit.slot, hit.steps) for hit in hits]


@lru_cache(_LINES)
def _line(steps: Steps) -> Branch:
    # The trie of one path: the same few are followed in thousands of objects.
    top = branch = Branch()
    for step in steps:
        branch = branch.step(step)
    branch.places = (_ANYTHING,)
    top.close()
    return top


def walk(root: Slot, branch: Branch, fail: Fail) -> list[Hit]:
    """Follow the paths of a kind from the slot of an object.

    Returns every place that is there, in the order of the table's keys. Calls `fail` for a part of
    the paths that something of another type stands in the way of, and goes on with the others.
    """
    hits: list[Hit] = []
    slot: Slot = root
    at: Steps = ()
    while branch.only is not None:
        node = resolve(slot)
        if not isinstance(node, MappingNode):
            break
        key, below = branch.only
        try:
            found = lookup(node, branch.keys).get(key)
        except SyntaxFault as fault:
            fail(fault, branch, at)
            return hits
        if found is None:
            return hits
        slot, branch, at = found, below, (*at, key)
        for place in below.places:
            hits.append(Hit(place=place, parent=node, slot=slot, steps=at))  # noqa: PERF401 one
    if branch.leads_on:
        _into(slot, branch, at, hits, fail)
    return hits


def _into(
    slot: Slot,
    branch: Branch,
    at: Steps,
    hits: list[Hit],
    fail: Fail,
) -> None:
    node = resolve(slot)
    try:
        children = _children(node, branch)
    except SyntaxFault as fault:
        fail(fault, branch, at)
        return
    if children is None:
        if not is_null(slot):
            expected = "a list" if branch.lists and not branch.keys else "a mapping"
            unlike = wrong_type(at, expected, slot)
            if branch.is_users and isinstance(node, SequenceNode):
                unlike.hint = through_list(at)
            fail(unlike, branch, at)
        return
    assert isinstance(node, Collection)
    for child, below, step in children:
        if below.places:
            steps = (*at, step)
            hits += (Hit(place=it, parent=node, slot=child, steps=steps) for it in below.places)
        if below.keys or below.leads_on:
            _into(child, below, (*at, step), hits, fail)


def _children(node: object, branch: Branch) -> list[tuple[Slot, Branch, Step]] | None:
    # None where the node is of a type that no path goes through.
    keys = branch.keys
    if isinstance(node, MappingNode):
        found = lookup(node, keys) if keys else {}
        children: list[tuple[Slot, Branch, Step]] = [
            (slot, keys[key], key) for key, slot in found.items()
        ]
        values = branch.values
        if values is not None:
            pairs = ((key.value, slot) for key, slot in visible(node))
            children += ((slot, values, key) for key, slot in pairs if key is not None)
        return children if keys or values else None
    if isinstance(node, SequenceNode) and branch.lists is not None:
        return [(item, branch.lists, index) for index, item in enumerate(node.children)]
    return None


def through_list(at: Steps) -> str:
    """The hint for a path that does not lead into a list that it meets."""
    path = write_path(tuple(EACH if isinstance(step, int) else step for step in at))
    return f"write `{shown(path)}[]`"


def wrong_type(at: Steps, expected: str, slot: Slot) -> SyntaxFault:
    """The fault of a field, or of a whole document, that is no `expected`."""
    what = f"field `{field_path(at)}`" if at else "document"
    message = f"{what} is not {expected}"
    return SyntaxFault("wrong-type", message, offset_of(slot))
