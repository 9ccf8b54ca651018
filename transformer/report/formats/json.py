"""A report for programs: JSON with a version, as `mirrorpin schema report` has it."""

from __future__ import annotations

from transformer.messages import json_page
from transformer.model import Result
from transformer.report.findings import Findings, Subject, hint_of, message_of

VERSION = 1


def write(findings: Findings) -> str:
    """Everything that was found; lines and columns from 1, 0 where nobody knows."""
    counts = findings.counts
    return json_page(
        {
            "version": VERSION,
            "command": findings.command,
            "passed": not findings.failed,
            "summary": findings.summary,
            "counts": {it: counts.get(it, 0) for it in ("error", "warning", "info")},
            "problems": [_problem(it) for it in findings.results],
            "subjects": [_subject(it) for it in findings.subjects],
        }
    )


def _problem(result: Result) -> dict[str, object]:
    problem = result.problem
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": message_of(result),
        "hint": hint_of(result) or None,
        "place": problem.position.data if problem.position else None,
        "object": result.resource.data if result.resource else None,
        "field": result.field or None,
        "current": result.current or None,
        "proposed": result.proposed or None,
        "rule": result.rule or None,
        "reason": result.reason or None,
    }


def _subject(subject: Subject) -> dict[str, object]:
    return {"file": subject.file, "object": subject.name or None}
