"""The reports of commands that judge: what they found, in the format that is asked for.

stderr has the usual lines and the exit code is the same, whatever the format is.
"""

from __future__ import annotations

from collections.abc import Callable

from transformer.cli.command import DONE, FAILED
from transformer.cli.invocation import Invocation
from transformer.cli.shell import Shell
from transformer.errors import TransformError
from transformer.report.findings import Findings, of_problems


def reported(
    command: str, find: Callable[[], Findings], invocation: Invocation, shell: Shell
) -> int:
    """Find, and write the report. Returns the exit code.

    `find` says what it finds to people, and writes nothing to stdout. What stops it is reported as
    well, and raised.
    """
    try:
        findings = find()
    except TransformError as error:
        if invocation.writes_report:
            _write(_stopped(command, error), invocation, shell)
        raise
    if invocation.writes_report:
        _write(findings, invocation, shell)
    return FAILED if findings.failed else DONE


def _stopped(command: str, error: TransformError) -> Findings:
    return Findings(
        command=command,
        failed=True,
        results=of_problems(error.problems),
        subjects=(),
        summary=f"{command} could not be done",
    )


def _write(findings: Findings, invocation: Invocation, shell: Shell) -> None:
    from transformer.report.formats import written

    shell.write(written(invocation.output_format, findings).encode())
