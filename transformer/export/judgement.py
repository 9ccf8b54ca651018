"""Rules as admission knows them: what becomes of the images of a pod, by what the pod shows.

Admission sees pods, with their namespace, labels and containers, and not the objects whose
controllers made them. What a rule says beyond that is an error at the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from transformer.config.config import Config
from transformer.config.mirrors import Rule
from transformer.config.scope import ANY, Where
from transformer.errors import Position, Problem
from transformer.messages import quoted
from transformer.places.place import Place
from transformer.records import record

Action: TypeAlias = Literal["move", "mirrored", "keep", "block"]

POD = "Pod"


@record
class Entry:
    """What becomes of the images below `key`, a source or a target, which `rule` says.

    `to` is what the new names lie under, for images that are moved and for those that are there.
    `more` is what a format needs to know besides, the same names for each of its entries.
    """

    key: str
    rule: str
    action: Action
    position: Position
    to: str = ""
    only: str = ""
    where: Where = Where()
    more: Mapping[str, str] = MappingProxyType({})

    @property
    def is_scoped(self) -> bool:
        """Whether it is for some of the images below its key, and others follow other rules."""
        return bool(self.only) or self.where != Where(kinds=self.where.kinds)


@record
class Judgement:
    """The entries of rules, of one key in the order in which they count, and what is not said."""

    entries: tuple[Entry, ...]
    unsaid: tuple[Problem, ...]


def judgement_of(config: Config) -> Judgement:
    """What a configuration says of the images of pods, and an error for each rule that says more.

    A place in pods that it names is an error as well: admission knows those of Kubernetes alone.
    """
    rules = config.rules
    unsaid = {rule.index: it for rule in rules if (it := _beyond(rule)) is not None}
    moving = [it for it in rules if "images" in it.artifacts and it.index not in unsaid]
    # Of one source, the rules with a `where` are looked at first.
    moving.sort(key=lambda it: it.where is None)
    entries = (*_reached(map(_entry, moving)), *_targets(rules))
    places = (_in_pods(it) for it in config.fields if (it.group, it.kind) == ("", POD))
    return Judgement(entries=entries, unsaid=(*unsaid.values(), *places))


def unsayable(rule: Rule, key: str, hint: str) -> Problem:
    """A key of a rule that must not be set for admission, as an error at the rule."""
    message = f"`{key}` of `{rule.label}` is set, which admission cannot say: {quoted(rule.source)}"
    return Problem(code="not-exportable", message=message, position=rule.position, hint=hint)


def _beyond(rule: Rule) -> Problem | None:
    if rule.same_as:
        return unsayable(rule, "sameAs", "give it the target of the other name")
    if rule.on_absent != "fail":
        return unsayable(rule, "onAbsent", "a pod does not show what the lock says of its images")
    if rule.where is not None and not rule.where.is_for(POD):
        return unsayable(rule, "where.kinds", "a pod does not show which kind of object made it")
    return None


def _in_pods(place: Place) -> Problem:
    message = f"a place in pods is named, which admission cannot say: {quoted(place.path)}"
    hint = "admission looks at containers and image volumes"
    return Problem(code="not-exportable", message=message, position=place.position, hint=hint)


def _reached(entries: Iterable[Entry]) -> Iterator[Entry]:
    # Behind one that is for all images of a key, no other counts.
    closed = set()
    for entry in entries:
        if entry.key not in closed:
            yield entry
        if not entry.is_scoped:
            closed.add(entry.key)


def _entry(rule: Rule) -> Entry:
    action: Action = "block" if rule.block else "keep" if rule.keep else "move"
    return Entry(
        key=rule.source,
        rule=rule.label,
        action=action,
        position=rule.position,
        to=next(iter(rule.prefixes), ""),
        only=rule.only,
        where=rule.where or Where(namespaces=ANY),
    )


def _targets(rules: Iterable[Rule]) -> Iterator[Entry]:
    seen = set()
    for prefix, rule in ((prefix, it) for it in rules for prefix in it.prefixes):
        if prefix not in seen:
            seen.add(prefix)
            yield Entry(
                key=prefix,
                rule=rule.label,
                action="mirrored",
                position=rule.position,
                to=prefix,
            )
