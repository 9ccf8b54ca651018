"""The command `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.cli.command import Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON, REPORTS, format_option
from transformer.cli.shell import Shell
from transformer.messages import counted, named

if TYPE_CHECKING:
    from transformer.report.findings import Findings


def run(invocation: Invocation, shell: Shell) -> int:
    """Look for the silent traps of a kustomization folder (the working directory's, if none)."""
    from transformer.cli.reports import reported

    return reported("doctor", lambda: _found(invocation, shell), invocation, shell)


def _found(invocation: Invocation, shell: Shell) -> Findings:
    from transformer.cli.doctor import check
    from transformer.report.findings import Findings, Subject, of_problems

    folders = invocation.paths or (".",)
    problems = [it for folder in folders for it in check(folder, shell.environment)]
    for problem in problems:
        shell.say(problem)
    return Findings(
        command="doctor",
        failed=bool(problems),
        results=of_problems(problems),
        subjects=tuple(Subject(file=named(it)) for it in dict.fromkeys(folders)),
        summary=f"{counted(len(problems), 'trap')} in {counted(len(folders), 'folder')}",
    )


COMMAND = Command(
    help="look for the silent traps of kustomization folders",
    example="mirrorpin doctor overlays/prod",
    run=run,
    sections=(Section(title="the report", options=(format_option(*REPORTS),)), COMMON),
    operands="[DIR]...",
    needs_config=False,
)
