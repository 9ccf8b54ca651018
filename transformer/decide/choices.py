"""What the rules say about one image: which cover it, and whether it lies under a target."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.config.mirrors import Mirrors, Rule, Target, in_scope
from transformer.image.reference import Reference
from transformer.image.repository import under
from transformer.lock.lock import Lock
from transformer.lock.targets import chosen_rules
from transformer.model import Site
from transformer.records import record, replace


@record
class Choices:
    """What the rules say about one image, before any `where` is looked at."""

    reference: Reference
    rules: tuple[Rule, ...]
    target: Target | None

    @property
    def floor(self) -> int:
        """A source must be longer than that to be followed: than the target, where there is one."""
        return self.target.length if self.target is not None else 0

    def rule(self, site: Site) -> Rule | None:
        """The rule to follow at a site. A target wins over rules that are no more specific."""
        floor = self.floor
        for rule in self.rules:
            if rule.source_length <= floor or site.artifact not in rule.artifacts:
                continue
            if in_scope(rule.where, site.resource, site.container):
                return rule
        return None


def choices_of(mirrors: Mirrors, reference: Reference) -> Choices:
    """What indexed rules say about a normalised reference."""
    return Choices(
        reference=reference,
        rules=mirrors.candidates(reference),
        target=mirrors.targets(reference),
    )


def noted_choices(choices: Choices, lock: Lock | None) -> Choices:
    """The same, with the targets that a lock notes for the image, if any."""
    entry = lock.get(choices.reference.key) if lock is not None else None
    rules = chosen_rules(choices.rules, entry.targets) if entry is not None else choices.rules
    return replace(choices, rules=rules)


def origins(target: Target, rules: Iterable[Rule], reference: Reference) -> tuple[str, ...]:
    """The lock keys of what a mirrored image was made from, the likeliest first, then its own.

    Takes the target that it lies under, all rules, and its normalised reference.
    """
    # A rule with a shorter target may have led here as well, by a longer path.
    above = (it for it in rules if any(under(reference.name, at) for at in it.prefixes))
    led = dict.fromkeys((*target.rules, *above))
    sources = filter(None, (it.source_of(reference) for it in led))
    return tuple(dict.fromkeys((*sources, reference.key)))
