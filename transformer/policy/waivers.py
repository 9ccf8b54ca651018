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
from transformer.records import replace


def waive(
    results: Iterable[Result],
    findings: Iterable[Finding],
    policy: Policy,
    today: str,
) -> list[Result]:
    """The results of a run and the findings of its gates, with what is waived as information.

    Takes the policy, and today as a day: 2026-12-31. Raises `UsageError` where a waiver ends, and
    it is not known what today is.
    """
    waivers = policy.waivers
    if policy.needs_today and not today:
        raise usage_error("`today` must be given, as waivers of the policy end")
    valid = [it for it in waivers if not it.until or it.until >= today]
    used: set[int] = set()
    told = [_told(it, (it.current,), "", valid, used) for it in results]
    told += [_told(it.result, it.names, it.gate, valid, used) for it in findings]
    return [*told, *_about(waivers, valid, used)]


def _told(
    result: Result, names: Sequence[str], gate: str, waivers: Iterable[Waiver], used: set[int]
) -> Result:
    problem = result.problem
    # A gate may be passed; of all else only a warning can be known.
    if problem.severity != "warning" and not gate:
        return result
    for waiver in waivers:
        is_meant = waiver.gate == gate if gate else waiver.code == problem.code
        if is_meant and _covers(waiver, result, names):
            used.add(waiver.index)
            until = f" until {waiver.until}" if waiver.until else ""
            message = f"{problem.message}; waived{until}: {waiver.reason}"
            return replace(
                result, problem=replace(problem, severity="info", message=message, hint="")
            )
    return result


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
