"""What came of cases: a difference for each that fails, as text, and all of them as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.config.cases import Case
from transformer.decide.cases import Outcome
from transformer.errors import Problem
from transformer.messages import json_page, page, quoted, shown

VERSION = 1


def problems(outcomes: Iterable[Outcome]) -> Iterator[Problem]:
    """One error for each case that fails."""
    for it in outcomes:
        if it.differences:
            what = ", ".join(it.differences)
            message = f"{quoted(it.case.image)} is not what was expected: {what}"
            yield Problem(code="case-failed", message=message, position=it.case.position)


def as_text(outcomes: Sequence[Outcome]) -> str:
    """For each case that fails its place, its image, and what is (+) for what was expected (-)."""
    lines: list[str] = []
    for it in outcomes:
        if it.differences:
            lines.append(f"{it.case.position}: {shown(it.case.image)}{_scope(it.case)}")
            lines += _difference(it)
    return page(lines)


def _difference(it: Outcome) -> Iterator[str]:
    for key in it.differences:
        yield f"- {key}: {_value(it.case.expected[key])}"
    # What fails, or is left alone, has none of the facts that were expected.
    told = [key for key in it.differences if key in it.actual]
    for key in told or ("error", "warning", "name"):
        if key in it.actual:
            yield f"+ {key}: {_value(it.actual[key])}"


def _value(value: str | tuple[str, ...]) -> str:
    return shown(value) if isinstance(value, str) else f"[{', '.join(map(shown, value))}]"


def _scope(case: Case) -> str:
    parts = {
        "namespace": case.namespace,
        "kind": case.kind,
        "container": case.container,
        "labels": ",".join(f"{key}={value}" for key, value in case.labels.items()),
    }
    said = ", ".join(f"{key} {shown(text)}" for key, text in parts.items() if text)
    return f" ({said})" if said else ""


def as_json(outcomes: Iterable[Outcome]) -> str:
    """Every case, with what was expected and what is."""
    return json_page({"version": VERSION, "cases": [_data(it) for it in outcomes]})


def _data(it: Outcome) -> dict[str, object]:
    case = it.case
    return {
        **case.position.data,
        "image": shown(case.image),
        "scope": {
            "namespace": case.namespace,
            "kind": case.kind,
            "container": case.container,
            "labels": dict(case.labels),
        },
        "passed": not it.differences,
        "differences": list(it.differences),
        "expected": dict(case.expected),
        "actual": dict(it.actual),
    }
