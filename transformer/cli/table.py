"""The commands, in groups by what they are for; each is a module, loaded when it is asked for.

A new command is a module in `commands` that declares `COMMAND`, and its name here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transformer.cli.arguments import Option
from transformer.cli.command import Command
from transformer.errors import Problem
from transformer.messages import closest, quoted

GROUPS: Mapping[str, tuple[str, ...]] = {
    "rewrite": ("transform", "check", "diff", "restore"),
    "mirror": ("lock", "plan", "sync", "verify", "drift", "secrets"),
    "understand": ("images", "explain", "test", "fields", "config", "doctor"),
    "around": ("init", "export", "cmp", "schema", "completion", "help", "version"),
}
NAMES = tuple(name for names in GROUPS.values() for name in names)
DEFAULT = NAMES[0]


def command(name: str) -> Command:
    """The command of a name, which must be one of `NAMES`."""
    # What `import_module` does, without importing it.
    module = __import__(f"transformer.cli.commands.{name}", fromlist=("COMMAND",))
    found: Command = module.COMMAND
    return found


def find_option(label: str) -> Option | None:
    """The option that is written so, of whatever command."""
    return next((it for _, it in _labelled(label)), None)


def unknown_option(name: str, label: str) -> Problem:
    """What is wrong with an option that a command does not have."""
    owners = [f"`{owner}`" for owner, _ in _labelled(label)]
    if owners:
        *others, last = owners
        words = f"{', '.join(others)} and {last}" if others else last
        message = f"`{label}` is used with `{name}`: expected {words}"
        return Problem(code="usage", message=message)
    labels = [it for option in command(name).options for it in option.labels]
    meant = closest(_OTHERS.get(label, label), labels)
    return Problem(
        code="usage",
        message=f"{quoted(label)} is not an option",
        hint=f"did you mean {meant}?" if meant else f"mirrorpin help {name} lists its options",
    )


# How other tools call what is meant.
_OTHERS = {"-i": "--write", "--in-place": "--write", "--inplace": "--write"}


def _labelled(label: str) -> Iterator[tuple[str, Option]]:
    for name in NAMES:
        yield from ((name, it) for it in command(name).options if label in it.labels)
