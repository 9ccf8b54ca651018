"""Verdicts and problems as results, and results as text and as KRM data.

KRM results follow the functions specification: severity always set, current and proposed values
always strings, the code among the tags (kpt decodes nothing else).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from transformer.config.mirrors import Rule
from transformer.errors import Position, Problem, Severity
from transformer.messages import counted, one_line, quoted, shown
from transformer.model import (
    Decision,
    Fail,
    Grant,
    Keep,
    Resource,
    Result,
    Rewrite,
    Site,
    Skip,
    Verdict,
)
from transformer.places.place import Place
from transformer.records import replace
from transformer.yamltext.path import field_path

if TYPE_CHECKING:
    from transformer.edit.originals import Note
    from transformer.pull_secrets.objects import SecretObject

KrmResult: TypeAlias = "dict[str, Any]"

_INDEX_DIGITS = 9

# How the last line of a run that failed begins.
NOTHING = "nothing was written"

_REASONS = {
    "mirrored": "the first rule that covers it",
    "pinned": "its name stays, the lock has its digest",
    "kept": "the first rule that covers it keeps it",
    "already-mirrored": "it lies under the target of the rule",
    "no-rule": "no rule covers it",
    "restored": "the rules make what was there of it",
}


def decision_results(decisions: Iterable[Decision]) -> Iterator[Result]:
    """One result for each problem of each site, with its position."""
    for site, verdict in decisions:
        is_unread = isinstance(verdict, Skip | Fail)
        problems = (verdict.problem,) if isinstance(verdict, Skip | Fail) else verdict.problems
        for problem in problems:
            yield Result(
                problem=replace(problem, position=site.position),
                resource=site.resource,
                field=site.field,
                # What is no reference may hold a password.
                current=shown(site.value) if is_unread else site.value,
            )


def unused_results(rules: Iterable[Rule]) -> Iterator[Result]:
    """One info result for each rule that no image of the run met."""
    for rule in rules:
        problem = Problem(
            code="unused-rule",
            message=f"no image met `{rule.label}`: {quoted(rule.source)}",
            severity="info",
            position=rule.position,
            hint=rule.unused_hint,
        )
        yield Result(problem=problem)


def first_target_results(rules: Iterable[Rule]) -> Iterator[Result]:
    """One warning for each rule that took its first target, as no lock can say which has what."""
    for rule in rules:
        problem = Problem(
            code="first-target",
            message=f"`{rule.label}` took its first target, as no lock says which has the image: "
            f"{quoted(rule.target)}",
            severity="warning",
            position=rule.position,
            hint="mirrorpin lock notes it for images with a tag, and `digests: {mode: lock}` "
            "reads it",
        )
        yield Result(problem=problem)


def unused_field_results(places: Iterable[Place]) -> Iterator[Result]:
    """One info result for each place of the user that no object of the run has."""
    for place in places:
        kind = f"{place.kind} ({place.group})" if place.group else place.kind
        problem = Problem(
            code="unused-field",
            message=f"no object had `{shown(place.path)}` of {shown(kind)}",
            severity="info",
            position=place.position,
            hint="compare group, kind and path with the manifests",
        )
        yield Result(problem=problem)


def unpinned_results(decisions: Iterable[Decision]) -> Iterator[Result]:
    """One info result for all images without digest that only the shape of a name shows."""
    sites = [
        site
        for site, verdict in decisions
        if site.by_shape
        and site.digest == "none"
        and isinstance(verdict, Rewrite | Keep)
        and "@" not in site.value
    ]
    if not sites:
        return
    problem = Problem(
        code="strings-unpinned",
        message=(
            f"{counted(len(sites), 'image')} in strings not pinned: nobody knows whether the "
            "programs that read them take digests"
        ),
        severity="info",
        position=sites[0].position,
        hint="pin them as well with `strings: {pin: true}`",
    )
    yield Result(problem=problem)


def change_results(
    decisions: Iterable[Decision],
    grants: Iterable[Grant],
    notes: Iterable[Note],
    added: Iterable[SecretObject],
) -> Iterator[Result]:
    """One info result for each change, and each image left as it is on purpose."""
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite | Keep):
            image = verdict.image if isinstance(verdict, Rewrite) else ""
            message = f"{verdict.code}: {quoted(site.value)}"
            message += f" -> {quoted(image)}" if image else ""
            message += " (by-structure)" if site.by_structure else ""
            message += " (suspect)" if site.is_suspect else ""
            message += " (by-shape)" if site.by_shape else ""
            yield _with_rule(_at_site(site, verdict.code, message, "info", image), verdict)
    for grant in grants:
        yield _at_list(grant, "authorised", f"authorised: added {_names(grant)}", "info")
    for note in notes:
        yield _at_note(note)
    for it in added:
        yield _at_object(it, "added", f"added: {shown(str(it.resource))}", "info")


def wanted_results(
    decisions: Iterable[Decision], grants: Iterable[Grant], added: Iterable[SecretObject]
) -> Iterator[Result]:
    """One error for each change that has not been made."""
    code = "would-change"
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite):
            written = quoted(site.value)
            message = f"{written} is not {verdict.code}: expected {quoted(verdict.image)}"
            yield _with_rule(_at_site(site, code, message, "error", verdict.image), verdict)
    for grant in grants:
        message = f"`{shown(field_path(grant.steps))}` lacks {_names(grant)}"
        yield _at_list(grant, code, message, "error")
    for it in added:
        message = f"{quoted(str(it.resource))} is not among the manifests: expected by its template"
        yield _at_object(it, code, message, "error")


def reason_of(verdict: Verdict) -> str:
    """The reason of a verdict: of one that says no more than a problem, that."""
    if isinstance(verdict, Skip | Fail):
        return verdict.problem.message
    return _REASONS[verdict.code]


def rule_of(verdict: Verdict) -> str:
    """The rule that a verdict follows, as in mirrors[0]; '' where it follows none."""
    return "" if isinstance(verdict, Skip | Fail) else verdict.rule


def _names(grant: Grant) -> str:
    return ", ".join(map(quoted, grant.names))


def _at_site(site: Site, code: str, message: str, severity: Severity, proposed: str) -> Result:
    position = site.position
    return Result(
        problem=Problem(code=code, message=message, severity=severity, position=position),
        resource=site.resource,
        field=site.field,
        current=site.value,
        proposed=proposed,
    )


def _with_rule(result: Result, verdict: Rewrite | Keep) -> Result:
    return replace(result, rule=verdict.rule, reason=reason_of(verdict))


def _at_list(grant: Grant, code: str, message: str, severity: Severity) -> Result:
    names = grant.holder.secrets.names
    position = grant.holder.document.position(grant.holder.secrets.spot.spot.start)
    return Result(
        problem=Problem(code=code, message=message, severity=severity, position=position),
        resource=grant.holder.resource,
        field=field_path(grant.steps),
        current=", ".join(names),
        proposed=", ".join((*names, *grant.names)),
    )


def _at_note(note: Note) -> Result:
    place = note.at.place
    position = note.at.document.position(place.spot.spot.start)
    message = f"noted: {quoted(note.value)}"
    return Result(
        problem=Problem(code="noted", message=message, severity="info", position=position),
        resource=note.at.resource,
        field=field_path(note.steps),
        current=place.value,
        proposed=note.value,
    )


def _at_object(it: SecretObject, code: str, message: str, severity: Severity) -> Result:
    position = Position(file=it.template)
    problem = Problem(code=code, message=message, severity=severity, position=position)
    return Result(problem=problem, resource=it.resource)


def final_lines(decisions: Iterable[Decision]) -> Iterator[str]:
    """One line for each distinct image that is rewritten, in order of first use."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for site, verdict in decisions:
        if isinstance(verdict, Rewrite):
            guess = ", suspect" if site.is_suspect else ""
            counts[site.written, verdict.image, verdict.rule, guess] += 1
    for (old, new, rule, guess), count in counts.items():
        yield f"final: {old} -> {new} ({rule}, {counted(count, 'place')}{guess})"


