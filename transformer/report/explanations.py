"""Explanations as text, step by step, and as JSON (`mirrorpin schema explain`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from transformer.config.trials import Trial
from transformer.decide.explain import Explanation, GateAnswer
from transformer.errors import Problem
from transformer.image.prefix import BELOW, about_all
from transformer.messages import json_page, page, shown
from transformer.model import Site, Skip
from transformer.records import record

if TYPE_CHECKING:
    from transformer.config.policy import Waiver

VERSION = 1

TAKES: Mapping[str, str] = MappingProxyType(
    {
        "whole": "a tag and a digest",
        "tag": "a digest instead of the tag",
        "behind": "a digest behind the tag",
        "field": "a digest in a field of its own",
        "hex": "a digest, without its algorithm, in a field of its own",
        "word": "a digest whose algorithm and hex digits are in fields of their own",
        "none": "no digest",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "image": "a reference",
        "repository": "a name without its tag",
        "prefix": "the beginning of names",
    }
)

_WIDTH = 14
_STATE = len("not asked")


@record
class _Step:
    # What a line begins with, and what is told there.
    title: str
    text: str


def as_text(explanations: Sequence[Explanation]) -> str:
    """The explanations for people: the image, and a line for each step; those of one place each."""
    lines: list[str] = []
    for number, told in enumerate(explanations):
        lines += [""] if number else []
        lines.append(f"{_written(told.site) or '(empty)'}{_where(told.site)}")
        lines += [f"  {step.title:{_WIDTH}}{step.text}" for step in _steps(told)]
    return page(lines)


def _steps(told: Explanation) -> Iterator[_Step]:
    if told.reference is not None:
        yield _Step(title="normal form", text=_all(str(told.reference.with_tag_default())))
    for title, trial in zip(_titles("rules"), told.trials, strict=False):
        yield _Step(title=title, text=_trial(trial))
    yield from _at_targets(told)
    if told.final:
        yield _Step(title="becomes", text=f"{told.final} ({told.code})")
        if told.settled:
            yield _Step(title="", text=f"the next run leaves it, as {told.settled}")
        digest = f"{told.digest}, from {told.digest_from}" if told.digest else ""
        yield _Step(title="digest", text=digest or f"none: {shown(told.digest_from)}")
    else:
        word = "is left alone" if isinstance(told.verdict, Skip) else "fails"
        yield _Step(title="becomes", text=f"nothing: it {word}")
    for title, (name, reasons) in zip(
        _titles("pull secrets"), told.pull_secrets.items(), strict=False
    ):
        held = ", which the pod has" if name in _held(told.site) else ""
        yield _Step(title=title, text=f"{name}{held}: {' and '.join(reasons)}")
    yield _Step(title="field", text=_field(told.site))
    for title, gate in zip(_titles("gates"), told.gates, strict=False):
        yield _Step(title=title, text=_gate(gate))
    for problem in told.problems:
        yield _Step(title=problem.severity, text=f"{problem.message} ({problem.code})")
        if problem.hint:
            yield _Step(title="hint", text=problem.hint)


def _at_targets(told: Explanation) -> Iterator[_Step]:
    if told.target is not None:
        labels = ", ".join(it.label for it in told.target.rules)
        text = f"it lies under {told.target.name}, the target of {labels}"
        yield _Step(title="mirrored", text=text)
    if told.chosen:
        yield _Step(title="target", text=told.chosen)


def _titles(first: str) -> Iterator[str]:
    yield first
    while True:
        yield ""


def _trial(trial: Trial) -> str:
    outcome = "won " if trial.is_won else "name" if trial.is_name else "lost"
    return f"{outcome}  {trial.rule.label} {trial.rule.source}: {trial.reason}"


def _gate(answer: GateAnswer) -> str:
    head = f"{answer.state:{_STATE}}  {answer.gate}"
    said = "; ".join(it.message for it in answer.problems)
    ended = answer.ended
    by = f" ({answer.waiver.label})" if answer.waiver else ""
    over = f"; `{ended.label}` ended on {ended.until}" if ended else ""
    return f"{head}: {said}{by}{over}" if said else head


def _field(site: Site) -> str:
    reason = f", {shown(site.reason)}" if site.reason else ""
    guess = _guess(site)
    found = f"; found by {guess}" if guess else ""
    return f"takes {NAMES[site.names]} with {TAKES[site.digest]}{reason}{found}"


def _guess(site: Site) -> str:
    if site.is_suspect:
        return "its look"
    return "the shape of a name" if site.by_shape else "structure" * site.by_structure


def _written(site: Site) -> str:
    # What is no reference may hold a password.
    return shown(site.written)


def _all(name: str) -> str:
    return about_all(name).removesuffix(":latest") if BELOW in name else name


def _held(site: Site) -> Sequence[str]:
    return site.pod.secrets.names if site.pod is not None else ()


def _where(site: Site) -> str:
    resource = site.resource
    if site.steps:
        place = site.position
        return f" ({place}, {shown(str(resource))} at {shown(site.field)})"
    where = shown(resource.kind) + f" in {shown(resource.namespace)}" * bool(resource.namespace)
    container = f"container {shown(site.container)}" * bool(site.container)
    said = ", ".join(filter(None, (where.strip(), container)))
    return f" ({said})" if said else ""


def as_json(explanations: Iterable[Explanation]) -> str:
    """The explanations for programs: `{"version": 1, "explanations": [...]}`."""
    return json_page({"version": VERSION, "explanations": [data_of(it) for it in explanations]})


def data_of(told: Explanation) -> dict[str, object]:
    """An explanation as JSON has it; `null` stands for what there is not."""
    reference = told.reference
    return {
        "image": _written(told.site),
        "place": _place(told.site),
        "scope": {
            "namespace": told.site.resource.namespace,
            "kind": told.site.resource.kind,
            "container": told.site.container,
        },
        "normal": _all(str(reference.with_tag_default())) if reference is not None else None,
        "rules": [
            {
                "rule": it.rule.label,
                "source": it.rule.source,
                "won": it.is_won,
                "reason": it.reason,
            }
            for it in told.trials
        ],
        "target": told.target.name if told.target is not None else None,
        "chosen": told.chosen or None,
        "code": told.code,
        "final": told.final or None,
        "digest": told.digest or None,
        "digestFrom": told.digest_from or None,
        "pullSecrets": [
            {"name": name, "reasons": list(reasons), "isThere": name in _held(told.site)}
            for name, reasons in told.pull_secrets.items()
        ],
        "field": {
            "names": told.site.names,
            "digest": told.site.digest,
            "reason": told.site.reason or None,
            "guess": _guess(told.site) or None,
        },
        "gates": [_gate_data(it) for it in told.gates],
        "problems": [_problem(it) for it in told.problems],
    }


def _gate_data(answer: GateAnswer) -> dict[str, object]:
    return {
        "gate": answer.gate,
        "level": answer.level,
        "state": answer.state,
        "problems": [_problem(it) for it in answer.problems],
        "waiver": _waiver_data(answer.waiver) if answer.waiver else None,
    }


def _waiver_data(waiver: Waiver) -> dict[str, object]:
    return {"waiver": waiver.label, "reason": waiver.reason, "until": waiver.until or None}


def _place(site: Site) -> dict[str, object] | None:
    if not site.steps:
        return None
    return {**site.position.data, "name": site.resource.name, "field": site.field}


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint or None,
    }
