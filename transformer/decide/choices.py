"""What the rules say about one image: which cover it, and whether it lies under a target."""

from __future__ import annotations

from transformer.config.mirrors import Mirrors, Rule, Sourced, Target
from transformer.image.reference import Reference
from transformer.lock.lock import Lock
from transformer.lock.targets import chosen_rules
from transformer.model import Site
from transformer.records import record, replace


@record
class Choices:
    """What the rules say about one image, before any `where` is looked at."""

    reference: Reference
    sources: tuple[Sourced, ...]
    target: Target | None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those that cover it, the most specific first."""
        covers = Rule.covers
        return tuple(
            rule for it in self.sources for rule in it.rules if covers(rule, self.reference)
        )

    @property
    def floor(self) -> int:
        """A source must be longer than that to be followed: than the target, where there is one."""
        return self.target.length if self.target is not None else 0

    def rule(self, site: Site) -> Rule | None:
        """The rule to follow at a site. A target wins over rules that are no more specific."""
        floor = self.floor
        for it in self.sources:
            if it.length > floor:
                rule = it.first(self.reference, site.resource, site.container, site.artifact)
                if rule is not None:
                    return rule
        return None


def choices_of(mirrors: Mirrors, reference: Reference) -> Choices:
    """What indexed rules say about a normalised reference."""
    return Choices(
        reference=reference,
        sources=mirrors.sources(reference),
        target=mirrors.targets(reference),
    )


def noted_choices(choices: Choices, lock: Lock | None) -> Choices:
    """The same, with the targets that a lock notes for the image, if any."""
    entry = lock.get(choices.reference.key) if lock is not None else None
    if entry is None or not entry.targets:
        return choices
    targets = entry.targets
    sources = (Sourced(it.pattern, chosen_rules(it.rules, targets)) for it in choices.sources)
    return replace(choices, sources=tuple(sources))


def origins(target: Target, mirrors: Mirrors, reference: Reference) -> tuple[str, ...]:
    """The lock keys of what a mirrored image was made from, the likeliest first, then its own.

    Takes the target that it lies under, the indexed rules, and its normalised reference.
    """
    # A rule with a shorter target may have led here as well, by a longer path.
    led = dict.fromkeys((*target.origins, *mirrors.origins(reference)))
    sources = filter(None, (it.source_of(reference) for it in led))
    return tuple(dict.fromkeys((*sources, reference.key)))
