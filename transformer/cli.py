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

from transformer import __version__, commands, first_run
from transformer.errors import Problem, TransformError, UsageError
from transformer.invocation import Invocation, is_legacy_plugin
from transformer.pipeline import Options
from transformer.records import record
from transformer.shell import Shell, standard_shell
from transformer.tree import PARSERS

FAULT = 3
INTERRUPTED = 130

FORMATS = ("unified", "jsonpatch", "text", "json")
VERIFY = ("events", "full", "off")
HOSTS = ("kustomize", "argocd", "helm")


@record
class Command:
    """A command: what it is for, what runs it, and its output formats (the first is the usual).

    `words` are what must stand behind it, one of them, instead of files.
    """

    help: str
    run: Callable[[Invocation, Shell], int]
    formats: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    needs_config: bool = True


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
    "doctor": Command(
        help="look for the silent traps of kustomization folders",
        run=commands.doctor,
        needs_config=False,
    ),
    "init": Command(
        help="write a configuration with a rule for each registry that the manifests name",
        run=first_run.init,
        needs_config=False,
    ),
    "schema": Command(
        help="write a JSON schema for editors: of the configuration or of the lock",
        run=first_run.schema,
        words=first_run.SCHEMAS,
        needs_config=False,
    ),
    "completion": Command(
        help="write the completions of a shell: bash, zsh or fish",
        run=lambda invocation, shell: _completion(invocation, shell),
        words=("bash", "zsh", "fish"),
        needs_config=False,
    ),
}


@record
class Option:
    """An option and its environment twin. Without `metavar` and `choices` it is a flag."""

    name: str
    help: str
    short: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""

    @property
    def variable(self) -> str:
        return "MIRRORPIN_" + self.name.upper().replace("-", "_")

    def add_to(self, parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
        flags = [self.short] if self.short else []
        flags.append(f"--{self.name}")
        text = f"{self.help} [{self.variable}]"
        if self.metavar or self.choices:
            parser.add_argument(
                *flags,
                metavar=self.metavar or None,
                choices=self.choices or None,
                default=self.from_environment(environment) or self.default,
                help=text,
            )
        else:
            default = self.from_environment(environment) == "true"
            parser.add_argument(*flags, action="store_true", default=default, help=text)

    def from_environment(self, environment: Mapping[str, str]) -> str:
        value = environment.get(self.variable, "")
        choices = self.choices or (() if self.metavar else ("true", "false"))
        if value and choices and value not in choices:
            raise _usage(f'{self.variable} must be {" or ".join(choices)}: "{value}"')
        return value


# MIRRORPIN_CONFIG ranks behind a functionConfig, so it is not the option's default (`invocation`).
OPTIONS = (
    Option(name="format", choices=FORMATS, help="how diff and images print"),
    Option(name="verify", choices=VERIFY, default="events", help="depth of the agreement check"),
    Option(name="strict", help="read every document, also those that cannot hold an image"),
    Option(name="parser", choices=tuple(PARSERS), help="the YAML parser, instead of the fastest"),
    Option(name="log-file", metavar="FILE", help="append everything that is said to a file"),
    Option(name="verbose", short="-v", help="say what becomes of each image, also in results"),
    Option(name="quiet", short="-q", help="say nothing on success"),
)

# Options of one command; another refuses them.
OWN_OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "init": (
        Option(name="registry", metavar="HOST[/PATH]", help="init: what to mirror images under"),
        Option(name="output", metavar="FILE", help="init: a new file to write, not stdout"),
        Option(name="for", choices=HOSTS, help="init: write the file that a host must have"),
    ),
}


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
    arguments = _parser(shell.environment).parse_intermixed_args(argv)
    paths = tuple(arguments.path)
    name = "transform"
    if paths and paths[0] in COMMANDS and not is_legacy_plugin(paths, shell.environment):
        name, paths = paths[0], paths[1:]
    command = COMMANDS[name]
    if arguments.log_file:
        shell.open_log(arguments.log_file)
    _check_words(name, command, paths)
    if arguments.quiet and arguments.verbose:
        raise _usage("`--quiet` and `--verbose` must not be used together")
    invocation = Invocation(
        paths=paths,
        config=arguments.config,
        output_format=_format(name, command, arguments.format),
        is_quiet=arguments.quiet,
        is_verbose=arguments.verbose,
        needs_config=command.needs_config,
        own=_own(name, vars(arguments), shell.environment),
        options=Options(parser=arguments.parser, verify=arguments.verify, strict=arguments.strict),
    )
    return command.run(invocation, shell)


def _format(name: str, command: Command, wanted: str) -> str:
    if wanted and wanted not in command.formats:
        known = " or ".join(command.formats)
        why = f"must be {known}" if known else "must not be used"
        raise _usage(f'`--format` {why} with `{name}`: "{wanted}"')
    return wanted or next(iter(command.formats), "")


def _own(name: str, given: Mapping[str, str], environment: Mapping[str, str]) -> Mapping[str, str]:
    for command, options in OWN_OPTIONS.items():
        for option in options:
            if command != name and given[option.name]:
                raise _usage(f"`--{option.name}` must not be used with `{name}`")
    options = OWN_OPTIONS.get(name, ())
    return {it.name: given[it.name] or it.from_environment(environment) for it in options}


def _check_words(name: str, command: Command, paths: tuple[str, ...]) -> None:
    if command.words and (len(paths) != 1 or paths[0] not in command.words):
        shown = " ".join(paths)
        raise _usage(f'`{name}` must be followed by {" or ".join(command.words)}: "{shown}"')


def _completion(invocation: Invocation, shell: Shell) -> int:
    from transformer.completion import Word, flags_of, script

    words = [Word(name=name, help=it.help, words=it.words) for name, it in COMMANDS.items()]
    shell.write(script(invocation.paths[0], words, flags_of(_parser({}))).encode())
    return 0


def _usage(message: str, hint: str = "") -> UsageError:
    return UsageError(Problem(code="usage", message=message, hint=hint))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _usage(message, "mirrorpin --help lists commands and options")


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
    for options in OWN_OPTIONS.values():
        for option in options:
            option.add_to(parser, {})
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
