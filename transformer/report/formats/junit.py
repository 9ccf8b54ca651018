"""JUnit XML: a test case for each object or file that was looked at.

As https://github.com/jenkinsci/xunit-plugin (junit-10.xsd) has it, and with one failure a case, as
GitLab reads it. Nothing is in it that another run of the same would write otherwise, as times are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from transformer.messages import counted, one_line
from transformer.model import Result
from transformer.report.findings import Findings, Subject, message_of, subject_of


def write(findings: Findings) -> str:
    """The suite of a command; what is no error stands in the output of its case."""
    cases: dict[Subject, list[Result]] = {it: [] for it in findings.subjects}
    for result in findings.results:
        cases.setdefault(subject_of(result), []).append(result)
    failures = sum(any(map(_is_error, it)) for it in cases.values())
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    suite = f"mirrorpin {findings.command}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="{suite}" {counts}>',
        f'  <testsuite name="{suite}" {counts}>',
        *(line for subject, results in cases.items() for line in _case(subject, results, suite)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _is_error(result: Result) -> bool:
    return result.problem.severity == "error"


def _case(subject: Subject, results: Sequence[Result], suite: str) -> Iterator[str]:
    file = one_line(subject.file) or suite
    name = one_line(subject.name) or file
    head = f'    <testcase name="{escape(name)}" classname="{escape(file)}"'
    if not results:
        yield f"{head}/>"
        return
    yield f"{head}>"
    errors = [it for it in results if _is_error(it)]
    if errors:
        more = f", and {counted(len(errors) - 1, 'more error')}" if len(errors) > 1 else ""
        first = message_of(errors[0]) + more
        kind = escape(errors[0].problem.code)
        yield f'      <failure type="{kind}" message="{escape(first)}">{_text(errors)}</failure>'
    others = [it for it in results if not _is_error(it)]
    if others:
        yield f"      <system-out>{_text(others)}</system-out>"
    yield "    </testcase>"


def _text(results: Sequence[Result]) -> str:
    return escape("\n".join(line for it in results for line in it.lines))
