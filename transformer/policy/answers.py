"""What the gates say of single images: for those who explain one, or try it on the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.config.policy import Gate, Level, Policy
from transformer.decide.explain import GateAnswer, GateState
from transformer.lock.lock import Lock
from transformer.model import Decision, Keep, Rewrite, Site
from transformer.policy.gates import Finding, is_asked, judge
from transformer.policy.waivers import waive


def findings_of(
    decisions: Iterable[Decision], policy: Policy, lock: Lock | None, today: str
) -> tuple[Finding, ...]:
    """What gates have against images that stand in no manifest, waived or not.

    Takes the policy, the lock, and the day. Raises `UsageError` as `waive` does.
    """
    return waive((), judge(decisions, (), policy, lock, None, today), policy, today).findings


def answers(
    decisions: Iterable[Decision], findings: Iterable[Finding], policy: Policy
) -> Iterator[tuple[GateAnswer, ...]]:
    """What each gate of a policy that is on says of each image, nothing of one that has no result.

    Takes the findings of the run. The gate for suspects is about what is not an image yet.
    """
    found: dict[tuple[int, Gate], list[Finding]] = {}
    for it in findings:
        found.setdefault((id(it.site), it.gate), []).append(it)
    asked = [it for it in policy.levels.items() if it[0] != "suspects"]
    for site, verdict in decisions:
        gates = asked if isinstance(verdict, Rewrite | Keep) else ()
        yield tuple(_answer(*it, site, found.get((id(site), it[0]), ())) for it in gates)


def _answer(gate: Gate, level: Level, site: Site, found: Sequence[Finding]) -> GateAnswer:
    if not found:
        state: GateState = "met" if is_asked(gate, site) else "not asked"
        return GateAnswer(gate=gate, level=level, state=state)
    problems = tuple(it.result.problem for it in found)
    return GateAnswer(
        gate=gate,
        level=level,
        state=_state({it.severity for it in problems}),
        problems=problems,
        waiver=found[0].waiver,
        ended=found[0].ended,
    )


def _state(severities: set[str]) -> GateState:
    if "error" in severities:
        return "fails"
    return "warns" if "warning" in severities else "waived"
