"""The command `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.cli.command import Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON, REPORTS, format_option
from transformer.cli.shell import Shell
from transformer.cli.voice import tell
from transformer.messages import counted, named

if TYPE_CHECKING:
    from transformer.report.findings import Findings


def run(invocation: Invocation, shell: Shell) -> int:
    """Look for what goes wrong in silence in folders (all of the repository, if none is named)."""
    from transformer.cli.reports import reported

    return reported("doctor", lambda: _found(invocation, shell), invocation, shell)


def _found(invocation: Invocation, shell: Shell) -> Findings:
    import os

    from transformer.cli.doctor import examine, said
    from transformer.cli.upwards import root_of
    from transformer.report.findings import Findings, Subject, of_problems

    folders = invocation.paths or (os.path.relpath(root_of(".")),)
    found = [examine(it, shell.environment) for it in dict.fromkeys(folders)]
    traps = list(dict.fromkeys(trap for it in found for trap in it.traps))
    problems = [*(it for each in found for it in each.well), *traps]
    summary = _summary(said(found), len(traps), is_used=any(it.is_used for it in found))
    tell(problems, invocation, shell, failed=bool(traps))(summary)
    return Findings(
        command="doctor",
        failed=bool(traps),
        results=of_problems(it for it in problems if invocation.tells(it)),
        subjects=tuple(Subject(file=named(it)) for each in found for it in each.files),
        summary=summary,
    )


def _summary(what: str, traps: int, *, is_used: bool) -> str:
    if traps:
        return f"doctor failed: {counted(traps, 'trap')} in {what}"
    unused = "" if is_used else "; nothing here calls mirrorpin, which `mirrorpin init` begins with"
    return f"doctor passed: {what}, no trap{unused}"


COMMAND = Command(
    help="look for what would go wrong in silence in a repository",
    example="mirrorpin doctor overlays/prod",
    run=run,
    sections=(Section(title="the report", options=(format_option(*REPORTS),)), COMMON),
    operands="[DIR]...",
    needs_config=False,
)
