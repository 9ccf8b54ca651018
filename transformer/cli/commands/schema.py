"""The command `schema`: JSON schemas for editors."""

from __future__ import annotations

from transformer.cli.command import DONE, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the JSON schema of the configuration, the lock, or a plan."""
    from transformer.config.schemas import read

    shell.write(read(invocation.paths[0]))
    return DONE


COMMAND = Command(
    help="write a JSON schema: of the config, of the lock, or of a plan",
    example="mirrorpin schema config > mirrorpin.schema",
    run=run,
    sections=(COMMON,),
    operands="config|lock|plan",
    words=("config", "lock", "plan"),
    needs_config=False,
)
