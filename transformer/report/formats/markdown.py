"""A report as Markdown, for the summary of a job or a comment: a table of what was found."""

from __future__ import annotations

from collections.abc import Sequence

from transformer.messages import counted
from transformer.model import Result
from transformer.report.findings import Findings, hint_of, message_of, place_of, subject_of
from transformer.report.markdown_text import cell, row

# GitHub takes 65,536 characters in a comment, and more in a summary.
MAX_MARKDOWN = 60_000


def write(findings: Findings) -> str:
    """A heading, the numbers, and a row for each finding, as many as fit."""
    state = "failed" if findings.failed else "passed"
    head = [f"### mirrorpin {findings.command} {state}", "", cell(findings.summary)]
    if not findings.results:
        return "".join(f"{line}\n" for line in head)
    head += ["", "| | where | object | what | code |", "|---|---|---|---|---|"]
    rows = [_row(it) for it in sorted(findings.results, key=_rank)]
    shown = _fitting(rows, MAX_MARKDOWN - sum(len(it) + 1 for it in head))
    left = len(rows) - len(shown)
    tail = ["", f"And {counted(left, 'more finding')}: the log has all."] if left else []
    return "".join(f"{line}\n" for line in (*head, *shown, *tail))


def _rank(result: Result) -> int:
    return ("error", "warning", "info").index(result.problem.severity)


def _row(result: Result) -> str:
    hint = hint_of(result)
    what = cell(message_of(result))
    return row(
        (
            result.problem.severity,
            cell(str(place_of(result))),
            cell(subject_of(result).name),
            f"{what}<br>hint: {cell(hint)}" if hint else what,
            f"`{result.problem.code}`",
        )
    )


def _fitting(rows: Sequence[str], room: int) -> list[str]:
    # With room for the line that says how many are left out.
    room -= 100
    shown: list[str] = []
    for line in rows:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    return shown
