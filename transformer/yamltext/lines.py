"""Lines and columns of a document's text, and where what stands in them ends.

Offsets are characters from the start of the text; columns count from 0, in characters. Lines end
where YAML 1.1 ends them (5.4).
"""

from __future__ import annotations

from transformer.yamltext.nodes import BREAKS
from transformer.yamltext.tree import Alias, Collection, RawEvent, Slot

_BREAKS = tuple(BREAKS)
_STRAY_BREAKS = BREAKS.replace("\n", "")
_SPACE = " \t" + BREAKS


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins."""
    line = text.rfind("\n", 0, offset) + 1
    if text.isascii():
        return text.rfind("\r", line, offset) + 1 or line
    return max(line, 1 + max(text.rfind(it, line, offset) for it in _STRAY_BREAKS))


def column_of(text: str, offset: int) -> int:
    """The column of an offset, counted from 0 in characters."""
    return offset - line_start(text, offset)


def indent_of(text: str, offset: int) -> int:
    """The column of what begins a line at an offset, otherwise 0."""
    # Looked for backwards from there: a line of JSON may be the whole text.
    at = offset
    while at and text[at - 1] in " \t":
        at -= 1
    return offset - at if text.endswith(_BREAKS, 0, at) else 0


def content_before(text: str, offset: int) -> int:
    """Where the last character before an offset stands that is no white space."""
    offset -= 1
    while text[offset] in _SPACE:
        offset -= 1
    return offset


def content_end(slot: Slot) -> int:
    """The offset behind the last character of a node; the parser's block ends lie further on."""
    while isinstance(slot, Collection) and not slot.is_flow and slot.children:
        slot = slot.children[-1]
    if isinstance(slot, Collection):
        return slot.end
    event: RawEvent = slot.start if isinstance(slot, Alias) else slot
    end: int = event.end_mark.index
    return end


def above_comments(text: str, line: int, floor: int) -> int:
    """Where the comments begin that stand directly above a line, down to what ends at `floor`."""
    while line > floor:
        is_pair = text.endswith("\r\n", 0, line)
        above = line_start(text, line - (2 if is_pair else 1))
        if not text[above:line].lstrip(" ").startswith("#"):
            break
        line = above
    return line


def line_end(text: str, offset: int) -> int:
    """Where the line of an offset ends, before its line break.

    Behind a block scalar the offset is at the start of the next line already, and stays.
    """
    if offset and text[offset - 1] in BREAKS:
        return offset
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    if text.isascii():
        stray = text.find("\r", offset, end)
        return end if stray < 0 else stray
    strays = (text.find(it, offset, end) for it in _STRAY_BREAKS)
    return min((it for it in strays if it >= 0), default=end)


def newline_at(text: str, offset: int) -> str:
    """The line break of the line at an offset; of the line before it at the end of a text."""
    end = text.find("\n", offset)
    if end < 0:
        end = text.rfind("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"
