"""The text of a scalar beside the value that it is read as, character by character.

    key: "a \\"b\\"         the value `a "b" c`: escapes and folded line breaks are a piece each,
      c"                  what stands between them is written as it is read

YAML 1.1, chapter 9 says how a scalar is read. Every piece is compared with the value that a parser
has read, so what is not understood here is found out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

import yaml

from transformer.records import record

_BREAK = r"(?:\r\n|[\r\n])"
_FOLD = rf"(?P<fold>[ \t]*(?:{_BREAK}[ \t]*)+)"
_JOINT = rf"\\(?P<joint>{_BREAK}[ \t]*(?:{_BREAK}[ \t]*)*)"
# Atomic, not possessive: before Python 3.11.5 a possessive group loses what it tried last.
_SAME = r"(?P<same>(?>(?:[^{0} \t\r\n]++|[ \t]++(?![\r\n]))+))"
_ESCAPES: dict[str, str] = yaml.scanner.Scanner.ESCAPE_REPLACEMENTS
_LETTER = rf"\\(?P<letter>[{re.escape(''.join(_ESCAPES))}])"
_CODE = (
    r"\\x(?P<byte>[0-9a-fA-F]{2})|\\u(?P<short>[0-9a-fA-F]{4})"
    r"|\\U(?P<long>00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})"
)

# A parser has read the text: what it refuses need not be told apart.
_PIECES = {
    "": re.compile("|".join([_SAME.format(""), _FOLD])),
    "'": re.compile("|".join([_SAME.format("'"), _FOLD, "'(?P<quote>')"])),
    '"': re.compile("|".join([_SAME.format(r'"\\'), _FOLD, _JOINT, _LETTER, _CODE])),
}
_HEADER = re.compile(rf"[|>]([-+0-9]*)[^\r\n]*{_BREAK}?")
_LINE = re.compile(rf"([^\r\n]*)({_BREAK}|$)")

_find_stray = re.compile("[\x85\u2028\u2029]").search
_find_breaks = re.compile(_BREAK).findall
_find_text = re.compile("^( *)[^ \n]", re.MULTILINE).search


class Misaligned(Exception):
    """The text is not read as the value, as far as is understood here."""


class Alignment:
    """Where the characters of `value` are written. `indent` is that of a block scalar's lines."""

    __slots__ = ("_is_same", "_offsets", "_starts", "indent", "value")

    def __init__(self, value: str) -> None:
        self.value = value
        self.indent = 0
        self._offsets = [0]
        self._starts: list[int] = []
        self._is_same: list[bool] = []

    def take(self, piece: str, start: int, *, is_same: bool = False) -> None:
        """Note that the next characters of the value are `piece`, written at `start`.

        `is_same` says that they are written as they are. Raises `Misaligned` when they are others.
        """
        at = self._offsets[-1]
        if not self.value.startswith(piece, at):
            raise Misaligned
        self._starts.append(start)
        self._is_same.append(is_same)
        self._offsets.append(at + len(piece))

    def close(self, end: int) -> None:
        """Note where the value ends. Raises `Misaligned` when it does not."""
        if self._offsets[-1] != len(self.value):
            raise Misaligned
        self._starts.append(end)
        self._is_same.append(False)

    def start(self, offset: int) -> int:
        """Where the character at an offset of the value begins.

        Raises `Misaligned` for an offset between the line breaks of one fold.
        """
        return self._place(bisect_right(self._offsets, offset) - 1, offset)

    def end(self, offset: int) -> int:
        """Where the character before an offset of the value ends, a line break's behind the next
        line's indentation. Raises what `start` does."""
        index = bisect_left(self._offsets, offset)
        return self._place(index - (self._offsets[index] > offset), offset)

    def _place(self, index: int, offset: int) -> int:
        behind = offset - self._offsets[index]
        if behind and not self._is_same[index]:
            raise Misaligned
        return self._starts[index] + behind


