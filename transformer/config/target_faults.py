"""What the targets of rules must not be, beside the sources of the same and of other rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.config.rule import Rule
from transformer.image.reference import HUB
from transformer.image.registries import deepens
from transformer.image.repository import parse_source
from transformer.messages import quoted
from transformer.records import record


@record
class TargetFault:
    """A rule whose `key`, source or target, must not be what it is beside the other rules."""

    rule: Rule
    key: str
    code: str
    state: str
    hint: str


def target_faults(rules: Iterable[Rule]) -> Iterator[TargetFault]:
    """What the targets of rules do to each other: none settles what another moves again."""
    rules = tuple(rules)
    targets: dict[str, Rule] = {}
    for rule in rules:
        for prefix in rule.prefixes:
            fault = _fault(rule, prefix)
            if fault is not None:
                yield fault
            if fault is None or fault.code != "loop":
                targets.setdefault(prefix, rule)
    for rule in rules:
        target = targets.get(rule.source)
        if target is not None:
            yield TargetFault(
                rule=rule,
                key="source",
                code="never-matches",
                state=f"is the target of `{target.label}`: {quoted(rule.source)}",
                hint="images there are already mirrored, so the rule can never match",
            )


def _fault(rule: Rule, prefix: str) -> TargetFault | None:
    key = "template" if rule.template else "targets" if rule.targets else "target"
    if _is_under_own_source(rule, prefix):
        return TargetFault(
            rule=rule,
            key=key,
            code="loop",
            state=f"lies under the rule's own source: {quoted(prefix)}",
            hint=f"it is under {rule.source}, so every run would rewrite it again",
        )
    refused = deepens(prefix, _least_parts(rule)) if rule.template is None else None
    if refused is None:
        return None
    return TargetFault(
        rule=rule,
        key=key,
        code="refused-name",
        state=f"is {quoted(prefix)}: expected room for {refused.demand}",
        hint=refused.hint,
    )


def _least_parts(rule: Rule) -> int:
    # How many parts a rule with a target puts behind it, at least.
    pattern = parse_source(rule.source)
    if pattern.is_everything or pattern.name == HUB:
        # A lone one of Docker Hub is in library/.
        return 2
    return 0 if "/" in pattern.name else 1


def _is_under_own_source(rule: Rule, prefix: str) -> bool:
    pattern = parse_source(rule.source)
    if pattern.is_everything:
        # A target is longer, and what lies under it is there.
        return False
    if pattern.tag or pattern.digest:
        return prefix == pattern.name
    return pattern.covers(prefix)
