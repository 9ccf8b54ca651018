"""Options of the command line, each with its twin in the environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from transformer.errors import Problem, UsageError
from transformer.records import record

if TYPE_CHECKING:
    import argparse


@record
class Option:
    """An option and its environment twin. Without `metavar` and `choices` it is a flag.

    `commands` are those it belongs to, none for all of them. Given several times, or with commas in
    its twin, a `many` has several values. `bare` is the value where it is given without one.
    """

    name: str
    help: str
    short: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    commands: tuple[str, ...] = ()
    many: bool = False
    bare: str = ""

    @property
    def variable(self) -> str:
        return "MIRRORPIN_" + self.name.upper().replace("-", "_")

    def add_to(self, parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
        flags = [self.short] if self.short else []
        flags.append(f"--{self.name}")
        owners = f" ({', '.join(self.commands)})" if 0 < len(self.commands) <= 2 else ""
        text = f"{self.help}{owners} [{self.variable}]"
        default: str | bool | None = self.default
        if self.commands:
            # What the environment says is of interest to its commands alone.
            default = None
        elif self.metavar or self.choices:
            default = self.value_in(environment) or self.default
        else:
            default = self.value_in(environment) == "true"
        if self.metavar or self.choices:
            parser.add_argument(
                *flags,
                action="append" if self.many else "store",
                metavar=self.metavar or None,
                choices=self.choices or None,
                default=default,
                help=text,
            )
        else:
            parser.add_argument(*flags, action="store_true", default=default, help=text)

    def value_in(self, environment: Mapping[str, str]) -> str:
        value = environment.get(self.variable, "")
        choices = self.choices or (() if self.metavar else ("true", "false"))
        if value and choices and value not in choices:
            raise usage(f'{self.variable} must be {" or ".join(choices)}: "{value}"')
        return value


def with_values(argv: Sequence[str], options: Iterable[Option]) -> list[str]:
    """The arguments, each option that may stand alone with the value that this means."""
    # argparse would take the next argument for the value that such an option may have.
    bare = {f"--{option.name}": option.bare for option in options if option.bare}
    end = argv.index("--") if "--" in argv else len(argv)
    given = [f"{it}={bare[it]}" if it in bare else it for it in argv[:end]]
    return [*given, *argv[end:]]


def usage(message: str, hint: str = "") -> UsageError:
    """An error of the command line or the environment."""
    return UsageError(Problem(code="usage", message=message, hint=hint))
