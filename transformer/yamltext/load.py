"""A text of one YAML document, as a configuration or a lock is: its root, and positions in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transformer.errors import ConfigError, Position, Problem
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import count_uses, is_null, offset_of, resolve, visible
from transformer.yamltext.tree import Mapping, Sequence, Slot, SyntaxFault, read

ONE_DOCUMENT = "holds several YAML documents: expected one"


class Lines:
    """Offsets in a document as positions. Asked in ascending order, it counts each line once.

    `first_line` is the number of the source's first line in its file.
    """

    __slots__ = ("_file", "_first", "_last", "_text")

    def __init__(self, document: Document, first_line: int = 1) -> None:
        start = document.position(0)
        self._file = start.file
        self._text = document.text
        self._first = (0, start.line + first_line - 1, start.column)
        self._last = self._first

    def __call__(self, offset: int) -> Position:
        """The position of an offset in characters from the document's start."""
        at, line, column = self._last if offset >= self._last[0] else self._first
        breaks = self._text.count("\n", at, offset)
        if breaks:
            column = offset - self._text.rfind("\n", at, offset)
        else:
            column += offset - at
        self._last = (offset, line + breaks, column)
        return Position(file=self._file, line=line + breaks, column=column)


def read_one(name: str, text: str, first_line: int = 1) -> tuple[Document, Slot]:
    """Read a text of one YAML document, with or without markers around it.

    Takes its name for messages, and the number of its first line. Returns the document and its
    root, a null where there is none. Raises `ConfigError` for text that is not YAML, or more.
    """
    found: list[tuple[Document, Slot]] = []
    for document in documents(Source(name, text)):
        locate = Lines(document, first_line)
        root = read_root(document.text, locate)
        if not found or is_null(found[0][1]):
            found = [(document, root)]
        elif not is_null(root):
            position = locate(offset_of(root))
            raise ConfigError(Problem(code="yaml", message=ONE_DOCUMENT, position=position))
    return found[0]


def read_root(text: str, locate: Callable[[int], Position]) -> Slot:
    """The root of a YAML document, a null where there is none. Raises `ConfigError`."""
    try:
        tree = read(text)
        if tree.aliases:
            count_uses(tree)
    except SyntaxFault as fault:
        raise ConfigError(
            Problem(
                code=fault.code,
                message=fault.message,
                position=locate(fault.offset),
                hint=fault.hint,
            )
        ) from None
    root = tree.root if tree.root is not None else read("null").root
    assert root is not None
    return root


def plain_data(slot: Slot) -> Any:  # noqa: ANN401 data of any shape
    """What stands at a place, as mappings, lists and strings, aliases and merge keys expanded."""
    node = resolve(slot)
    if isinstance(node, Mapping):
        return {str(key.value): plain_data(value) for key, value in visible(node)}
    if isinstance(node, Sequence):
        return [plain_data(item) for item in node.children]
    return node.value
