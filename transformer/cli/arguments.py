"""Arguments and environment: argparse reads the first, a small layer over it the second.

    mirrorpin check -vc mirrorpin.yaml --log-file=run.log manifests/ -- -odd-name.yaml

Options stand anywhere before `--`, and the last one counts. Every problem is reported, in the words
of the table of options. argparse is asked only where the line has an option: a function that a host
starts without arguments does without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from transformer.messages import quoted
from transformer.records import record

if TYPE_CHECKING:
    from argparse import ArgumentParser

ON = "true"

# A place in stdin, `-:3`, is not an option.
_STDIN_PLACE = "-:"

_FLAG_VALUES = {"true": ON, "1": ON, "false": "", "0": ""}


@record
class Option:
    """An option `--name`, and its twin in the environment if it has a `variable`.

    Without `metavar` it is a flag. A flag sets itself to `ON`, or another option to a value:
    `sets`. The values of others are as `choices` says, if it says anything; a value of the
    variable that counts `elsewhere`, for other commands, is not heard. An option that may stand
    alone then means `bare`, and takes a value behind `=` only. Given again, an option that is
    `many` has more values, with commas between them.
    """

    name: str
    help: str
    short: str = ""
    variable: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    sets: tuple[str, str] | None = None
    bare: str = ""
    many: bool = False

    @property
    def is_flag(self) -> bool:
        return not self.metavar

    @property
    def labels(self) -> tuple[str, ...]:
        """How it is written, short form first: `-c` and `--config`."""
        return (*((f"-{self.short}",) if self.short else ()), f"--{self.name}")

    def joined(self, values: Sequence[str]) -> str:
        """The value of an option that was given once or more."""
        return ",".join(values) if self.many else values[-1]

    def fault(self, label: str, value: str) -> str:
        """What is wrong with a value that was given as `label`; '' when nothing is."""
        if self.choices and value not in self.choices:
            return f"{label} is {quoted(value)}: expected one of {', '.join(self.choices)}"
        return "" if value else f"{label} is empty: expected a value"


@record
class Arguments:
    """What was asked for: by the command line, `given`, and by the environment, `inherited`.

    `unknown` are the labels of options that are not known, `messages` say what else is wrong.
    """

    paths: tuple[str, ...]
    given: Mapping[str, str]
    inherited: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """The value of an option, '' when it has none; the command line comes first."""
        return self.given.get(name) or self.inherited.get(name, "")


def first_word(words: Sequence[str], find: Callable[[str], Option | None]) -> int:
    """The index of the first word that is no option and no option's value; -1 where there is none.

    `find` knows options by their labels.
    """
    takes_next = False
    for index, word in enumerate(words):
        if not is_option(word):
            if not takes_next:
                return index
            takes_next = False
        elif word == "--":
            return index + 1 if index + 1 < len(words) else -1
        else:
            takes_next = _takes_next(word, find)
    return -1


def _takes_next(word: str, find: Callable[[str], Option | None]) -> bool:
    # In joined letters, the rest of the word belongs to the first that takes a value.
    if word.startswith("--") and "=" in word:
        return False
    labels = [word] if word.startswith("--") else [f"-{letter}" for letter in word[1:]]
    for label in labels:
        option = find(label)
        if option is not None and not option.is_flag:
            return label == labels[-1] and not option.bare
    return False


def is_option(word: str) -> bool:
    """Whether a word in front of `--`, or `--` itself, is none of the paths."""
    return word.startswith("-") and word != "-" and not word.startswith(_STDIN_PLACE)


def parse(
    words: Sequence[str],
    environment: Mapping[str, str],
    options: Sequence[Option],
    make_parser: Callable[[], ArgumentParser],
) -> Arguments:
    """Read the words behind a command, and the environment where a variable is set and not empty.

    `make_parser` makes the parser of the options, for a line that has one.
    """
    end = words.index("--") if "--" in words else len(words)
    paths: list[str] = list(words[:end])
    values: _Values = {}
    messages: list[str] = []
    unknown: list[str] = []
    if any(map(is_option, paths)):
        paths, values, messages, unknown = _read(make_parser(), paths, options)
    given = {it.name: it.joined(values[it.name]) for it in options if values.get(it.name)}
    messages += _faults(values, options)
    inherited = dict(_inherited(environment, options, messages))
    return Arguments(
        paths=(*(it for it in paths if not is_option(it)), *words[end + 1 :]),
        given=given,
        inherited=inherited,
        unknown=(*unknown, *(_label(word) for word in paths if is_option(word))),
        messages=tuple(messages),
    )


_Values: TypeAlias = dict[str, list[str]]


def _read(
    parser: ArgumentParser, words: Sequence[str], options: Iterable[Option]
) -> tuple[list[str], _Values, list[str], list[str]]:
    from argparse import ArgumentError

    alone = {f"--{option.name}": option.bare for option in options if option.bare}
    whole = [f"{word}={alone[word]}" if word in alone else word for word in _with_places(words)]
    messages: list[str] = []
    unknown: list[str] = []
    try:
        namespace, rest = parser.parse_known_intermixed_args(whole)
    except ArgumentError:
        # It gives up at the first; each option by itself tells which they are.
        faults = dict(_refused(parser, whole))
        for index, name in faults.items():
            _explain(whole[index], name, options, messages, unknown)
        kept = [word for index, word in enumerate(whole) if index not in faults]
        namespace, rest = parser.parse_known_intermixed_args(kept)
    values: _Values = vars(namespace)
    return [*values.pop("paths", ()), *rest], values, messages, unknown


def _with_places(words: Sequence[str]) -> list[str]:
    # argparse takes no value that begins with a dash but behind "=".
    joined: list[str] = []
    for word in words:
        is_place = word.startswith(_STDIN_PLACE) and joined and joined[-1].startswith("--")
        if is_place:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _refused(parser: ArgumentParser, words: Sequence[str]) -> Iterator[tuple[int, str]]:
    # The indices of options that argparse refuses, with its names for them.
    from argparse import ArgumentError

    for index, word in enumerate(words):
        if is_option(word):
            value = [it for it in words[index + 1 : index + 2] if not is_option(it)]
            try:
                parser.parse_known_intermixed_args([word, *value])
            except ArgumentError as error:
                yield index, error.argument_name or ""


def _explain(
    word: str, name: str, options: Iterable[Option], messages: list[str], unknown: list[str]
) -> None:
    option = next(it for it in options if "/".join(it.labels) == name)
    label, equals, value = word.partition("=")
    if not option.is_flag:
        wanted = ", ".join(option.choices) or option.metavar
        label = word if word in option.labels else option.labels[-1]
        messages.append(f"`{label}` has no value: expected {wanted}")
    elif label in option.labels and label.startswith("--") and equals:
        messages.append(f"`{label}` has the value {quoted(value)}: expected none")
    else:
        known = {label for it in options for label in it.labels}
        labels = (f"-{letter}" for letter in word[1:])
        unknown.append(next(label for label in labels if label not in known))


def _label(word: str) -> str:
    return word.partition("=")[0] if word.startswith("--") else word[:2]


def _faults(values: Mapping[str, Sequence[str]], options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        if not option.is_flag:
            found = (option.fault(f"`--{option.name}`", it) for it in values.get(option.name) or ())
            yield from filter(None, found)


def _inherited(
    environment: Mapping[str, str], options: Iterable[Option], messages: list[str]
) -> Iterator[tuple[str, str]]:
    for option in options:
        value = environment.get(option.variable, "")
        if not value or (value in option.elsewhere and value not in option.choices):
            continue
        if option.is_flag:
            flag = _FLAG_VALUES.get(value.lower())
            if flag is None:
                messages.append(
                    f"{option.variable} is {quoted(value)}: expected true, false, 1 or 0"
                )
            else:
                yield option.name, flag
        elif fault := option.fault(option.variable, value):
            messages.append(fault)
        else:
            yield option.name, value
