"""TOML with lines: `tomllib` reads the data, and the places of keys are looked up beside it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from transformer.config.imports.mapped import Reading
from transformer.errors import Position
from transformer.messages import closest, quoted
from transformer.yamltext.path import Steps

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)\Z")

# In a string of several lines, anything may stand.
_LONG = ('"""', "'''")

_TYPES = {str: "a string", bool: "true or false", list: "a list", dict: "a table"}


class Toml:
    """A text of TOML: its data, and what is wrong with a value, at its line."""

    def __init__(self, name: str, text: str, reading: Reading) -> None:
        self.name = name
        self.text = text
        self.reading = reading
        self._places: dict[Steps, int] | None = None
        self._breaks = [it.start() for it in re.finditer("\n", text)]

    def data(self) -> dict[str, Any]:
        """The tables; none, and an error, where it is not TOML."""
        import tomllib

        try:
            return tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            said = str(error)
            place = _PLACE.search(said)
            line, column = (int(place[1]), int(place[2])) if place else (0, 0)
            position = Position(file=self.name, line=line, column=column)
            self.reading.fail(position, "toml", f"is not TOML: {_PLACE.sub('', said)}")
            return {}

    def position(self, steps: Steps) -> Position:
        """Where a key, a table or an item of a list stands, or else what holds it."""
        places = self._all_places()
        while steps and steps not in places:
            steps = steps[:-1]
        return self._at(places.get(steps))

    def positions(self, array: str, count: int, header: re.Pattern[str]) -> list[Position]:
        """Where the tables of an array stand that has so many, without a look at what is in them
        where their headers are plain: `header` matches a line that is one."""
        found = [self.text.index("[", it.start()) for it in header.finditer(self.text)]
        if len(found) == count and not any(it in self.text for it in _LONG):
            return [self._at(at) for at in found]
        return [self.position((array, index)) for index in range(count)]

    def _all_places(self) -> dict[Steps, int]:
        if self._places is None:
            from transformer.yamltext.settings import Unreadable, toml_places

            try:
                self._places = toml_places(self.text)
            except Unreadable:
                self._places = {}
        return self._places

    def _at(self, at: int | None) -> Position:
        if at is None:
            return Position(file=self.name)
        line = bisect_left(self._breaks, at)
        start = self._breaks[line - 1] if line else -1
        return Position(file=self.name, line=line + 1, column=at - start)

    def fail(self, steps: Steps, code: str, state: str, hint: str = "") -> None:
        """Note what a value must be or not be."""
        self.reading.fail(self.position(steps), code, f"`{_path(steps)}` {state}", hint)

    def check_keys(self, table: Mapping[str, Any], steps: Steps, known: Mapping[str, type]) -> None:
        """Note the keys of a table that are not known, and the values of another type."""
        for key, value in table.items():
            if key not in known:
                meant = closest(key, known)
                hint = f"did you mean {meant}?" if meant else f"known are {', '.join(known)}"
                self.fail((*steps, key), "unknown-key", "is not known", hint)
            elif known[key] is not object and type(value) is not known[key]:
                state = f"is {quoted(str(value))}: expected {_TYPES[known[key]]}"
                self.fail((*steps, key), "wrong-type", state)


def value(table: Mapping[str, Any], key: str, default: Any) -> Any:  # noqa: ANN401
    """A value of a table where it has the type of the default, otherwise that."""
    found = table.get(key, default)
    return found if type(found) is type(default) else default


def _path(steps: Steps) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