def align(text: str, style: str, value: str) -> Alignment:
    """Align a scalar's text, with its quotes or its block header, with its value.

    Takes YAML's indicator as the style ('' plain); offsets are characters. Raises `Misaligned`
    where the text is no scalar in that style with that value, where it has line breaks that only
    YAML 1.1 knows, and for a block scalar of nothing but white space.
    """
    alignment = Alignment(value)
    if _find_stray(text):
        raise Misaligned
    if style in _PIECES:
        _align_flow(alignment, text, style)
    else:
        _align_block(alignment, text)
    return alignment


def _align_flow(alignment: Alignment, text: str, style: str) -> None:
    at, end = len(style), len(text) - len(style)
    match_piece = _PIECES[style].match
    while at < end:
        piece = match_piece(text, at, end)
        if piece is None:
            raise Misaligned
        alignment.take(_decoded(piece), at, is_same=piece.lastgroup == "same")
        at = piece.end()
    alignment.close(end)


def _decoded(piece: re.Match[str]) -> str:
    kind = piece.lastgroup or ""
    written = piece[kind]
    if kind in ("same", "quote"):
        return written
    if kind == "letter":
        return _ESCAPES[written]
    if kind in ("fold", "joint"):
        breaks = len(_find_breaks(written))
        return " " if kind == "fold" and breaks == 1 else "\n" * (breaks - 1)
    return chr(int(written, 16))


@record
class _Line:
    # `content` is without indentation and line break, and stands between `start` and `end`.
    content: str
    start: int
    end: int
    stop: int

    @property
    def is_indented(self) -> bool:
        return self.content.startswith((" ", "\t"))


def _align_block(alignment: Alignment, text: str) -> None:
    header = _HEADER.match(text)
    if header is None:
        raise Misaligned
    found = [line for line in _LINE.finditer(text, header.end()) if line[0]]
    alignment.indent = _indent(header[1], [line[1] for line in found], alignment.value)
    lines = [_line(line, alignment.indent) for line in found]
    last = max(index for index, line in enumerate(lines) if line.content)
    body, tail = lines[: last + 1], lines[last:]
    endings = _folds(body) if text.startswith(">") else ["\n"] * last
    for line, ending in zip(body, [*endings, ""], strict=True):
        alignment.take(line.content, line.start, is_same=True)
        alignment.take(ending, line.end)
    _align_tail(alignment, header[1], tail)


def _align_tail(alignment: Alignment, indicators: str, lines: Sequence[_Line]) -> None:
    # Chomping (9.2.1): `-` keeps none of the line breaks at the end, `+` all, neither the first.
    kept = 0 if "-" in indicators else len(lines) if "+" in indicators else 1
    end = lines[0].end
    for line in lines[:kept]:
        if line.stop > line.end:
            alignment.take("\n", line.end)
            end = line.stop
    alignment.close(end)


def _indent(indicators: str, lines: Sequence[str], value: str) -> int:
    widths: list[int] = []
    for line in lines:
        widths.append(len(line) - len(line.lstrip(" ")))
        if line.strip(" "):
            break
    else:
        raise Misaligned
    if indicators.strip("+-"):
        # It counts from an indentation that is not known here.
        text = _find_text(value)
        return widths[-1] - len(text[1]) if text else 0
    if lines[len(widths) - 1].lstrip(" ").startswith("\t"):
        # libyaml takes no tab where it looks for the indentation.
        raise Misaligned
    return max(widths)


def _line(found: re.Match[str], indent: int) -> _Line:
    written, end = found[1], found.end(1)
    if written[:indent].strip(" "):
        raise Misaligned
    start = min(found.start() + indent, end)
    return _Line(content=written[indent:], start=start, end=end, stop=found.end())


def _folds(lines: Sequence[_Line]) -> list[str]:
    # What the break behind each line but the last is read as (9.3.3): between two lines of text
    # one is a space, and the first of several nothing.
    folds: list[str] = []
    following = lines[-1]
    for line, after in reversed(list(pairwise(lines))):
        following = after if after.content else following
        if not line.content or line.is_indented or following.is_indented:
            folds.append("\n")
        else:
            folds.append(" " if after.content else "")
    return folds[::-1]
