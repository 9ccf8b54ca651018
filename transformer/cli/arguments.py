"""Arguments and environment, read by a table of options; and the help that the table gives.

    mirrorpin check -vc mirrorpin.yaml --log-file=run.log manifests/ -- -odd-name.yaml

Options stand anywhere before `--`; a value follows after `=` or as the next argument, and the last
one counts. A flag takes none, and one-letter flags may be joined. Every problem is reported, in the
words of the table. (argparse would cost a tenth of the time that ten documents take.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transformer.errors import Problem, UsageError
from transformer.messages import closest, quoted
from transformer.records import record

ON = "true"
HINT = "mirrorpin --help lists commands and options"
HELP_WIDTH = 80

_FLAG_VALUES = {"true": ON, "1": ON, "false": "", "0": ""}


@record
class Option:
    """An option `--name`, and its twin in the environment if it has a `variable`.

    Without `metavar` it is a flag. A flag sets itself to `ON`, or another option to a value:
    `sets`. The values of others are as `choices` says, if it says anything. An option that may
    stand alone then means `bare`, and takes a value behind `=` only. Given again, an option that is
    `many` has more values, with commas between them. `commands` are those it belongs to, if not
    to all; for those that are `free` any value will do, whatever the choices.
    """

    name: str
    help: str
    short: str = ""
    variable: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    sets: tuple[str, str] | None = None
    bare: str = ""
    many: bool = False
    commands: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @property
    def is_flag(self) -> bool:
        return not self.metavar

    def fault(self, label: str, value: str) -> str:
        """What is wrong with a value that was given as `label`; '' when nothing is."""
        if self.choices and not self.free and value not in self.choices:
            return f"{label} must be one of {', '.join(self.choices)}: {quoted(value)}"
        return "" if value else f"{label} must not be empty"


@record
class Arguments:
    """What was asked for: by the command line, `given`, and by the environment, `inherited`."""

    paths: tuple[str, ...]
    given: Mapping[str, str]
    inherited: Mapping[str, str]
    problems: tuple[Problem, ...]

    def value(self, name: str) -> str:
        """The value of an option, '' when it has none; the command line comes first."""
        return self.given.get(name) or self.inherited.get(name, "")


def parse(
    argv: Iterable[str], environment: Mapping[str, str], options: Sequence[Option]
) -> Arguments:
    """Read arguments, and the environment where a variable is set and not empty."""
    reading = _Reading(argv, options)
    reading.read()
    inherited = {
        option.name: reading.inherit(option, environment[option.variable])
        for option in options
        if environment.get(option.variable)
    }
    return Arguments(
        paths=tuple(reading.paths),
        given=reading.given,
        inherited=inherited,
        problems=tuple(reading.problems),
    )


def values_of(name: str, arguments: Arguments, options: Iterable[Option]) -> dict[str, str]:
    """The values of options that belong to some commands, for the command of a name.

    The environment is heard by commands that have the option; where any value will do, one of the
    choices is for the others. Raises `UsageError` for an option of other commands, and a value that
    is none of the choices.
    """
    values: dict[str, str] = {}
    for option in options:
        values[option.name] = _own_value(name, arguments, option)
        if name not in option.commands and arguments.given.get(option.name):
            owners = " and ".join(f"`{owner}`" for owner in option.commands)
            message = f"`--{option.name}` must not be used with `{name}`, but with {owners}"
            raise UsageError(Problem(code="usage", message=message))
    return values


def _own_value(name: str, arguments: Arguments, option: Option) -> str:
    if name not in option.commands:
        return ""
    value, is_choice = arguments.value(option.name), arguments.value(option.name) in option.choices
    if not option.free or not value:
        return value
    is_given = option.name in arguments.given
    if name in option.free:
        return value if is_given or not is_choice else ""
    if not is_choice:
        label = f"`--{option.name}`" if is_given else option.variable
        message = f"{label} must be one of {', '.join(option.choices)}: {quoted(value)}"
        raise UsageError(Problem(code="usage", message=message, hint=HINT))
    return value


class _Reading:
    def __init__(self, argv: Iterable[str], options: Sequence[Option]) -> None:
        self.rest = list(argv)[::-1]
        self.options = {f"--{option.name}": option for option in options}
        self.options |= {f"-{option.short}": option for option in options if option.short}
        self.paths: list[str] = []
        self.given: dict[str, str] = {}
        self.problems: list[Problem] = []

    def fail(self, message: str, hint: str = HINT) -> None:
        self.problems.append(Problem(code="usage", message=message, hint=hint))

    def read(self) -> None:
        while self.rest:
            word = self.rest.pop()
            if word == "--":
                self.paths += self.rest[::-1]
                return
            if word.startswith("--"):
                name, equals, value = word.partition("=")
                self.take(name, value if equals else None)
            elif _is_option(word):
                self.take_letters(word[1:])
            else:
                self.paths.append(word)

    def take_letters(self, letters: str) -> None:
        for index, letter in enumerate(letters, 1):
            option = self.options.get(f"-{letter}")
            if option is None or not option.is_flag:
                rest = letters[index:]
                self.take(f"-{letter}", rest or None)
                return
            self.take(f"-{letter}", None)

    def take(self, label: str, value: str | None) -> None:
        option = self.options.get(label)
        if option is None:
            meant = closest(label, self.options)
            hint = f"did you mean {meant}?" if meant else HINT
            self.fail(f"{quoted(label)} must not be used: there is no such option", hint)
        elif option.is_flag:
            if value is not None:
                self.fail(f"`{label}` must not have a value: {quoted(value)}")
            name, value = option.sets or (option.name, ON)
            self.given[name] = value
        else:
            self.take_value(option, label, value)

    def take_value(self, option: Option, label: str, value: str | None) -> None:
        value = option.bare or None if value is None else value
        if value is None:
            if not self.rest or _is_option(self.rest[-1]):
                wanted = ", ".join(option.choices) or option.metavar
                self.fail(f"`{label}` must be followed by a value: {wanted}")
                return
            value = self.rest.pop()
        fault = option.fault(f"`{label}`", value)
        if fault:
            self.fail(fault)
        before = self.given.get(option.name, "")
        self.given[option.name] = f"{before},{value}" if option.many and before else value

    def inherit(self, option: Option, value: str) -> str:
        if not option.is_flag:
            fault = option.fault(option.variable, value)
            if fault:
                self.fail(fault)
        elif value.lower() in _FLAG_VALUES:
            return _FLAG_VALUES[value.lower()]
        else:
            self.fail(f"{option.variable} must be true, false, 1 or 0: {quoted(value)}")
        return value


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def describe(options: Iterable[Option]) -> str:
    """The options, one below the other, each with its help and the variable of its twin."""
    from textwrap import fill

    labels = [(_label(option), option) for option in options]
    width = 2 + max(len(label) for label, _ in labels)
    return "\n".join(
        fill(
            " ".join(_description(option)),
            HELP_WIDTH,
            initial_indent=f"  {label:{width}}",
            subsequent_indent=" " * (width + 2),
            break_on_hyphens=False,
        )
        for label, option in labels
    )


def _label(option: Option) -> str:
    short = f"-{option.short}, " if option.short else " " * 4
    value = f"[={option.metavar}]" if option.bare else f" {option.metavar}"
    return f"{short}--{option.name}{value}".rstrip()


def _description(option: Option) -> Iterator[str]:
    if 0 < len(option.commands) <= 2:
        yield f"{', '.join(option.commands)}:"
    yield option.help
    if option.variable:
        yield f"[{option.variable}]"