def summary(
    decisions: Iterable[Decision], grants: Iterable[Grant], errors: int, added: int = 0
) -> str:
    """The last line of a run: what was done, in numbers; or that nothing was.

    Takes the decisions and grants of the run, and the numbers of its errors and of new objects.
    """
    verdicts = [verdict for _, verdict in decisions]
    rewritten = sum(isinstance(verdict, Rewrite) for verdict in verdicts)
    kept = sum(isinstance(verdict, Keep) for verdict in verdicts)
    skipped = sum(isinstance(verdict, Skip) for verdict in verdicts)
    images = counted(len(verdicts), "image")
    if errors:
        return f"{NOTHING}: {counted(errors, 'error')}, {images}"
    lists = counted(sum(1 for _ in grants), "pull secret list")
    objects = f", {counted(added, 'object')} added" if added else ""
    counts = f"{rewritten} rewritten, {kept} kept, {skipped} left alone"
    return f"{images}: {counts}; {lists} extended{objects}"


def krm_result(result: Result) -> KrmResult:
    """A result as the KRM functions specification writes it."""
    problem = result.problem
    message = f"{problem.message}; hint: {problem.hint}" if problem.hint else problem.message
    resource = result.resource
    if resource is None:
        place = f"{problem.position}: " if problem.position else ""
        message, located = f"{place}{message}", {}
    else:
        located = _located(result, resource)
    return {
        "message": one_line(message),
        "severity": problem.severity,
        **located,
        "tags": {"code": problem.code, **_decided(result)},
    }


def _decided(result: Result) -> dict[str, str]:
    given = {"rule": result.rule, "reason": result.reason}
    return {key: one_line(text) for key, text in given.items() if text}


def _located(result: Result, resource: Resource) -> KrmResult:
    reference = {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": resource.name,
    }
    if resource.namespace:
        reference["namespace"] = resource.namespace
    # Hosts print all of it.
    krm: KrmResult = {"resourceRef": _printable(reference)}
    if result.field:
        values = {"currentValue": result.current, "proposedValue": result.proposed}
        given = {key: it for key, it in values.items() if it}
        krm["field"] = _printable({"path": result.field, **given})
    if resource.path:
        krm["file"] = {"path": one_line(resource.path)}
        if _is_index(resource.index):
            krm["file"]["index"] = int(resource.index)
    return krm


def _printable(texts: dict[str, str]) -> dict[str, str]:
    return {key: one_line(text) for key, text in texts.items()}


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _INDEX_DIGITS
