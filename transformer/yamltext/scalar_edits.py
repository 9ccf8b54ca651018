"""Edits inside of a scalar: its quotes, block style, indentation and line endings stay.

    args: "--image=nginx"          characters 8 to 13 of the value are to become a/nginx
    args: "--image=a/nginx"        two characters are inserted into the text

What was edited is aligned with the new value before it is handed out: an edit that would be read
as something else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from transformer.records import record
from transformer.yamltext.alignment import Alignment, Misaligned, align
from transformer.yamltext.edit import Spot
from transformer.yamltext.lines import newline_at
from transformer.yamltext.parsers import readable
from transformer.yamltext.scalars import is_plain
from transformer.yamltext.tree import NON_PRINTABLE

# The replacement character that `readable` puts in the place of others must not stay there.
_LOST = re.compile("\ufffd|\\\\ufffd")
_BOM = "\ufeff"
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_LETTERS = {'"': '"', "\\": "\\", "\n": "n", "\t": "t", "\r": "r"}

# What may come into a plain scalar, and what it must not form with its neighbours (9.1.3).
_PLAIN = re.compile(r"[a-zA-Z0-9._/:@=+-]*")
_BLOCK_INDICATOR = re.compile(r"[-?:](?:\s|$)")
_INDICATOR = re.compile(r":[\s,\[\]{}]|\s#")

_MARKER = re.compile(r"(?:^|[\r\n])(?:---|\.\.\.)(?:\s|$)")
_LINE_START = re.compile("\n(?!\n)")


@record
class Stretch:
    """Characters `start` to `end` of a text become `text`."""

    start: int
    end: int
    text: str


def edited(text: str, stretches: Iterable[Stretch]) -> str:
    """The text with its stretches replaced. They must be in order and not overlap."""
    pieces: list[str] = []
    at = 0
    for stretch in stretches:
        pieces += (text[at : stretch.start], stretch.text)
        at = stretch.end
    return "".join((*pieces, text[at:]))


def edit_inside(
    text: str, spot: Spot, value: str, stretches: Iterable[Stretch]
) -> list[Stretch] | None:
    """What to replace in a document so that a scalar is read with stretches of it replaced.

    Takes the document's text, the spot of the scalar, the value it is read as, and stretches of
    that value, in order and without overlap. Returns stretches of the document's text, in order,
    inside of the spot and as small as can be. Returns None where the style cannot hold the new
    value, or the place in the text is not certain:

    - only double quotes take control characters, and line breaks but for blocks: literal ones, and
      folded ones beside lines that are indented;
    - a block keeps the number of line breaks at its end, unless its header says that all count;
    - nothing goes into a fold of several lines, nor white space beside one;
    - a plain scalar takes what references and options are made of, and stays a plain string;
    - an alias takes nothing.
    """
    source = text[spot.start : spot.end]
    wanted = [_turned(it, value) for it in _narrowed(stretches, value)]
    try:
        found = _carried_over(wanted, value, source, spot.style)
    except Misaligned:
        return None
    begin = spot.start
    return [Stretch(start=begin + it.start, end=begin + it.end, text=it.text) for it in found]


def _narrowed(stretches: Iterable[Stretch], value: str) -> Iterable[Stretch]:
    for it in stretches:
        old, new = value[it.start : it.end], it.text
        if old == new:
            continue
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        yield Stretch(start=it.start + head, end=it.end - tail, text=new[head : len(new) - tail])


def _common(one: str, other: str) -> int:
    """How many characters two strings have in common at their start."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _turned(stretch: Stretch, value: str) -> Stretch:
    # A line that is added or removed is one with the break before it: that one is always written,
    # and the next line's indentation is out of the way.
    start, end, text = stretch.start, stretch.end, stretch.text
    is_line = (text or value[start:end]).endswith("\n") and (start == end or not text)
    if not is_line or value[start - 1 : start] != "\n":
        return stretch
    return Stretch(start=start - 1, end=end - 1, text="\n" + text[:-1] if text else "")


def _carried_over(stretches: Sequence[Stretch], old: str, source: str, style: str) -> list[Stretch]:
    if any(one.end > other.start for one, other in pairwise(stretches)):
        raise Misaligned
    alignment = align(readable(source), style, old)
    found = [_placed(it, alignment, source, style) for it in stretches]
    new = edited(old, stretches)
    if not style:
        _check_plain(old, new, stretches)
    text = edited(source, found)
    align(readable(text), style, new)
    # The line behind a block must stay one, and a line must not become a document's marker.
    is_joined = source.endswith(("\r", "\n")) and not text.endswith(("\r", "\n"))
    if is_joined or (not alignment.indent and _MARKER.search(text)):
        raise Misaligned
    return found


def _placed(stretch: Stretch, alignment: Alignment, source: str, style: str) -> Stretch:
    end = alignment.end(stretch.end)
    start = alignment.start(stretch.start) if stretch.start < stretch.end else end
    text = stretch.text
    if _LOST.search(text):
        raise Misaligned
    if style == '"':
        text = _ESCAPED.sub(_escape, text)
    elif _BOM in text or NON_PRINTABLE.search(text) or (style == "'" and "\n" in text):
        raise Misaligned
    elif style == "'":
        text = text.replace("'", "''")
    elif style:
        text = _in_block(text, source, start, end, alignment.indent)
    return Stretch(start=start, end=end, text=text)


def _escape(found: re.Match[str]) -> str:
    letter = _LETTERS.get(found[0])
    return f"\\{letter}" if letter else f"\\u{ord(found[0]):04x}"


def _in_block(text: str, source: str, start: int, end: int, indent: int) -> str:
    # Within one kind of line break: `\r` before a `\n` would make one of two.
    newline = newline_at(source, start) if "\n" in source else "\r"
    column = start - max(source.rfind("\n", 0, start), source.rfind("\r", 0, start)) - 1
    # An empty line has no indentation yet, nor has what is behind the last one.
    is_empty = (text or source[end : end + 1])[:1] in ("", "\n", "\r")
    missing = "" if is_empty else " " * (indent - column)
    return missing + _LINE_START.sub("\n" + " " * indent, text).replace("\n", newline)


def _check_plain(old: str, new: str, stretches: Iterable[Stretch]) -> None:
    is_string = "/" in new or "=" in new[1:] or is_plain(new)
    is_begun = new[:1].isalnum() or (new[:1] == old[:1] and not _BLOCK_INDICATOR.match(new))
    # No text at all may stand directly behind its colon.
    if not old or not is_begun or not is_string or new != new.strip():
        raise Misaligned
    shift = 0
    for it in stretches:
        start, shift = it.start + shift, shift + len(it.text) - (it.end - it.start)
        around = f"{new}\n"[max(0, start - 1) : start + len(it.text) + 1]
        if not _PLAIN.fullmatch(it.text) or _INDICATOR.search(around):
            raise Misaligned
