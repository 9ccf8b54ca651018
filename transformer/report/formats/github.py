"""Annotations of GitHub Actions: a workflow command on a line for each finding.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands: data has `%`
and line breaks escaped, a property `:` and `,` as well. A step shows ten of each level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transformer.messages import counted
from transformer.model import Result
from transformer.report.findings import Findings, file_of, hint_of, message_of, place_of

MAX_ANNOTATIONS = 10

# The level of each severity, and what more of it is called.
LEVELS = {
    "error": ("error", "more error"),
    "warning": ("warning", "more warning"),
    "info": ("notice", "more notice"),
}

_DATA = {ord(it): f"%{ord(it):02X}" for it in "%\r\n"}
_PROPERTY = {ord(it): f"%{ord(it):02X}" for it in "%\r\n:,"}


def write(findings: Findings) -> str:
    """A command for each finding; where a level has more than are shown, its last one says so."""
    lines: list[str] = []
    for severity in LEVELS:
        lines += _level([it for it in findings.results if it.problem.severity == severity])
    return "".join(f"{line}\n" for line in lines)


def _level(results: Sequence[Result]) -> Iterator[str]:
    is_cut = len(results) > MAX_ANNOTATIONS
    shown = results[: MAX_ANNOTATIONS - 1] if is_cut else results
    yield from map(_annotation, shown)
    if is_cut:
        level, noun = LEVELS[results[0].problem.severity]
        yield f"::{level}::{counted(len(results) - len(shown), noun)}: see the log"


def _annotation(result: Result) -> str:
    place = place_of(result)
    file = file_of(place)
    properties = {"file": file}
    if file and place.line:
        properties |= {"line": str(place.line), "col": str(place.column)}
    properties["title"] = result.problem.code
    given = ",".join(f"{key}={it.translate(_PROPERTY)}" for key, it in properties.items() if it)
    level, _ = LEVELS[result.problem.severity]
    return f"::{level} {given}::{_text(result).translate(_DATA)}"


def _text(result: Result) -> str:
    # Where there is no file to show, the place is told.
    place = place_of(result)
    where = "" if file_of(place) or not place.file else f"{place}: "
    hint = hint_of(result)
    text = f"{where}{message_of(result)}"
    return f"{text}\nhint: {hint}" if hint else text
