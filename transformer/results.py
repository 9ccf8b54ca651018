"""Verdicts and problems as results, and results as text and as KRM data.

KRM results follow the functions specification: severity always set, current and proposed values
always strings, the code among the tags (kpt decodes nothing else).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from transformer.errors import Problem
from transformer.mirrors import Rule
from transformer.model import Decision, Fail, Grant, Keep, Result, Rewrite, Skip, field_path
from transformer.records import replace

KrmResult: TypeAlias = "dict[str, Any]"


def decision_results(decisions: Iterable[Decision]) -> Iterator[Result]:
    """One result for each problem of each site, with its position."""
    for site, verdict in decisions:
        problems = (verdict.problem,) if isinstance(verdict, Skip | Fail) else verdict.problems
        for problem in problems:
            yield Result(
                problem=replace(problem, position=site.document.position(site.spot.start)),
                resource=site.resource,
                field=field_path(site.steps),
                current=site.value,
            )


def unused_results(rules: Iterable[Rule]) -> Iterator[Result]:
    """One info result for each rule that no image of the run met."""
    for rule in rules:
        message = f'no image met `{rule.label}`: "{rule.source}"'
        yield Result(
            problem=Problem(
                code="unused-rule",
                message=message,
                severity="info",
                position=rule.position,
                hint=rule.unused_hint,
            )
        )


def change_results(decisions: Iterable[Decision], grants: Iterable[Grant]) -> Iterator[Result]:
    """One info result for each change, and each site left as it is on purpose."""
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite | Keep):
            is_changed = isinstance(verdict, Rewrite)
            proposed = verdict.image if isinstance(verdict, Rewrite) else ""
            message = f'{verdict.code}: "{site.value}"' + (
                f' -> "{proposed}"' if is_changed else ""
            )
            if site.by_structure:
                message += " (by-structure)"
            yield Result(
                problem=Problem(
                    code=verdict.code,
                    message=message,
                    severity="info",
                    position=site.document.position(site.spot.start),
                ),
                resource=site.resource,
                field=field_path(site.steps),
                current=site.value,
                proposed=proposed,
            )
    for grant in grants:
        yield _grant_result(grant)


def _grant_result(grant: Grant) -> Result:
    names = ", ".join(grant.names)
    position = grant.holder.document.position(grant.holder.secrets.spot.spot.start)
    return Result(
        problem=Problem(
            code="authorised",
            message=f"authorised: added {names}",
            severity="info",
            position=position,
        ),
        resource=grant.holder.resource,
        field=field_path(grant.steps),
        current=", ".join(grant.holder.secrets.names),
        proposed=", ".join((*grant.holder.secrets.names, *grant.names)),
    )


def final_lines(decisions: Iterable[Decision]) -> Iterator[str]:
    """One line for each distinct image that is rewritten, in order of first use."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite):
            counts[site.value.rstrip("\n"), verdict.image, verdict.rule] += 1
    for (old, new, rule), count in counts.items():
        yield f"final: {old} -> {new} ({rule}, {_plural(count, 'place')})"


def summary(decisions: Iterable[Decision], grants: Iterable[Grant], errors: int) -> str:
    """The last line of a run: what was done, in numbers; or that nothing was."""
    verdicts = [verdict for _, verdict in decisions]
    rewritten = sum(isinstance(verdict, Rewrite) for verdict in verdicts)
    kept = sum(isinstance(verdict, Keep) for verdict in verdicts)
    skipped = sum(isinstance(verdict, Skip) for verdict in verdicts)
    images = _plural(len(verdicts), "image")
    if errors:
        return f"nothing was written: {_plural(errors, 'error')}, {images}"
    lists = _plural(sum(1 for _ in grants), "pull secret list")
    return f"{images}: {rewritten} rewritten, {kept} kept, {skipped} left alone; {lists} extended"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def krm_result(result: Result) -> KrmResult:
    """A result as the KRM functions specification writes it."""
    problem = result.problem
    krm: KrmResult = {
        "message": f"{problem.message}; hint: {problem.hint}" if problem.hint else problem.message,
        "severity": problem.severity,
    }
    resource = result.resource
    if resource is not None:
        reference = {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "name": resource.name,
        }
        if resource.namespace:
            reference["namespace"] = resource.namespace
        krm["resourceRef"] = reference
        if result.field:
            krm["field"] = {"path": result.field}
            if result.current:
                krm["field"]["currentValue"] = result.current
            if result.proposed:
                krm["field"]["proposedValue"] = result.proposed
        if resource.path:
            krm["file"] = {"path": resource.path}
            if resource.index.isdigit():
                krm["file"]["index"] = int(resource.index)
    krm["tags"] = {"code": problem.code}
    return krm
