"""Who may pass a gate all the same, and which warnings somebody knows about.

What a waiver is for becomes information, with its reason. One whose last day has gone is an error,
and one that nothing was found for is information.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.config.policy import Policy, Waiver
from transformer.errors import Problem, usage_error
from transformer.image.reference import BadReference, normalize
from transformer.model import Result
from transformer.places.glob import glob_matches
from transformer.policy.gates import Finding
from transformer.records import record, replace


@record
class Judged:
    """The results of a run, those of gates and about waivers among them; the findings of gates."""

    results: tuple[Result, ...]
    findings: tuple[Finding, ...]


def waive(
    results: Iterable[Result],
    findings: Iterable[Finding],
    policy: Policy,
    today: str,
) -> Judged:
    """The results of a run and the findings of its gates, with what is waived as information.

    Takes the policy, and today as a day: 2026-12-31. Raises `UsageError` where a waiver ends,
    or an age is judged, and it is not known what today is.
    """
    waivers = policy.waivers
    if policy.needs_today and not today:
        why = "the policy judges ages" if "age" in policy.levels else "waivers of the policy end"
        raise usage_error(f"`today` is not given: expected it, as {why}")
    valid = [it for it in waivers if not it.until or it.until >= today]
    over = [it for it in waivers if it not in valid]
    known = [(it, _acknowledging(valid, it)) for it in results]
    judged = [_judged(it, valid, over) for it in findings]
    used = {it.index for _, it in known if it} | {it.waiver.index for it in judged if it.waiver}
    told = [_waived(it, waiver) if waiver else it for it, waiver in known]
    told += [it.result for it in judged]
    return Judged(results=(*told, *_about(waivers, valid, used)), findings=tuple(judged))


def _acknowledging(waivers: Iterable[Waiver], result: Result) -> Waiver | None:
    # Of what no gate says, only a warning can be known.
    if result.problem.severity != "warning":
        return None
    meant = (it for it in waivers if it.code == result.problem.code)
    return next((it for it in meant if _covers(it, result, (result.current,))), None)


def _judged(finding: Finding, valid: Iterable[Waiver], over: Iterable[Waiver]) -> Finding:
    waiver = _passing(valid, finding)
    if waiver is None:
        return replace(finding, ended=_passing(over, finding))
    return replace(finding, result=_waived(finding.result, waiver), waiver=waiver)


def _passing(waivers: Iterable[Waiver], it: Finding) -> Waiver | None:
    meant = (waiver for waiver in waivers if waiver.gate == it.gate)
    return next((waiver for waiver in meant if _covers(waiver, it.result, it.names)), None)


def _waived(result: Result, waiver: Waiver) -> Result:
    problem = result.problem
    until = f" until {waiver.until}" if waiver.until else ""
    message = f"{problem.message}; waived{until}: {waiver.reason}"
    return replace(result, problem=replace(problem, severity="info", message=message, hint=""))


def _covers(waiver: Waiver, result: Result, names: Sequence[str]) -> bool:
    resource = result.resource
    facts = (
        (waiver.namespace, resource.namespace if resource is not None else ""),
        (waiver.kind, resource.kind if resource is not None else ""),
        (waiver.name, resource.name if resource is not None else ""),
    )
    return all(glob_matches(glob, text) for glob, text in facts) and any(
        glob_matches(waiver.image, name) for name in _forms(names)
    )


def _forms(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield name
        try:
            yield str(normalize(name.rstrip("\n")).with_tag_default())
        except BadReference:
            continue


def _about(waivers: Sequence[Waiver], valid: Sequence[Waiver], used: set[int]) -> Iterator[Result]:
    for it in waivers:
        if it not in valid:
            yield Result(
                problem=Problem(
                    code="expired-waiver",
                    message=f"`{it.label}` ended on {it.until}: expected a day to come",
                    position=it.position,
                    hint="mend what it was for, or renew it",
                )
            )
        elif it.index not in used:
            yield Result(
                problem=Problem(
                    code="unused-waiver",
                    message=f"nothing was found that `{it.label}` is for",
                    severity="info",
                    position=it.position,
                    hint="take it out",
                )
            )
