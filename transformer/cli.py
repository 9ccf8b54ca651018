"""The command line: argv and environment to a run, a run to streams and an exit code.

Exit codes: 0 done, changed or not; 1 the manifests fail; 2 usage or configuration; 3 a fault of
ours; 130 interrupted. Nothing else.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from transformer import __version__, commands
from transformer.errors import TransformError
from transformer.invocation import Invocation, is_legacy_plugin
from transformer.options import Option, usage, with_values
from transformer.pipeline import Options
from transformer.records import record
from transformer.registry_options import REGISTRY_OPTIONS, registry_options
from transformer.shell import Shell, standard_shell
from transformer.tree import PARSERS

FAULT = 3
INTERRUPTED = 130

FORMATS = ("unified", "jsonpatch", "text", "markdown", "json")
VERIFY = ("events", "full", "off")


@record
class Command:
    """A command: what it is for, what runs it, and its output formats (the first is the usual)."""

    help: str
    run: Callable[[Invocation, Shell], int]
    formats: tuple[str, ...] = ()
    needs_config: bool = True
    needs_lock: bool = True


COMMANDS: Mapping[str, Command] = {
    "transform": Command(
        help="write the manifests with every image mirrored (the default command)",
        run=commands.transform,
    ),
    "check": Command(
        help="exit 1 where transform would change or fail anything, and name it",
        run=commands.check,
    ),
    "diff": Command(
        help="show what transform would change",
        run=commands.diff,
        formats=("unified", "jsonpatch"),
    ),
    "images": Command(
        help="list the distinct images, upstream and final, with their places",
        run=commands.images,
        formats=("text", "json"),
        needs_config=False,
    ),
    "lock": Command(
        help="write the digest of every image that the lock does not have (see --check, --update)",
        run=commands.lock,
        formats=("text", "markdown", "json"),
        needs_lock=False,
    ),
    "verify": Command(
        help="exit 1 unless every final image, of manifests or of a lock, is there to be pulled",
        run=commands.verify,
        needs_lock=False,
    ),
    "doctor": Command(
        help="look for the silent traps of kustomization folders",
        run=commands.doctor,
        needs_config=False,
    ),
}


# MIRRORPIN_CONFIG ranks behind a functionConfig, so it is not the option's default (`invocation`).
OPTIONS = (
    Option(name="format", choices=FORMATS, help="how diff and images print"),
    Option(name="verify", choices=VERIFY, default="events", help="depth of the agreement check"),
    Option(name="strict", help="read every document, also those that cannot hold an image"),
    Option(name="parser", choices=tuple(PARSERS), help="the YAML parser, instead of the fastest"),
    Option(name="log-file", metavar="FILE", help="append everything that is said to a file"),
    Option(name="verbose", short="-v", help="say what becomes of each image, also in results"),
    Option(name="quiet", short="-q", help="say nothing on success"),
    *REGISTRY_OPTIONS,
)


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
        return _run(argv, shell)
    except KeyboardInterrupt:
        shell.say("error: interrupted, nothing was written (interrupted)")
        return INTERRUPTED
    except TransformError as error:
        for problem in error.problems:
            shell.say(str(problem))
        return error.exit_code
    except Exception as error:
        return _report_fault(error, shell)
    finally:
        shell.close_log()


def _report_fault(error: Exception, shell: Shell) -> int:
    import traceback

    shell.say(f"error: a fault of mirrorpin: {type(error).__name__}: {error} (fault)")
    shell.say("  hint: please report it with the lines below")
    shell.say("".join(traceback.format_exception(error)).rstrip())
    return FAULT


def _run(argv: Sequence[str], shell: Shell) -> int:
    arguments = _parser(shell.environment).parse_intermixed_args(with_values(argv, OPTIONS))
    paths = tuple(arguments.path)
    name = "transform"
    if paths and paths[0] in COMMANDS and not is_legacy_plugin(paths, shell.environment):
        name, paths = paths[0], paths[1:]
    command = COMMANDS[name]
    if arguments.log_file:
        shell.open_log(arguments.log_file)
    if arguments.quiet and arguments.verbose:
        raise usage("`--quiet` and `--verbose` must not be used together")
    invocation = Invocation(
        paths=paths,
        config=arguments.config,
        output_format=_format(name, command, arguments.format),
        is_quiet=arguments.quiet,
        is_verbose=arguments.verbose,
        needs_config=command.needs_config,
        needs_lock=command.needs_lock,
        registry=registry_options(name, vars(arguments), shell.environment),
        options=Options(parser=arguments.parser, verify=arguments.verify, strict=arguments.strict),
    )
    return command.run(invocation, shell)


def _format(name: str, command: Command, wanted: str) -> str:
    if wanted and wanted not in command.formats:
        known = " or ".join(command.formats)
        why = f"must be {known}" if known else "must not be used"
        raise usage(f'`--format` {why} with `{name}`: "{wanted}"')
    return wanted or next(iter(command.formats), "")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise usage(message, "mirrorpin --help lists commands and options")


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mirrorpin",
        usage="mirrorpin [command] [options] [FILE|DIR|-]...",
        description="Rewrite, pin and authorise the container images of Kubernetes manifests.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("path", nargs="*", metavar="FILE|DIR|-", help="manifests (default: stdin)")
    parser.add_argument("--version", action="version", version=f"mirrorpin {__version__}")
    parser.add_argument(
        "-c",
        "--config",
        metavar="FILE",
        default="",
        help="the configuration, mirrorpin.yaml if not given [MIRRORPIN_CONFIG]",
    )
    for option in OPTIONS:
        option.add_to(parser, environment)
    parser.add_argument(
        "--no-verify", dest="verify", action="store_const", const="off", help="same as --verify off"
    )
    return parser


def _epilog() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {command.help}" for name, command in COMMANDS.items()]
    return "\n".join(["commands:", *lines, "", _EXIT_CODES])


_EXIT_CODES = """\
exit codes:
  0 done, changed or not; 1 the manifests fail; 2 usage or configuration;
  3 a fault of mirrorpin; 130 interrupted; nothing else"""
