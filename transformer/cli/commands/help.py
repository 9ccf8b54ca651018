"""The command `help`: what there is, or all about a command."""

from __future__ import annotations

from transformer.cli.command import DONE, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell
from transformer.cli.table import NAMES


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the help of a command, or of the whole."""
    from transformer.cli.manual import help_of, overview

    text = "".join(map(help_of, invocation.paths)) or overview()
    shell.write(text.encode())
    return DONE


COMMAND = Command(
    help="print what there is, or all about a command",
    example="mirrorpin help lock",
    run=run,
    sections=(COMMON,),
    operands="[COMMAND]",
    words=NAMES,
    needs_word=False,
    needs_config=False,
)
