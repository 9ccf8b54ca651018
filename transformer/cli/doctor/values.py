"""YAML files as plain lists and dicts whose strings know where they stand.

    >>> [config] = load("kind: A\nname: b\n", "x.yaml")
    >>> str(config["name"].position)
    'x.yaml:2:7'

No YAML type is resolved: every scalar stays a string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.errors import InputError, Position, Problem
from transformer.intake import read_file

if TYPE_CHECKING:
    from transformer.yamltext.documents import Document
    from transformer.yamltext.tree import RawEvent, Slot

MAX_FILE = 1 << 20


class Text(str):
    """A scalar's value. `position` is where its first character stands: inside quotes, and on the
    first line of content of a literal block."""

    __slots__ = ("position",)

    position: Position


def load_file(path: str) -> list[object]:
    """The values of a file's documents. Raises `InputError` for what is no readable YAML."""
    return load(read_text(path), path)


def read_text(path: str) -> str:
    """A file's text, without a byte order mark. Raises `InputError` when it cannot be had."""
    from transformer.yamltext.documents import decode

    try:
        data = read_file(path, MAX_FILE)
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_FILE:
        raise _unreadable(path, f"is larger than {MAX_FILE >> 20} MiB")
    return decode(path, data).text


def _unreadable(path: str, message: str) -> InputError:
    return InputError(Problem(code="unreadable", message=message, position=Position(file=path)))


def load(text: str, file: str) -> list[object]:
    """The values of a YAML stream's documents, empty documents left out; `file` names the stream.

    Raises `InputError` for the first document that is not YAML.
    """
    return _load(text, Position(file=file, line=1, column=1))


def load_embedded(text: Text) -> list[object]:
    """The values of a YAML stream that a string holds; nothing when it is not YAML."""
    try:
        return _load(text, text.position)
    except InputError:
        return []


def _load(text: str, origin: Position) -> list[object]:
    from transformer.yamltext.documents import Source, documents
    from transformer.yamltext.tree import SyntaxFault, read

    values = []
    for document in documents(Source(origin.file, text)):
        try:
            root = read(document.text).root
        except SyntaxFault as fault:
            place = _place(document, fault.offset, origin)
            problem = Problem(
                code=fault.code, message=fault.message, position=place, hint=fault.hint
            )
            raise InputError(problem) from None
        if root is not None:
            values.append(_value(root, document, origin, {}))
    return values


def _value(slot: Slot, document: Document, origin: Position, known: dict[int, object]) -> object:
    # Aliases share what they stand for, so that nested ones cannot grow without end.
    from transformer.yamltext.nodes import resolve, visible
    from transformer.yamltext.tree import Mapping, Sequence

    node = resolve(slot)
    if id(node) in known:
        return known[id(node)]
    value: object
    if isinstance(node, Mapping):
        value = {key.value: _value(child, document, origin, known) for key, child in visible(node)}
    elif isinstance(node, Sequence):
        value = [_value(child, document, origin, known) for child in node.children]
    else:
        value = _text(node, document, origin)
    known[id(node)] = value
    return value


def _text(event: RawEvent, document: Document, origin: Position) -> Text:
    from transformer.yamltext.nodes import value_start

    text = Text(event.value)
    start = value_start(document.text, event)
    indent = 0
    if event.style in ("|", ">"):
        start = document.text.find("\n", start) + 1
        lines = document.text[start : event.end_mark.index].split("\n")
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    elif event.style:
        start += 1
    text.position = _place(document, start, origin, indent)
    return text


def _place(document: Document, offset: int, origin: Position, indent: int = 0) -> Position:
    inner = document.position(offset)
    return Position(
        file=origin.file,
        line=origin.line + inner.line - 1,
        column=origin.column + inner.column + indent - 1,
    )


def at(value: object, *keys: str) -> object:
    """The value below a chain of mapping keys; None where the chain ends early."""
    for key in keys:
        value = mapping(value).get(key)
    return value


def mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def texts(value: object) -> tuple[Text, ...]:
    """The strings of a list; nothing for what is no list."""
    items = value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, Text))
