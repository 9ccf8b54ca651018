"""The command `schema`: JSON schemas for editors, and for programs that read the output."""

from __future__ import annotations

from transformer.cli.command import DONE, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell

NAMES = ("config", "lock", "plan", "secrets", "explain", "cases", "test", "report")


def run(invocation: Invocation, shell: Shell) -> int:
    """Write a JSON schema: of a file that people write, or of what a command writes."""
    from transformer.config.schemas import read

    shell.write(read(invocation.paths[0]))
    return DONE


COMMAND = Command(
    help="write a JSON schema of the config, the lock, or an output",
    example="mirrorpin schema config > mirrorpin.schema",
    run=run,
    sections=(COMMON,),
    operands="|".join(NAMES),
    words=NAMES,
    needs_config=False,
)
