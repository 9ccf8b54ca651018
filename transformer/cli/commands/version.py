"""The command `version`."""

from __future__ import annotations

from transformer import __version__
from transformer.cli.command import DONE, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell


def run(_invocation: Invocation, shell: Shell) -> int:
    """Write the version."""
    shell.write(f"mirrorpin {__version__}\n".encode())
    return DONE


COMMAND = Command(
    help="print the version",
    example="mirrorpin version",
    run=run,
    sections=(COMMON,),
    operands="",
    needs_config=False,
)
