"""The command `schema`: JSON schemas for editors."""

from __future__ import annotations

from transformer.cli.command import DONE, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the JSON schema of the configuration, or of the lock."""
    from transformer.config.schemas import read

    shell.write(read(invocation.paths[0]))
    return DONE


COMMAND = Command(
    help="write a JSON schema for editors: of the config or of the lock",
    example="mirrorpin schema config > mirrorpin.schema",
    run=run,
    sections=(COMMON,),
    operands="config|lock",
    words=("config", "lock"),
    needs_config=False,
)
