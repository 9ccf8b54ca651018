"""The command `completion`: what a shell sources to complete our command lines."""

from __future__ import annotations

from transformer.cli.command import DONE, Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """Write a script that asks `mirrorpin` itself at each press of the tab key."""
    from argcomplete.shell_integration import shellcode

    shell.write(shellcode(["mirrorpin"], shell=invocation.paths[0]).encode())
    return DONE


COMMAND = Command(
    help="write the completions of a shell: bash, zsh or fish",
    example="source <(mirrorpin completion bash)",
    run=run,
    sections=(COMMON,),
    operands="bash|zsh|fish",
    words=("bash", "zsh", "fish"),
    needs_config=False,
)
