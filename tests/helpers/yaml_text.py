"""A small model of YAML text for generated manifests: nodes, and a writer that varies the style.

The writer is the only judge of what its text says: it notes where every node stands while it
writes, so a test needs no parser, and none of the product's code, to know what to expect.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence as Items
from dataclasses import dataclass, field
from typing import TypeAlias

_PLAIN = re.compile(r"[\w./~🚀=$(<][\w./~🚀=$()<'\"@-]*")
_PLAIN_BLOCK = re.compile(rf"{_PLAIN.pattern}(?:[ :#,]?{_PLAIN.pattern})*")
_BREAKS = "\n\x85\u2028"
_BLANKS = " \t"
_MUST_ESCAPE = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
_COMMENTS = (
    " # a comment", " #", " # image: nginx", ' # "unclosed', "  # 🚀 é\t{{ x }}", " # - *x &y !z",
    " # a line separator\u2028",
)  # fmt: skip


@dataclass(eq=False)
class Scalar:
    """A string. `style` fixes how it is written, '' leaves it to the writer, "null" is null."""

    value: str
    style: str = ""
    anchor: str = ""
    start: int = 0
    end: int = 0


@dataclass(eq=False)
class Mapping:
    pairs: list[tuple[str, Node]] = field(default_factory=list)
    anchor: str = ""
    is_flow: bool = False

    def get(self, key: str) -> Node | None:
        """The value of a key, merge keys followed: the mapping's own first."""
        own = next((value for name, value in self.pairs if name == key), None)
        merged = [resolved(value) for name, value in self.pairs if name == "<<"]
        found = [it.get(key) for it in merged if isinstance(it, Mapping)]
        return own or next((value for value in found if value is not None), None)


@dataclass(eq=False)
class Sequence:
    items: list[Node] = field(default_factory=list)
    anchor: str = ""
    is_flow: bool = False


@dataclass(eq=False)
class Alias:
    target: Scalar | Mapping | Sequence
    start: int = 0
    end: int = 0


Node: TypeAlias = "Scalar | Mapping | Sequence | Alias"


def resolved(node: Node) -> Scalar | Mapping | Sequence:
    """The node itself, or what its alias stands for."""
    return node.target if isinstance(node, Alias) else node


