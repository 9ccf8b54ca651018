"""argparse's parser of a command: for reading its options, its help, completions and the manual.

Nothing here is imported by a run without options.
"""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from transformer.cli.arguments import ON, Option
from transformer.cli.command import Command

WIDTH = 80


class Formatter(RawDescriptionHelpFormatter):
    """Writes `-c, --config FILE` in every release of Python, as those since 3.13 do."""

    def _format_action_invocation(self, action: Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        labels = ", ".join(action.option_strings)
        return f"{labels} {self._format_args(action, str(action.metavar))}"


def formatter(prog: str) -> Formatter:
    """The formatter of every help: as wide as a narrow terminal, whatever the terminal's width."""
    return Formatter(prog, max_help_position=28, width=WIDTH)


def parser_of(name: str, command: Command) -> ArgumentParser:
    """The parser of a command; it raises `ArgumentError`, and appends values to lists.

    Choices are left to who reads the values, so that all faults can be told.
    """
    parser = ArgumentParser(
        prog=f"mirrorpin {name}",
        usage=_usage(name, command),
        description=f"{command.help[0].upper()}{command.help[1:]}.",
        epilog=f"example:\n  {command.example}",
        formatter_class=formatter,
        add_help=False,
        allow_abbrev=False,
        exit_on_error=False,
    )
    fill(parser, command)
    return parser


def _usage(name: str, command: Command) -> str:
    head = f"mirrorpin {name} [OPTION]..."
    room = WIDTH - len(f"usage: {head} ")
    between = " " if len(command.operands) <= room else "\n         "
    return f"{head}{between}{command.operands}".rstrip()


def fill(parser: ArgumentParser, command: Command, *, with_choices: bool = False) -> None:
    """Give a parser the options and operands of a command."""
    for section in command.sections:
        # A group, unlike a parser, makes no formatter to try the option on.
        group = parser.add_argument_group(section.title)
        for option in section.options:
            choices = option.choices if with_choices else ()
            group.add_argument(*option.labels, **_keywords(option), **_choices(choices))
    words = command.words if with_choices else ()
    group.add_argument("paths", nargs="*", help=SUPPRESS, **_choices(words))


def _choices(choices: tuple[str, ...]) -> dict[str, Any]:
    return {"choices": choices} if choices else {}


def _keywords(option: Option) -> dict[str, Any]:
    help = option.help.replace("%", "%%")
    common = {"help": f"{help} [{option.variable}]" if option.variable else help}
    if option.is_flag:
        name, value = option.sets or (option.name, ON)
        return {**common, "action": "append_const", "dest": name, "const": value}
    taken = {**common, "action": "append", "dest": option.name, "metavar": option.metavar}
    return {**taken, "nargs": "?", "const": option.bare} if option.bare else taken
