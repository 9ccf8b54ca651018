"""The command `schema`: JSON schemas for editors."""

from __future__ import annotations

from transformer.cli.command import DONE, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the JSON schema of the configuration, the lock, or of what a command lists."""
    from transformer.config.schemas import read

    shell.write(read(invocation.paths[0]))
    return DONE


COMMAND = Command(
    help="write a JSON schema: of the config, of the lock, a plan, or what `secrets` lists",
    example="mirrorpin schema config > mirrorpin.schema",
    run=run,
    sections=(COMMON,),
    operands="config|lock|plan|secrets",
    words=("config", "lock", "plan", "secrets"),
    needs_config=False,
)
