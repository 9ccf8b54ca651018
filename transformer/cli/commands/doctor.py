"""The command `doctor`."""

from __future__ import annotations

from transformer.cli.command import DONE, FAILED, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """Look for the silent traps of a kustomization folder (the working directory's, if none)."""
    from transformer.cli.doctor import check

    findings = [
        finding
        for folder in invocation.paths or (".",)
        for finding in check(folder, shell.environment)
    ]
    for finding in findings:
        shell.say(finding)
    return FAILED if findings else DONE


COMMAND = Command(
    help="look for the silent traps of kustomization folders",
    example="mirrorpin doctor overlays/prod",
    run=run,
    sections=(COMMON,),
    operands="[DIR]...",
    needs_config=False,
)
