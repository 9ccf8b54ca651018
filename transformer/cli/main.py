"""The command line: argv and environment to a run, a run to streams and an exit code.

Exit codes: 0 done, changed or not; 1 the manifests fail; 2 usage or configuration; 3 a fault of
ours; 130 interrupted. Nothing else.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from transformer.cli.command import INTERRUPTED
from transformer.cli.request import read, understand
from transformer.cli.shell import Shell, standard_shell
from transformer.errors import TransformError
from transformer.messages import counted, shown

USAGE = 2
FAULT = 3

MAX_PROBLEMS = 100


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on the process's own streams. Returns the exit code."""
    # Facts are trees without cycles: looking for cycles among them found none, and took its time.
    gc.disable()
    return run(sys.argv[1:] if argv is None else argv, standard_shell())


def run(argv: Sequence[str], shell: Shell) -> int:
    """Run the command line.

    Takes the arguments behind the program's name, and the streams and environment to use. Returns
    the exit code; every error has been reported by then.
    """
    try:
        code = _attempt(argv, shell)
        shell.hold_interrupts()
    except KeyboardInterrupt:
        shell.say("error: interrupted, nothing was written (interrupted)")
        code = INTERRUPTED
    problem = shell.close_log()
    if problem is None:
        return code
    shell.say(problem)
    return code or USAGE


def _attempt(argv: Sequence[str], shell: Shell) -> int:
    try:
        return _run(argv, shell)
    except TransformError as error:
        for problem in error.problems[:MAX_PROBLEMS]:
            shell.say(problem)
        left = len(error.problems) - MAX_PROBLEMS
        if left > 0:
            shell.say(f"{counted(left, 'more problem')}: mend these first")
        return error.exit_code
    except Exception as error:
        return _report_fault(error, shell)


def _report_fault(error: Exception, shell: Shell) -> int:
    import traceback

    shell.say(f"error: a fault of mirrorpin: {type(error).__name__}: {shown(str(error))} (fault)")
    shell.say("  hint: please report it with the lines below")
    for line in "".join(traceback.format_exception(error)).rstrip().split("\n"):
        shell.say(line)
    return FAULT


def _run(argv: Sequence[str], shell: Shell) -> int:
    if "_ARGCOMPLETE" in shell.environment:
        from transformer.cli.complete import answer

        answer()
    request = read(argv, shell.environment)
    if request.is_discovery:
        from transformer.cli.cmp.discover import discover

        return discover(request.arguments.paths[1:], shell)
    shell.color = request.arguments.value("color")
    log_file = request.arguments.value("log-file")
    if log_file and not request.is_help:
        shell.open_log(log_file)
    command, invocation = understand(request)
    return command.run(invocation, shell)
