"""A command line, read and understood: which command it asks for, and what that is to work on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from transformer.cli.arguments import ON, Arguments, first_word, parse
from transformer.cli.command import Command
from transformer.cli.invocation import Invocation, is_legacy_plugin
from transformer.cli.options import VERIFY
from transformer.cli.registry_options import registry_options
from transformer.cli.table import DEFAULT, NAMES, command, find_option, unknown_option
from transformer.config.options import Options
from transformer.errors import Problem, UsageError, usage_error
from transformer.messages import closest, quoted
from transformer.records import record

if TYPE_CHECKING:
    from argparse import ArgumentParser


@record
class Request:
    """A command line: the command that it names, '' for none, and what it says to it."""

    name: str
    arguments: Arguments
    problems: tuple[Problem, ...]

    @property
    def is_help(self) -> bool:
        return not self.arguments.given.keys().isdisjoint(("help", "version"))

    @property
    def is_discovery(self) -> bool:
        """Whether it is a question of Argo CD, which hears no option."""
        return self.name == "cmp" and self.arguments.paths[:1] == ("discover",)


def read(argv: Sequence[str], environment: Mapping[str, str]) -> Request:
    """Read a command line, and the environment as far as the command has options.

    A command may stand behind options. A first word that is neither a command nor a file is a
    problem, as long as it looks like a word.
    """
    problems: list[Problem] = []
    words, name = list(argv), ""
    index = first_word(words, find_option)
    if index >= 0 and not is_legacy_plugin((words[index],), environment):
        if words[index] in NAMES:
            name = words.pop(index)
        elif problem := _no_command(words[index]):
            problems.append(problem)
    known = command(name or DEFAULT)
    arguments = parse(words, environment, known.options, lambda: _parser(name or DEFAULT, known))
    problems += (unknown_option(name or DEFAULT, label) for label in arguments.unknown)
    hint = f"mirrorpin help {name or DEFAULT} lists its options"
    problems += (Problem(code="usage", message=it, hint=hint) for it in arguments.messages)
    return Request(name=name, arguments=arguments, problems=tuple(problems))


def _parser(name: str, known: Command) -> ArgumentParser:
    from transformer.cli.parser import parser_of

    return parser_of(name, known)


def _no_command(word: str) -> Problem | None:
    if not word.replace("-", "").isalpha() or os.path.lexists(word):
        return None
    meant = closest(word, NAMES)
    guess = f"did you mean {meant}? " if meant else ""
    return Problem(
        code="usage",
        message=f"{quoted(word)} is unknown: expected a command, or a file that exists",
        hint=f"{guess}The commands are {', '.join(NAMES)}",
    )


def understand(request: Request) -> tuple[Command, Invocation]:
    """The command that a command line asks for, and what it is to work on.

    Raises `UsageError` where its parts do not fit together.
    """
    arguments = request.arguments
    if request.is_help:
        asked = "help" if "help" in arguments.given else "version"
        topic = (request.name,) if request.name and asked == "help" else ()
        return command(asked), Invocation(paths=topic)
    if request.problems:
        raise UsageError(request.problems)
    name = request.name or DEFAULT
    known = command(name)
    _check_words(name, known, arguments.paths)
    is_quiet, is_verbose = _loudness(arguments)
    values = {option.name: arguments.value(option.name) for option in known.options}
    return known, Invocation(
        paths=arguments.paths,
        # The variable ranks behind a functionConfig.
        config=arguments.given.get("config", ""),
        root=values.get("root", ""),
        lock=values.get("lock", ""),
        output_format=values.get("format") or next(iter(known.formats), ""),
        is_quiet=is_quiet,
        is_verbose=is_verbose,
        needs_config=known.needs_config,
        digests=values.get("digests", ""),
        no_empty=values.get("no-empty") == ON,
        needs_lock=known.needs_lock,
        registry=registry_options(values, is_cache_given="cache" in arguments.given),
        own=values,
        options=Options(
            parser=values.get("parser", ""),
            verify=values.get("verify") or VERIFY[0],
            strict=values.get("strict") == ON,
            with_compose=values.get("compose") == ON,
        ),
    )


def _check_words(name: str, known: Command, paths: tuple[str, ...]) -> None:
    said = " ".join(paths)
    if paths and not known.operands:
        raise usage_error(f"`{name}` is followed by {quoted(said)}: expected nothing")
    if (
        known.words
        and (paths or known.needs_word)
        and paths not in [(word,) for word in known.words]
    ):
        wanted = f"{', '.join(known.words[:-1])} or {known.words[-1]}"
        meant = closest(said, known.words) if len(paths) == 1 else ""
        hint = f"did you mean {meant}?" if meant else ""
        there = quoted(said) if said else "nothing"
        raise usage_error(f"`{name}` is followed by {there}: expected {wanted}", hint)


def _loudness(arguments: Arguments) -> tuple[bool, bool]:
    # What the command line says wins over what the environment says of the other one.
    for values in (arguments.given, arguments.inherited):
        is_quiet, is_verbose = values.get("quiet") == ON, values.get("verbose") == ON
        if is_quiet and is_verbose:
            raise usage_error("`--quiet` and `--verbose` are both given: expected one of them")
        if is_quiet or is_verbose:
            return is_quiet, is_verbose
    return False, False
