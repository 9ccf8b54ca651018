"""What the rules say about one image: which cover it, and whether it lies under a target."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.config.mirrors import Mirrors, Rule, Target, in_scope
from transformer.image.reference import Reference
from transformer.image.repository import under
from transformer.model import Site
from transformer.records import record


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


def origins(target: Target, rules: Iterable[Rule], reference: Reference) -> tuple[str, ...]:
    """The lock keys of what a mirrored image was made from, the likeliest first, then its own.

    Takes the target that it lies under, all rules, and its normalised reference.
    """
    # A rule with a shorter target may have led here as well, by a longer path.
    above = (it for it in rules if under(reference.name, it.target))
    led = dict.fromkeys((*target.rules, *above))
    sources = filter(None, (it.source_of(reference) for it in led))
    return tuple(dict.fromkeys((*sources, reference.key)))
