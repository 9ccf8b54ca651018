"""Strings in texts of settings, TOML and INI: what they are called, and where they stand.

    [[runners]]                          runners[0].kubernetes.image    the text between the quotes
      [runners.kubernetes]
        image = "alpine:3.20"

TOML 1.0.0 is read twice: by `tomllib`, and here for the places. What the two do not agree on, as
strings with escapes, is left out. INI is read as Python's `configparser` does, line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from transformer.records import record
from transformer.yamltext.path import Steps

Match: TypeAlias = "Callable[[str, int], re.Match[str] | None]"

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*").match
_SPACE = re.compile(r"[ \t]*").match
_KEY = re.compile(
    r"""[ \t]*(?:"(?P<double>[^"\\\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[\w-]+))[ \t]*"""
).match
_STRING = re.compile(
    r'''"""(?P<long>(?:[^"\\]|\\.|"(?!""))*)"""|\'\'\'(?P<raw>(?:[^']|'(?!''))*)\'\'\''''
    r"""|"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>[^'\n]*)'""",
    re.DOTALL,
).match
_OTHER = re.compile(r"[^\s,\]}#]+(?: [0-9:.]+(?:Z|[+-][0-9:]+)?)?").match


class Unreadable(Exception):
    """The text is no such settings, or is written in a way that is not understood here."""


@record
class Setting:
    """A string: the steps that lead to it, and its first character and the one behind its last."""

    steps: Steps
    start: int
    end: int


def ini_settings(text: str) -> list[Setting]:
    """The values of an INI text, `section.key` each. Those of more than one line are left out.

    Raises `Unreadable` for a line that is neither a section, nor a key with a value, nor a comment.
    """
    found: list[Setting] = []
    section = ""
    at = 0
    for line in text.splitlines(keepends=True):
        content = line.strip()
        if not content or content[0] in "#;":
            pass
        elif line[0] in " \t":
            # More of the value above it.
            del found[-1:]
        elif content[0] == "[" and content[-1] == "]":
            section = content[1:-1]
        else:
            found.append(_ini_setting(line, at, section))
        at += len(line)
    return found


def _ini_setting(line: str, at: int, section: str) -> Setting:
    key, separator, value = line.partition("=")
    if not separator or not section:
        raise Unreadable
    start = at + len(line) - len(value.lstrip(" \t"))
    return Setting(steps=(section, key.strip()), start=start, end=start + len(value.strip()))


def toml_settings(text: str) -> list[Setting]:
    """The strings of a TOML text that are written as they are read. Raises `Unreadable`."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unreadable from None
    found = _Toml(text).settings()
    return [it for it in found if _value_at(data, it.steps) == text[it.start : it.end]]


def toml_places(text: str) -> dict[Steps, int]:
    """Where the keys, tables and items of a TOML text stand, by the steps to them: their first
    characters. Takes a text that is TOML; raises `Unreadable` where that is written in a way that
    is not understood here."""
    reading = _Toml(text)
    reading.settings()
    return reading.places


def _value_at(data: object, steps: Steps) -> object:
    for step in steps:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


class _Toml:
    """A text of which it is known that it is TOML, and how far it has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        # How many tables there are so far of each array of tables.
        self.counts: dict[tuple[str, ...], int] = {}
        self.places: dict[Steps, int] = {}

    def settings(self) -> list[Setting]:
        found: list[Setting] = []
        table: Steps = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._table()
            else:
                found += self._pair(table)
            self._skip(_BLANK)
        return found

    def _skip(self, match_at: Match) -> re.Match[str]:
        match = match_at(self.text, self.at)
        if match is None:
            raise Unreadable
        self.at = match.end()
        return match

    def _take(self, text: str) -> bool:
        is_there = self.text.startswith(text, self.at)
        self.at += len(text) * is_there
        return is_there

    def _keys(self) -> tuple[str, ...]:
        keys: list[str] = []
        while True:
            match = self._skip(_KEY)
            keys.append(match[match.lastgroup or 0])
            if not self._take("."):
                return tuple(keys)

    def _table(self) -> Steps:
        start = self.at
        self._take("[")
        is_array = self._take("[")
        keys = self._keys()
        self._take("]]" if is_array else "]")
        if is_array:
            self.counts[keys] = self.counts.get(keys, -1) + 1
            # Those below it begin anew.
            below = [it for it in self.counts if it[: len(keys)] == keys and it != keys]
            for it in below:
                del self.counts[it]
        steps: list[str | int] = []
        for number, key in enumerate(keys, 1):
            steps.append(key)
            if keys[:number] in self.counts:
                steps.append(self.counts[keys[:number]])
            self._placed(tuple(steps), start)
        return tuple(steps)

    def _placed(self, steps: Steps, start: int) -> Steps:
        self.places.setdefault(steps, start)
        return steps

    def _pair(self, table: Steps) -> Iterator[Setting]:
        self._skip(_SPACE)
        start = self.at
        keys = self._keys()
        self._take("=")
        self._skip(_SPACE)
        yield from self._value(self._placed((*table, *keys), start))

    def _value(self, steps: Steps) -> Iterator[Setting]:
        if self._take("["):
            yield from self._array(steps)
        elif self._take("{"):
            yield from self._inline(steps)
        elif self.text[self.at] in "\"'":
            match = self._skip(_STRING)
            start, end = match.span(match.lastgroup or 0)
            yield Setting(steps=steps, start=start, end=end)
        else:
            self._skip(_OTHER)

    def _array(self, steps: Steps) -> Iterator[Setting]:
        index = 0
        self._skip(_BLANK)
        while not self._take("]"):
            yield from self._value(self._placed((*steps, index), self.at))
            index += 1
            self._skip(_BLANK)
            self._take(",")
            self._skip(_BLANK)

    def _inline(self, steps: Steps) -> Iterator[Setting]:
        self._skip(_SPACE)
        while not self._take("}"):
            yield from self._pair(steps)
            self._skip(_SPACE)
            self._take(",")
            self._skip(_SPACE)