class Writer:
    """Writes nodes as YAML text in styles that `random` chooses. Offsets count characters."""

    def __init__(self, random: random.Random, newlines: Items[str], wildness: float) -> None:
        self.random = random
        self.newlines = newlines
        self.wildness = wildness
        self.is_json = False
        self.has_tabs = False
        self.parts: list[str] = []
        self.at = 0
        self.aliases: list[tuple[int, int]] = []

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.at += len(text)

    def chance(self, share: float) -> bool:
        return self.random.random() < share * self.wildness

    def newline(self) -> None:
        self.put(self.random.choice(self.newlines))

    def end_line(self, *, may_tab: bool = True) -> None:
        """End a line, now and then behind a comment or blanks. A tab may not follow a `-`."""
        if self.chance(0.15):
            self.put("\t" if may_tab and self.has_tabs and self.chance(0.2) else "")
            self.put(self.random.choice(_COMMENTS))
        elif self.chance(0.1):
            self.put("\t" if may_tab and self.has_tabs else "   ")
        self.newline()

    def between(self, column: int) -> None:
        """Now and then a comment or a blank line before a line of this column."""
        if self.chance(0.1):
            self.put(" " * self.random.choice([0, column]))
            self.put(self.random.choice(_COMMENTS).lstrip(" "))
            self.newline()
        elif self.chance(0.05):
            self.newline()

    def document(self, node: Node, marker: str) -> None:
        """A whole document behind its marker line; '' writes none."""
        if marker:
            self.put(marker)
            self.newline()
        if isinstance(node, Mapping) and not node.is_flow:
            self.block_mapping(node, 0)
        else:
            self.flow(node, 0)
            self.newline() if self.is_json else self.end_line()

    def block_mapping(self, node: Mapping, column: int, is_inline: bool = False) -> None:
        for number, (key, value) in enumerate(node.pairs):
            if number or not is_inline:
                self.between(column)
                self.put(" " * column)
            if number and key != "<<" and self.chance(0.03):
                self.put("? ")
                self.key(key)
                self.end_line()
                self.put(" " * column + ":")
            else:
                self.key(key)
                self.put(" :" if self.chance(0.05) else ":")
            self.block_value(value, column)

    def key(self, key: str) -> None:
        if self.is_json or (key != "<<" and self.chance(0.1)):
            self.double(key)
        elif key != "<<" and self.chance(0.05):
            self.put(f"'{key}'")
        else:
            self.put(key)

    def block_value(self, node: Node, column: int) -> None:
        """What follows a key's colon, to the end of the line behind it."""
        if isinstance(node, Scalar):
            self.block_scalar_value(node, column)
        elif isinstance(node, Alias) or node.is_flow or self.is_empty(node):
            self.put(" " * self.random.choice([1, 1, 1, 3]))
            self.flow(node, column + 2)
            self.end_line()
        else:
            self.put(f" &{node.anchor}" if node.anchor else "")
            self.end_line(may_tab=bool(node.anchor))
            deeper = column + self.random.choice([2, 2, 2, 1, 4])
            if isinstance(node, Mapping):
                self.block_mapping(node, deeper)
            else:
                self.block_sequence(node, self.random.choice([column, deeper]))

    def is_empty(self, node: Mapping | Sequence) -> bool:
        return not (node.pairs if isinstance(node, Mapping) else node.items)

    def block_sequence(self, node: Sequence, column: int) -> None:
        for item in node.items:
            self.between(column)
            self.put(" " * column + "-")
            if isinstance(item, Mapping) and not item.is_flow and item.pairs:
                self.block_item(item, column)
            else:
                self.block_value(item, column)

    def block_item(self, item: Mapping, column: int) -> None:
        if item.anchor or self.chance(0.1):
            self.put(f" &{item.anchor}" if item.anchor else "")
            self.end_line(may_tab=bool(item.anchor))
            self.block_mapping(item, column + 2)
        else:
            gap = self.random.choice([1, 1, 1, 3])
            self.put(" " * gap)
            self.block_mapping(item, column + 1 + gap, is_inline=True)

    def block_scalar_value(self, node: Scalar, column: int) -> None:
        properties = self.properties(node)
        self.put(f" {properties}" if properties else "")
        if node.style in ("|", ">"):
            self.literal(node, column)
            return
        if self.chance(0.05):
            self.end_line(may_tab=bool(properties))
            self.put(" " * (column + 1))
        self.put(" ")
        self.scalar(node, _PLAIN_BLOCK, column + 2)
        self.end_line()

    def properties(self, node: Scalar) -> str:
        """The anchor and tag of a string, in either order; '' for most."""
        tag = "!!str" if self.chance(0.03) and not self.is_json and node.style != "null" else ""
        parts = [part for part in (f"&{node.anchor}" if node.anchor else "", tag) if part]
        self.random.shuffle(parts)
        return " ".join(parts)

    def literal(self, node: Scalar, column: int) -> None:
        indent = " " * (column + self.random.choice([1, 2, 3]))
        ending = "" if node.value.endswith("\n") else "-"
        self.put(" ")
        node.start = self.at
        self.put(node.style + ending)
        self.newline()
        for line in node.value.removesuffix("\n").split("\n"):
            self.put(indent + line if line else "")
            self.newline()
        node.end = self.at

    def scalar(self, node: Scalar, plain: re.Pattern[str], column: int) -> None:
        node.start = self.at
        if node.style == "null":
            self.put(self.random.choice(["null", "~"]) if not self.is_json else "null")
            return
        style = node.style or self.random.choice(["plain", "plain", "'", '"'])
        has_break = any(character in node.value for character in _BREAKS)
        if self.is_json or has_break or (style == "'" and "\t" in node.value):
            style = '"'
        if style == "plain" and plain.fullmatch(node.value):
            self.put(node.value)
        elif style == "'":
            self.put("'" + node.value.replace("'", "''") + "'")
        else:
            self.double(node.value, column)
        node.end = self.at

    def double(self, value: str, fold_to: int = -1) -> None:
        """Between double quotes, some characters as escapes, and the line broken now and then."""
        self.put('"')
        for number, character in enumerate(value):
            is_first = False
            if fold_to >= 0 and number and not self.is_json and self.chance(0.01):
                self.put("\\")
                self.newline()
                self.put(" " * fold_to)
                is_first = True
            self.put(self.escaped(character, must=is_first and character in _BLANKS))
        self.put('"')

    def escaped(self, character: str, *, must: bool) -> str:
        if character in _MUST_ESCAPE:
            return _MUST_ESCAPE[character]
        if not (must or character in "\t\x85\u2028" or self.chance(0.05)):
            return character
        if ord(character) < 0x10000:
            return f"\\u{ord(character):04x}"
        return character if self.is_json else f"\\U{ord(character):08x}"

    def flow(self, node: Node, column: int) -> None:
        """A node inside a line: an alias, a scalar, or a collection in brackets."""
        if isinstance(node, Alias):
            node.start = self.at
            self.put(f"*{node.target.anchor}")
            node.end = self.at
            self.aliases.append((node.start, node.end))
            return
        if isinstance(node, Scalar):
            properties = self.properties(node)
            self.put(f"{properties} " if properties else "")
            self.scalar(node, _PLAIN, column)
            return
        self.put(f"&{node.anchor} " if node.anchor else "")
        is_mapping = isinstance(node, Mapping)
        pairs = node.pairs if isinstance(node, Mapping) else [("", item) for item in node.items]
        self.flow_collection("{}" if is_mapping else "[]", pairs, column)

    def flow_collection(self, brackets: str, pairs: Items[tuple[str, Node]], column: int) -> None:
        self.put(brackets[0])
        self.gap(column)
        for number, (key, value) in enumerate(pairs):
            if number:
                self.put(",")
                self.put("" if self.is_json else " ")
                self.gap(column)
            if key:
                self.key(key)
                self.put(":" if self.is_json and self.chance(0.5) else ": ")
            self.flow(value, column + 2)
            self.put(" " if isinstance(value, Alias) else "")
        self.gap(column)
        self.put(brackets[1])

    def gap(self, column: int) -> None:
        if self.chance(0.1):
            self.newline() if self.is_json else self.end_line()
            self.put(" " * column)
