"""Where an image is pulled from, of the targets of its rule: what a lock has noted, or could.

    targets: [edge.example.com/hub, registry.example.com/hub]      a rule
    targets:                                                       the lock, below an image
      edge.example.com/hub, registry.example.com/hub: registry.example.com/hub

The first target that had the image's digest is noted when the lock is written, under all of them,
so that one lock serves configurations with other targets. `absent` stands for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from transformer.config.mirrors import RenameFault, Rule, rename
from transformer.config.template_language import Budget
from transformer.image.reference import Reference
from transformer.lock.lock import ABSENT
from transformer.records import record, replace


@record
class Way:
    """A name by which an image can be pulled, and what a lock notes where it is the first."""

    final: Reference
    notes: Mapping[str, str] = MappingProxyType({})


def is_noted(chain: Iterable[Way], targets: Mapping[str, str]) -> bool:
    """Whether an entry of a lock, given its `targets`, says which of the ways to a name it is."""
    return any(way.notes.items() <= targets.items() for way in chain)


def is_settled(chain: Iterable[Way], targets: Mapping[str, str]) -> bool:
    """Whether it says so, and a target has the image: what none had, one may have by now."""
    return any(
        way.notes.items() <= targets.items() and ABSENT not in way.notes.values() for way in chain
    )


def chosen_rules(rules: Iterable[Rule], targets: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules that cover an image, as its entry of the lock, given its `targets`, has them.

    A rule that has a choice has the one target that is noted. Where none had the image, it is left
    out, or keeps the image, as its `on_absent` says. One for which nothing is noted stays.
    """
    return tuple(it for rule in rules if (it := _chosen(rule, targets)) is not None)


def _chosen(rule: Rule, targets: Mapping[str, str]) -> Rule | None:
    noted = targets.get(rule.choice, "") if rule.chooses else ""
    if noted in rule.prefixes:
        return replace(rule, target=noted, targets=(), on_absent="fail")
    if noted != ABSENT or rule.on_absent == "fail":
        return rule
    if rule.on_absent == "next":
        return None
    return replace(rule, target="", targets=(), on_absent="fail", keep=True, pull_secrets=())


def ways(rules: Sequence[Rule], reference: Reference, budget: Budget) -> Iterator[Way]:
    """The names by which an image can be pulled, in the order in which they are to be tried.

    Takes the rules that cover it, the first being the one to follow, its normalised reference, and
    what templates may still cost. A target that cannot hold its name is none of them.
    """
    notes: dict[str, str] = {}
    for rule in rules:
        if rule.block:
            return
        if rule.keep:
            yield Way(final=reference, notes=notes)
            return
        for target in rule.prefixes:
            is_template = rule.template is not None
            noted = {**notes, rule.choice: target} if rule.chooses else notes
            only = rule if is_template else replace(rule, target=target)
            try:
                domain, _, path = rename(only, reference, budget).partition("/")
            except RenameFault:
                continue
            yield Way(final=replace(reference, domain=domain, path=path), notes=noted)
        if rule.on_absent == "fail":
            return
        notes = {**notes, rule.choice: ABSENT}
        if rule.on_absent == "keep":
            yield Way(final=reference, notes=notes)
            return
