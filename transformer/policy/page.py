"""What gates and waivers did in a run, as tables of its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from transformer.config.policy import Policy, Waiver
from transformer.errors import Position, Problem
from transformer.model import Result
from transformer.policy.gates import Finding
from transformer.report.page import Column, Row, State, Table

_STATES: Mapping[str, State] = {"error": "failed", "warning": "warned", "info": "left"}
_WORDS = {"error": "fails", "warning": "warns", "info": "waived"}


def tables(
    policy: Policy, findings: Sequence[Finding], results: Iterable[Result]
) -> tuple[Table, ...]:
    """A table of the gates, one of what they have against images, and one of the waivers.

    Takes the policy of a run, its findings, waived or not, and all of its results.
    """
    return _gates(policy, findings), _against(findings), _waivers(policy, findings, results)


def _gates(policy: Policy, findings: Iterable[Finding]) -> Table:
    counts = Counter[tuple[str, str]]((it.gate, it.result.problem.severity) for it in findings)
    rows = []
    for gate, level in policy.levels.items():
        numbers = [counts[gate, it] for it in _WORDS]
        met = (it for it, number in zip(_WORDS, numbers, strict=True) if number)
        rows.append(Row(cells=(gate, level, *map(str, numbers)), state=_STATES[next(met, "info")]))
    names = (Column(name=it, kind="number") for it in _WORDS.values())
    return Table(
        title="Gates",
        anchor="gates",
        columns=(Column(name="gate", kind="word"), Column(name="level", kind="word"), *names),
        rows=tuple(rows),
        note="What is to hold of the images that come out, and at how many places it does not.",
        empty="No gate is on.",
    )


def _against(findings: Iterable[Finding]) -> Table:
    groups: dict[tuple[str, str, str], list[Problem]] = {}
    for it in findings:
        problem = it.result.problem
        by = it.waiver.label if it.waiver else ""
        groups.setdefault((it.gate, problem.message, by), []).append(problem)
    return Table(
        title="What gates have against images",
        anchor="findings",
        columns=(
            Column(name="gate", kind="word"),
            Column(name="says", kind="state"),
            Column(name="what"),
            Column(name="waiver", kind="word"),
            Column(name="places", kind="places"),
        ),
        rows=tuple(_finding(*key, problems) for key, problems in groups.items()),
        empty="Nothing: every image meets every gate.",
    )


def _finding(gate: str, message: str, waiver: str, problems: Sequence[Problem]) -> Row:
    severity = problems[0].severity
    places = tuple(str(it.position) for it in problems)
    return Row(cells=(gate, _WORDS[severity], message, waiver, places), state=_STATES[severity])


def _waivers(policy: Policy, findings: Iterable[Finding], results: Iterable[Result]) -> Table:
    used = Counter(it.waiver.index for it in findings if it.waiver is not None)
    told = {
        it.problem.position: it.problem.code
        for it in results
        if it.problem.code in ("expired-waiver", "unused-waiver")
    }
    return Table(
        title="Waivers",
        anchor="waivers",
        columns=(
            Column(name="waiver", kind="word"),
            Column(name="state", kind="state"),
            Column(name="of"),
            Column(name="reason"),
            Column(name="last day", kind="word"),
            Column(name="passes", kind="number"),
        ),
        rows=tuple(_waiver(it, told, used[it.index]) for it in policy.waivers),
        empty="No waiver.",
    )


def _waiver(waiver: Waiver, told: Mapping[Position | None, str], passes: int) -> Row:
    word, state = _SAID[told.get(waiver.position, "")]
    of = ", ".join(_scope(waiver))
    # How many warnings one acknowledges is not counted.
    number = str(passes) if waiver.gate else ""
    return Row(cells=(waiver.label, word, of, waiver.reason, waiver.until, number), state=state)


_SAID: Mapping[str, tuple[str, State]] = {
    "": ("in use", "left"),
    "unused-waiver": ("not used", "warned"),
    "expired-waiver": ("is over", "failed"),
}


def _scope(waiver: Waiver) -> Iterator[str]:
    yield f"gate {waiver.gate}" if waiver.gate else f"code {waiver.code}"
    globs = {
        "image": waiver.image,
        "namespace": waiver.namespace,
        "kind": waiver.kind,
        "name": waiver.name,
    }
    yield from (f"{key} {glob}" for key, glob in globs.items() if glob != "*")
