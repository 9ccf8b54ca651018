"""The images that a Dockerfile builds on, in its FROM lines.

    ARG BASE=docker.io/library/debian:12
    FROM --platform=$BUILDPLATFORM golang:1.23 AS build
    FROM ${BASE}
    COPY --from=build /app /app

A stage that is built above and `scratch` are no images. Arguments in front of the first FROM have
their defaults; one without is an error, for nobody knows what it stands for.

Specification: docs.docker.com/reference/dockerfile, FROM, ARG, line continuation, here-documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from transformer.config.images import NamedImage
from transformer.errors import ConfigError, Position, Problem
from transformer.image.reference import BadReference, normalize
from transformer.messages import quoted

KIND = "Dockerfile"
SCRATCH = "scratch"

_DIRECTIVE = re.compile(r"#[ \t]*escape[ \t]*=[ \t]*`[ \t]*\Z", re.IGNORECASE).match
_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_]\w*)").findall
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::([-+])([^{}]*))?\}|(\w+))")


class _Unset(Exception):
    """A variable has no value here."""


def base_images(name: str, text: str) -> tuple[NamedImage, ...]:
    """The images of FROM lines, each once, in order.

    Takes the name of the file for messages, and its text. Raises `ConfigError` with all that is
    wrong: arguments without a value, and images that are none.
    """
    found: dict[str, NamedImage] = {}
    problems: list[Problem] = []
    arguments: dict[str, str] = {}
    stages: set[str] = set()
    has_stage = False
    for number, column, line in _instructions(text):
        words = line.split()
        if words[0].upper() == "ARG" and not has_stage:
            arguments |= _defaults(words[1:], arguments)
        if words[0].upper() != "FROM":
            continue
        has_stage = True
        position = Position(file=name, line=number, column=column)
        operands = [it for it in words[1:] if not it.startswith("--")]
        try:
            image = _expanded(operands[0] if operands else "", arguments)
            if image.lower() not in stages and image != SCRATCH:
                normalize(image)
                made = NamedImage(image=image, position=position, field="FROM", kind=KIND, name="")
                found.setdefault(image, made)
        except _Unset as unset:
            message = f"`FROM` has no value for the argument {quoted(str(unset))}"
            hint = "give it a default: ARG NAME=image, in front of the first FROM"
            problems.append(
                Problem(code="no-argument", message=message, position=position, hint=hint)
            )
        except BadReference as error:
            problems.append(
                Problem(
                    code=error.code,
                    message=f"`FROM` {error.message}",
                    position=position,
                    hint=error.hint,
                )
            )
        stages |= {it.lower() for it in operands[2:3]}
    if problems:
        raise ConfigError(problems)
    return tuple(found.values())


def _instructions(text: str) -> Iterator[tuple[int, int, str]]:
    # Each with the number of its first line, and the column of its first character there.
    lines = text.splitlines()
    escape = "`" if lines and _DIRECTIVE(lines[0]) else "\\"
    until: list[str] = []
    parts: list[str] = []
    start = (0, 0)
    for number, line in enumerate(lines, 1):
        content = line.strip()
        if until:
            until = until[1:] if content == until[0] else until
            continue
        if not content or content.startswith("#"):
            continue
        if not parts:
            start = (number, len(line) - len(line.lstrip()) + 1)
        is_open = content.endswith(escape)
        parts.append(content.removesuffix(escape))
        if not is_open:
            whole = " ".join(parts)
            parts = []
            until = _HEREDOC(whole) if whole[:4].upper() in ("RUN ", "COPY", "ADD ") else []
            yield (*start, whole)


def _defaults(words: list[str], arguments: dict[str, str]) -> Iterator[tuple[str, str]]:
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            try:
                yield key, _expanded(value.strip("\"'"), arguments)
            except _Unset:
                continue


def _expanded(text: str, arguments: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[4]
        known = arguments.get(name, "")
        if found[2] == "+":
            return found[3] if known else ""
        if not known and found[2] != "-":
            raise _Unset(name)
        return known or found[3]

    return _VARIABLE.sub(value, text.strip("\"'"))
