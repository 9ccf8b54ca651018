"""Typed readings of the values of a configuration, each with its path and position.

A reading does not raise: it notes a problem and gives a value that stands for "nothing", so that
one run reports all that is wrong with a file. A null is an absent list or mapping, as Kubernetes
has it, and an error where a string is wanted. Scalars are strings; `true` and `false` are booleans
only where one is wanted, and only when they are written plain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from transformer.errors import ConfigError, Position, Problem
from transformer.messages import closest, quoted, shown
from transformer.yamltext.nodes import is_null, offset_of, repeated_keys, resolve, visible
from transformer.yamltext.tree import Collection, Mapping, RawEvent, Sequence, Slot

Choice = TypeVar("Choice", bound=str)


class Setting:
    """One value: its path from the root, '' for the root itself, and its slot in the tree.

    `key` is the slot of its key, or its own slot where it has none. Problems are added to
    `problems`, which all settings of a configuration share.
    """

    __slots__ = ("key", "locate", "path", "problems", "slot")

    def __init__(
        self,
        locate: Callable[[int], Position],
        problems: list[Problem],
        path: str,
        slot: Slot,
        key: Slot | None = None,
    ) -> None:
        self.locate = locate
        self.problems = problems
        self.path = path
        self.slot = slot
        self.key = key or slot

    @property
    def position(self) -> Position:
        return self.locate(offset_of(self.slot))

    @property
    def key_position(self) -> Position:
        return self.locate(offset_of(self.key))

    def fail(self, code: str, state: str, hint: str = "", *, at_key: bool = False) -> None:
        """Note an error: what the value, or its key, is, and what was expected."""
        position = self.locate(offset_of(self.key if at_key else self.slot))
        message = f"`{shown(self.path)}` {state}" if self.path else state
        self.problems.append(Problem(code=code, message=message, position=position, hint=hint))

    @property
    def is_list(self) -> bool:
        return isinstance(resolve(self.slot), Sequence)

    def text(self, *, may_be_empty: bool = False) -> str:
        """The string; '' after noting that it is none, or is empty."""
        node: RawEvent = resolve(self.slot)
        if isinstance(node, Collection):
            self.fail("wrong-type", f"is {_kind(node)}: expected a string")
        elif is_null(node) or not (node.value or may_be_empty):
            self.fail("empty", "is empty: expected a value")
        else:
            return str(node.value)
        return ""

    def file(self) -> str:
        """The path of a file, from the folder of the text; '' after noting that it is none."""
        text = self.text()
        parts = text.split("/")
        if text and (parts[0] == "" or parts[-1] in ("", ".", "..")):
            state = (
                f"is {quoted(text)}: expected a file, by its path from the configuration's folder"
            )
            self.fail("bad-path", state)
        return text

    def choice(self, options: tuple[Choice, ...]) -> Choice:
        """The option that the string names; the first after noting that it names none."""
        text = self.text()
        for option in options:
            if text == option:
                return option
        if text:
            state = f"is {quoted(text)}: expected one of {', '.join(options)}"
            self.fail("bad-value", state, _suggest(text, options))
        return options[0]

    def flag(self) -> bool:
        """The boolean; false after noting that it is none."""
        node: RawEvent = resolve(self.slot)
        if isinstance(node, Collection):
            self.fail("wrong-type", f"is {_kind(node)}: expected true or false")
        elif node.value not in ("true", "false"):
            self.fail("wrong-type", f"is {quoted(node.value)}: expected true or false")
        elif node.style:
            self.fail("wrong-type", "is a string: expected true or false", "leave out the quotes")
        else:
            return bool(node.value == "true")
        return False

    def items(self) -> tuple[Setting, ...]:
        """The items of the list; none after noting that it is no list."""
        node = resolve(self.slot)
        if isinstance(node, Sequence):
            items = enumerate(node.children)
            return tuple(self._child(f"{self.path}[{index}]", item) for index, item in items)
        if not is_null(node):
            self.fail("wrong-type", f"is {_kind(node)}: expected a list")
        return ()

    def texts(self) -> dict[str, Setting]:
        """The strings of the list, after noting those that are none, are empty or repeated."""
        found: dict[str, Setting] = {}
        for item in self.items():
            text = item.text()
            if text in found:
                item.fail("repeated-item", f"is repeated: {quoted(text)}")
            elif text:
                found[text] = item
        return found

    def values(self) -> dict[str, Setting]:
        """The values of the mapping by key; none after noting that it is no mapping."""
        node = resolve(self.slot)
        if isinstance(node, Mapping):
            pairs = ((key.value, self._value(key, value)) for key, value in visible(node))
            return {name: value for name, value in pairs if name is not None}
        if not is_null(node):
            self.fail("wrong-type", f"is {_kind(node)}: expected a mapping")
        return {}

    def section(self, known: tuple[str, ...]) -> Section:
        """The mapping as a section, after noting every key that is not known."""
        return Section(self, self.values(), known)

    def check_keys(self) -> None:
        """Note every key, anywhere below, that is repeated in one mapping or is not a string."""
        seen: set[int] = set()
        found = [self]
        for setting in found:
            node = resolve(setting.slot)
            if isinstance(node, Collection) and id(node) not in seen:
                seen.add(id(node))
                is_mapping = isinstance(node, Mapping)
                found += setting.check_own_keys(node) if is_mapping else setting.items()

    def check_own_keys(self, node: Collection) -> list[Setting]:
        """Note every key of this mapping, given as its node, that is repeated or is not a string.

        Returns its values as they are written, merge keys among them.
        """
        for first, second in repeated_keys(node):
            line = self.locate(offset_of(first)).line
            state = f"is repeated: it stands in line {line} too"
            self._value(second, second).fail("repeated-key", state)
        pairs = list(zip(node.children[::2], node.children[1::2], strict=True))
        for key, _ in pairs:
            if key.value is None:
                self._child(self.path, key).fail("complex-key", "has keys that are no strings")
        return [self._value(key, value) for key, value in pairs if key.value is not None]

    def _value(self, key: Slot, value: Slot) -> Setting:
        path = f"{self.path}.{key.value}" if self.path else str(key.value)
        return Setting(self.locate, self.problems, path, value, key)

    def _child(self, path: str, slot: Slot) -> Setting:
        return Setting(self.locate, self.problems, path, slot)


class Section:
    """A mapping of known keys. What is absent reads as its default, so a null section is one."""

    __slots__ = ("setting", "values")

    def __init__(
        self, setting: Setting, values: dict[str, Setting], known: tuple[str, ...] = ()
    ) -> None:
        self.setting = setting
        self.values = values
        for name, value in values.items():
            if name not in known:
                hint = _suggest(name, known) or f"the keys here are {', '.join(known)}"
                state = "is set, and there is no such key"
                value.fail("unknown-key", state, hint, at_key=True)

    def get(self, name: str) -> Setting | None:
        return self.values.get(name)

    def require(self, name: str) -> Setting | None:
        """The setting, or None after noting that it is absent."""
        if name not in self.values:
            self.setting.fail("missing-key", f"lacks the key `{name}`")
        return self.values.get(name)

    def choice(self, name: str, options: tuple[Choice, ...]) -> Choice:
        """The option that is set, by default the first."""
        setting = self.values.get(name)
        return setting.choice(options) if setting else options[0]

    def flag(self, name: str, *, default: bool = False) -> bool:
        setting = self.values.get(name)
        return setting.flag() if setting else default

    def items(self, name: str) -> tuple[Setting, ...]:
        setting = self.values.get(name)
        return setting.items() if setting else ()

    def texts(self, name: str) -> dict[str, Setting]:
        setting = self.values.get(name)
        return setting.texts() if setting else {}

    def section(self, name: str, known: tuple[str, ...]) -> Section:
        """A section within; one without any keys when it is absent."""
        setting = self.values.get(name)
        return setting.section(known) if setting else Section(self.setting, {})


def raise_problems(problems: list[Problem]) -> None:
    """Raise a `ConfigError` with problems in the order of the text, if there are any."""
    if problems:
        raise ConfigError(sorted(problems, key=_place))


def _place(problem: Problem) -> tuple[str, int, int]:
    position = problem.position
    return (position.file, position.line, position.column) if position else ("", 0, 0)


def _kind(node: object) -> str:
    if isinstance(node, Collection):
        return "a mapping" if isinstance(node, Mapping) else "a list"
    return "a string"


def _suggest(word: str, known: tuple[str, ...]) -> str:
    meant = closest(word, known)
    return f"did you mean {meant}?" if meant else ""
