"""Bytes to documents, without reading any YAML.

`---` and `...` at column 0 are always markers (YAML 1.1, 9.1.2 and 1.2.2, 9.1.2), even inside
scalars, so a stream is cut by line. A document keeps every character up to the next one: joined
again, the documents are the input. Concatenated JSON objects (JSON lines) are cut the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transformer.errors import InputError, Position, Problem
from transformer.yamltext.path import Steps

BOM = "\ufeff"
MAX_INPUT = 1 << 30

_DIRECTIVES = ("%YAML ", "%TAG ")
_BLOCK = 1 << 13
_JSON_STARTS = "{ \t\r\n"
# A line with more than space, a comment or a directive.
# A set of characters from all over takes a fifth of a millisecond to compile.
_CONTENT = re.compile(
    r"(?:^|(?<=[\r\x85])|(?<=[\u2028\u2029]))(?!%)[ \t]*(?![\u2028\u2029])[^ \t\r\n\x85#]",
    re.MULTILINE,
)
_JOINT = re.compile(r"\}\s*\{")
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


_ESCAPES = tuple(f"\\{it}" for it in ("u", "U", "x", "\n", "\r", "\x85", "\u2028", "\u2029"))


class Source:
    """One input: its name in messages and its text, with a byte order mark held apart."""

    __slots__ = ("_breaks", "has_bom", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.has_bom = text.startswith(BOM)
        self.text = text[1:] if self.has_bom else text
        # How many lines end before each block of characters, as far as it was asked for.
        self._breaks = [0]

    def encoded(self) -> bytes:
        """The bytes that were decoded."""
        return (BOM + self.text if self.has_bom else self.text).encode()

    def position(self, offset: int) -> Position:
        """The line and column (from 1, in characters) of an offset in characters."""
        block = offset // _BLOCK
        while len(self._breaks) <= block:
            at = len(self._breaks) * _BLOCK
            self._breaks.append(self._breaks[-1] + self.text.count("\n", at - _BLOCK, at))
        line = self._breaks[block] + self.text.count("\n", block * _BLOCK, offset)
        column = offset - self.text.rfind("\n", 0, offset)
        return Position(file=self.name, line=line + 1, column=column)


class Document:
    """The `index`-th document (from 0) of a source: characters `start` to `end` of its text."""

    __slots__ = ("end", "index", "source", "start")

    def __init__(self, source: Source, index: int, start: int, end: int) -> None:
        self.source = source
        self.index = index
        self.start = start
        self.end = end

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def own_steps(self, steps: Steps) -> Steps:
        """The steps from the root of this text, for those from the root of the whole document."""
        return steps

    def position(self, offset: int) -> Position:
        """The position of an offset counted in characters from the document's start."""
        return self.source.position(self.start + offset)


def decode(name: str, data: bytes) -> Source:
    """Decode one input.

    Takes its name for messages and its bytes, UTF-8 with or without a byte order mark. Raises
    `InputError` for another encoding (at the first byte that is not UTF-8), a NUL character, or
    more than `MAX_INPUT` bytes.
    """
    if len(data) > MAX_INPUT:
        raise too_large(name)
    try:
        source = Source(name, data.decode())
    except UnicodeDecodeError as error:
        raise _not_utf8(name, data, error.start) from None
    nul = source.text.find("\0")
    if nul >= 0:
        raise _unreadable("nul", "holds a NUL character", source.position(nul))
    return source


def too_large(name: str) -> InputError:
    """What to raise for an input of more than `MAX_INPUT` bytes; takes its name for messages."""
    message = f"is larger than {MAX_INPUT >> 20} MiB"
    return _unreadable("too-large", message, Position(file=name))


def _not_utf8(name: str, data: bytes, offset: int) -> InputError:
    before = Source(name, data[:offset].decode())
    position = before.position(len(before.text))
    message = f"is not UTF-8: byte 0x{data[offset]:02x}"
    hint = "save the file as UTF-8" if data.startswith(_OTHER_ENCODINGS) else ""
    return _unreadable("not-utf8", message, position, hint)


def _unreadable(code: str, message: str, position: Position, hint: str = "") -> InputError:
    return InputError(Problem(code=code, message=message, position=position, hint=hint))


def documents(source: Source) -> Iterator[Document]:
    """Cut a source into its documents, in order.

    A document begins at its `---` line, or at the directives above it; it reaches up to the next
    one, so its text ends with its `...` line when it has one. What holds nothing but comments
    behind the last marker belongs to the last document; a text without any content is one.
    """
    index = 0
    for start, end in _cut(source.text):
        for json_start, json_end in _cut_json(source.text, start, end):
            yield Document(source, index, json_start, json_end)
            index += 1


def may_hold(text: str, names: Iterable[str]) -> bool:
    """False for a document's text that holds none of the names, nor an escape that could spell one.

    A key may be written with escapes inside double quotes (YAML 1.1, 5.7), and so may JSON's.
    """
    for name in names:
        if name in text:
            return True
    return "\\" in text and any(escape in text for escape in _ESCAPES)


def _cut(text: str) -> list[tuple[int, int]]:
    cuts: list[tuple[int, int]] = []
    start = 0
    is_begun = False
    has_percent = "%" in text
    for at in _markers(text):
        is_begin = text.startswith("-", at)
        if is_begin:
            end = _directives(text, start, at) if has_percent else at
        else:
            end = text.find("\n", at) + 1 or len(text)
        if is_begun or _CONTENT.search(text, start, min(at, end)):
            cuts.append((start, end))
            start = end
        elif not is_begin:
            begin = cuts.pop()[0] if cuts else start
            cuts.append((begin, end))
            start = end
        is_begun = is_begin
    return cuts


def _markers(text: str) -> Iterator[int]:
    # At the very start a marker changes nothing: it is content like any other.
    dashes = text.find("\n---")
    dots = text.find("\n...")
    while dashes >= 0 or dots >= 0:
        if dots < 0 or 0 <= dashes < dots:
            at, dashes = dashes + 1, text.find("\n---", dashes + 1)
        else:
            at, dots = dots + 1, text.find("\n...", dots + 1)
        if text[at + 3 : at + 4] in " \t\r\n":
            yield at
    yield len(text)


def _directives(text: str, start: int, marker: int) -> int:
    # Where the directives above a `---` line begin, or the line itself.
    begin = line = marker
    while line > start:
        line = text.rfind("\n", start, line - 1) + 1 or start
        if text.startswith(_DIRECTIVES, line):
            begin = line
        elif _CONTENT.match(text, line, marker):
            break
    return begin


def _cut_json(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if text[start : start + 1] not in _JSON_STARTS or not _JOINT.search(text, start, end):
        return [(start, end)]
    return _json_objects(text, start, end) or [(start, end)]


def _json_objects(text: str, start: int, end: int) -> list[tuple[int, int]]:
    # Only a run of complete JSON objects is cut; anything else is left to the YAML parser whole.
    import json

    decode_at = json.JSONDecoder().raw_decode
    cuts: list[tuple[int, int]] = []
    at = start
    while (first := text.find("{", at, end)) >= 0:
        if text[at:first].strip():
            return []
        try:
            _, object_end = decode_at(text, first)
        except (ValueError, RecursionError):
            return []
        cuts.append((at, object_end))
        at = object_end
    if text[at:end].strip():
        return []
    cuts[-1] = (cuts[-1][0], end)
    return cuts
