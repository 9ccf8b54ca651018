"""The command line: argv and environment to a run, a run to streams and an exit code.

Exit codes: 0 done, changed or not; 1 the manifests fail; 2 usage or configuration; 3 a fault of
ours; 130 interrupted. Nothing else.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence

from transformer import __version__
from transformer.cli.arguments import ON, Arguments, describe, parse, values_of
from transformer.cli.invocation import Invocation, is_legacy_plugin
from transformer.cli.options import OPTIONS, OWN_OPTIONS, VERIFY
from transformer.cli.registry_options import registry_options
from transformer.cli.shell import Shell, standard_shell
from transformer.cli.table import COMMANDS, Command, discover
from transformer.config.options import Options
from transformer.errors import Problem, TransformError, UsageError
from transformer.messages import closest, counted, quoted, shown

USAGE = 2
FAULT = 3
INTERRUPTED = 130

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
    shell.say(str(problem))
    return code or USAGE


def _attempt(argv: Sequence[str], shell: Shell) -> int:
    try:
        return _run(argv, shell)
    except TransformError as error:
        for problem in error.problems[:MAX_PROBLEMS]:
            shell.say(str(problem))
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
    shell.say("".join(traceback.format_exception(error)).rstrip())
    return FAULT


def _run(argv: Sequence[str], shell: Shell) -> int:
    arguments = parse(argv, shell.environment, OPTIONS)
    if arguments.given.keys() & {"help", "version"}:
        text = _help() if "help" in arguments.given else f"mirrorpin {__version__}\n"
        shell.write(text.encode())
        return 0
    if arguments.paths[:2] == ("cmp", "discover"):
        return discover(arguments.paths[2:], shell)
    log_file = arguments.value("log-file")
    if log_file:
        shell.open_log(log_file)
    if arguments.problems:
        raise UsageError(arguments.problems)
    command, invocation = understand(arguments, shell.environment)
    return command.run(invocation, shell)


def understand(arguments: Arguments, environment: Mapping[str, str]) -> tuple[Command, Invocation]:
    """The command that arguments ask for, and what it is to work on.

    Raises `UsageError` where they do not fit together.
    """
    name, paths = _command(arguments.paths, environment)
    command = COMMANDS[name]
    _check_words(name, command, paths)
    is_quiet, is_verbose = _loudness(arguments)
    return command, Invocation(
        paths=paths,
        config=arguments.given.get("config", ""),
        output_format=_format(name, command, arguments),
        is_quiet=is_quiet,
        is_verbose=is_verbose,
        needs_config=command.needs_config,
        digests=arguments.value("digests"),
        no_empty=arguments.value("no-empty") == ON,
        needs_lock=command.needs_lock,
        registry=registry_options(name, arguments),
        own=values_of(name, arguments, OWN_OPTIONS),
        options=Options(
            parser=arguments.value("parser"),
            verify=arguments.value("verify") or VERIFY[0],
            strict=arguments.value("strict") == ON,
        ),
    )


def _command(paths: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    if not paths or is_legacy_plugin(paths, environment):
        return "transform", paths
    first = paths[0]
    if first in COMMANDS:
        return first, paths[1:]
    if first.replace("-", "").isalpha() and not os.path.lexists(first):
        meant = closest(first, COMMANDS)
        guess = f"did you mean {meant}? " if meant else ""
        message = f"must be a command, or a file that exists: {quoted(first)}"
        raise _usage(message, f"{guess}The commands are {', '.join(COMMANDS)}")
    return "transform", paths


def _check_words(name: str, command: Command, paths: tuple[str, ...]) -> None:
    if command.words and (len(paths) != 1 or paths[0] not in command.words):
        wanted = " or ".join(command.words)
        raise _usage(f"`{name}` must be followed by {wanted}: {quoted(' '.join(paths))}")


def _loudness(arguments: Arguments) -> tuple[bool, bool]:
    # What the command line says wins over what the environment says of the other one.
    for values in (arguments.given, arguments.inherited):
        is_quiet, is_verbose = values.get("quiet") == ON, values.get("verbose") == ON
        if is_quiet and is_verbose:
            raise _usage("`--quiet` and `--verbose` must not be used together")
        if is_quiet or is_verbose:
            return is_quiet, is_verbose
    return False, False


def _format(name: str, command: Command, arguments: Arguments) -> str:
    # The environment speaks to many runs: it counts where it fits.
    wanted = arguments.given.get("format", "")
    if wanted and wanted not in command.formats:
        known = " or ".join(command.formats)
        why = f"must be {known}" if known else "must not be used"
        raise _usage(f"`--format` {why} with `{name}`: {quoted(wanted)}")
    usual = arguments.inherited.get("format", "")
    if not wanted and usual in command.formats:
        return usual
    return wanted or next(iter(command.formats), "")


def _usage(message: str, hint: str = "") -> UsageError:
    return UsageError(Problem(code="usage", message=message, hint=hint))


def _help() -> str:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {command.help}" for name, command in COMMANDS.items())
    return _HELP.format(commands=listed, options=describe(OPTIONS))


_HELP = """\
usage: mirrorpin [command] [options] [FILE|DIR|-]...

Rewrite, pin and authorise the container images of Kubernetes manifests, read
from files, from the .yaml, .yml and .json files of folders, or from stdin.

commands:
{commands}

options, and the variables that stand in for them (flags: true, false, 1 or 0):
{options}

exit codes:
  0 done, changed or not; 1 the manifests fail; 2 usage or configuration;
  3 a fault of mirrorpin; 130 interrupted; nothing else
"""
