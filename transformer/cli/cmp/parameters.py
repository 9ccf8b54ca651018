"""The parameters of an application, as Argo CD hands them to a plugin.

A parameter `values` arrives as PARAM_VALUES when it is a string, as PARAM_VALUES_0, PARAM_VALUES_1
and so on when it is a list, and as PARAM_VALUES_KEY when it is a map (argo-cd, `Environ` of
pkg/apis/application/v1alpha1/types.go). So a wrong type must not look like an absent one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from transformer.errors import Problem, UsageError
from transformer.messages import closest, quoted
from transformer.records import record

Kind = Literal["string", "list"]

PREFIX = "PARAM_"


@record
class Parameters:
    """What was given, by name in lower case; an empty text is an absent one."""

    strings: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def string(self, name: str) -> str:
        return self.strings.get(name, "")

    def list(self, name: str) -> tuple[str, ...]:
        return self.lists.get(name, ())


def read(environment: Mapping[str, str], kinds: Mapping[str, Kind]) -> Parameters:
    """The parameters that an environment holds.

    `kinds` are those that there are. Raises `UsageError` for all that are not among them, or have
    another type.
    """
    problems: dict[str, Problem] = {}
    strings: dict[str, str] = {}
    lists: dict[str, dict[str, str]] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        given = variable.removeprefix(PREFIX).lower()
        name, _, key = given.partition("_")
        if kinds.get(given) == "string":
            strings[given] = value
        elif kinds.get(name) == "list" and key.isdecimal():
            lists.setdefault(name, {})[key] = value
        else:
            problem = _problem(given, name, kinds)
            problems[problem.message] = problem
    if problems:
        raise UsageError(problems[message] for message in sorted(problems))
    return Parameters(
        strings=strings, lists={name: tuple(_in_order(it)) for name, it in lists.items()}
    )


def _in_order(items: Mapping[str, str]) -> Iterator[str]:
    # By number, without reading numbers: a map may have a key of any length.
    keys = sorted(items, key=lambda key: (len(key), key))
    return (items[key] for key in keys if items[key])


def _problem(given: str, name: str, kinds: Mapping[str, Kind]) -> Problem:
    if name in kinds:
        message = f'parameter "{name}" is not a {kinds[name]}'
        return Problem(code="wrong-type", message=message)
    meant = closest(given, kinds)
    guess = f'did you mean "{meant}"? ' if meant else ""
    message = f"parameter {quoted(given)} is not known"
    hint = f"{guess}there are {', '.join(sorted(kinds))}"
    return Problem(code="unknown-parameter", message=message, hint=hint)
