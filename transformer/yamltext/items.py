"""A document's list, cut into its items before anything of them is read.

    kind: List
    items:
    - kind: Pod           # an item reaches from its dash to the next one at its column
      spec: {...}
    more: ...             # what is left without the items is the hull

Why a line that begins with a dash at the column of the first one begins an item: block scalars and
plain ones must be indented further, in a flow collection a dash is an error, and a comment begins
otherwise (YAML 1.1, 8 and 9). Only a quoted scalar may go on at any column. So the cut is right
when no item ends inside of one, which is looked at here, item after item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Protocol

from transformer.records import record
from transformer.yamltext.documents import Document, Source
from transformer.yamltext.lines import content_end
from transformer.yamltext.nodes import is_null, offset_of, repeated_keys
from transformer.yamltext.skim import skim
from transformer.yamltext.tree import Alias, Mapping, Slot, SyntaxFault, Tree, read

# Longer ones are left to a reader that bounds what is in them as it goes.
LONGEST_ITEM = 8 << 20

# Expressions are compiled where they are used: most runs have no list.

# What ends a line for YAML 1.1 alone (5.4), or shifts the parser's offsets.
_STRAY = "\r(?!\n)|[\x85\u2028\u2029\ufeff]"
_HEADS = r"(?m)^(\w+):[ \t]*(?:#[^\n]*)?\r?\n"
_FIRST = r"(?>(?:[ \t]*(?>#[^\n]*)?\r?\n)*)( *)-(?=[ \t\r\n]|\Z)"

# The first line behind the items, for items at column 0 and for others.
_BEHIND_DASHES = r"\n(?:[^ \t\r\n#-]|-[^ \t\r\n])"
_BEHIND = r"\n[^ \t\r\n#]"

# Quoted scalars that end on the line of the key or dash in front of them, and that line with them.
# Wherever such a line stands but inside of another quoted scalar, none is open behind it. A colon
# and a space end a plain scalar everywhere; a dash in one makes the quotes a part of it.
_QUOTED = r"""(?:'[^'"\n]*'|"[^'"\\\n]*")"""
_END = r"(?= *\r?(?:\n|\Z))"
_CLOSED = rf": (?:{_QUOTED}|\[{_QUOTED}(?:, {_QUOTED})*\]){_END}"
_CLOSED_ITEM = rf"\n *- {_QUOTED}{_END}"

# The levels that an item of block style has above it in the document, but not alone.
DEPTH = 1


@record
class Items:
    """Where the items of a document's list are: `cuts` has the start of each, and the last's end.

    `hull` is the text without them, as a document of its own in which every line that is left has
    the number that it has in the source; `tree` is that document, read.
    """

    document: Document
    cuts: tuple[int, ...]
    hull: Document
    tree: Tree

    @property
    def spans(self) -> Iterable[tuple[int, int]]:
        """The start and end of each item, in characters from the start of the document."""
        return pairwise(self.cuts)


class Known(Protocol):
    """Who has looked at the inputs before."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The inputs, decoded."""

    def items(self, document: Document, /) -> Items | None:
        """How the list of a document is cut; None where it is not."""

    def tree(self, document: Document, /) -> Tree | None:
        """The tree of a document; None where it is to be read."""


def cut_items(document: Document, key: str, parser: str = "") -> Items | None:
    """Cut the list that a document has at a key.

    Takes the document, a key without characters of any meaning, and a name of `PARSERS`. Returns
    None where it is no list in block style at column 0 of a mapping, or it must be read to know
    where its items are. Whether they are YAML is not looked at.
    """
    text = document.text
    if f"\n{key}:" not in text and not text.startswith(f"{key}:"):
        return None
    head = next((it for it in re.finditer(_HEADS, text) if it[1] == key), None)
    first = re.compile(_FIRST).match(text, head.end()) if head is not None else None
    if head is None or first is None or _has_stray(text):
        return None
    cuts = _cuts(text, first)
    if not _is_right(text, cuts, parser):
        return None
    gap = "\n" * text.count("\n", head.end(), cuts[-1])
    source = Source(document.source.name, text[: head.end()] + gap + text[cuts[-1] :])
    line = document.position(0).line - 1
    source = Source(source.name, "\n" * line + source.text) if line else source
    hull = Document(source, document.index, line, len(source.text))
    try:
        tree = read(hull.text, parser)
    except SyntaxFault:
        return None
    if not _is_hull(tree, key, head.start()):
        return None
    return Items(document=document, cuts=cuts, hull=hull, tree=tree)


def _has_stray(text: str) -> bool:
    return (not text.isascii() or "\r" in text) and re.search(_STRAY, text) is not None


def _cuts(text: str, first: re.Match[str]) -> tuple[int, ...]:
    column = len(first[1])
    behind = re.compile(_BEHIND) if column else re.compile(_BEHIND_DASHES)
    stop = behind.search(text, first.end())
    end = stop.start() + 1 if stop is not None else len(text)
    return (first.start(1), *_dashes(text, column, first.end(), end), end)


def _dashes(text: str, column: int, start: int, end: int) -> Iterator[int]:
    # Where lines begin that have a dash at a column.
    mark = "\n" + " " * column + "-"
    at = text.find(mark, start, end)
    while at >= 0:
        behind = at + len(mark)
        if behind >= end or text[behind] in " \t\r\n":
            yield at + 1
        at = text.find(mark, behind, end)


def _is_right(text: str, cuts: tuple[int, ...], parser: str) -> bool:
    # Quoted scalars that end on the line on which they begin need no parser.
    if _is_closed(text, cuts[0], cuts[-1]):
        return all(end - start <= LONGEST_ITEM for start, end in pairwise(cuts))
    for start, end in pairwise(cuts):
        if end - start > LONGEST_ITEM:
            return False
        if not _is_closed(text, start, end):
            try:
                skim(text[start:end], parser)
            except SyntaxFault:
                return False
    return True


def _is_closed(text: str, start: int, end: int) -> bool:
    quotes = _quotes(text, start, end)
    lines = re.compile(_CLOSED), re.compile(_CLOSED_ITEM)
    closed = "".join(it for line in lines for it in line.findall(text, start, end))
    return quotes == _quotes(closed, 0, len(closed))


def _quotes(text: str, start: int, end: int) -> int:
    return text.count('"', start, end) + text.count("'", start, end)


def _is_hull(tree: Tree, key: str, start: int) -> bool:
    # Simple enough that nothing in it has to do with the items.
    root = tree.root
    if not isinstance(root, Mapping) or root.is_flow or tree.aliases or "%" in tree.text[:start]:
        return False
    if any(next(repeated_keys(it), None) is not None for it in tree.mappings):
        return False
    for name, value in zip(root.children[::2], root.children[1::2], strict=True):
        if name.value is None or isinstance(name, Alias) or name.value == "<<":
            return False
        if name.value == key and (offset_of(name) != start or not _is_nothing(value)):
            return False
    return any(name.value == key for name in root.children[::2])


def _is_nothing(value: Slot) -> bool:
    return is_null(value) and content_end(value) == offset_of(value)
