"""Replacement the text of a lock entry by entry: what is not named keeps every byte.

An entry whose fields stay the same is edited in place, value by value. One that gains or loses a
field is written anew below its key, its unknown fields copied. A comment belongs to the entry right
below it. New entries go where byte order puts them. The result is read again, and must say what the
old text said with exactly the changes asked for.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection as Names
from collections.abc import Mapping as Changes
from itertools import accumulate
from typing import Any, TypeAlias

from transformer.errors import ConfigError, Problem
from transformer.image.descriptor import Descriptor
from transformer.lock.entries import FIELDS, HEADER, fields, lines
from transformer.lock.lock import described, parse_lock
from transformer.records import record
from transformer.yamltext.documents import BOM
from transformer.yamltext.load import read_one
from transformer.yamltext.nodes import is_null, offset_of
from transformer.yamltext.tree import Alias, Collection, Mapping, RawEvent, Slot

_REWRITE = "delete it, and let `mirrorpin lock` write it anew"

Pairs: TypeAlias = "list[tuple[Slot, Slot]]"
Replacement: TypeAlias = "tuple[int, int, str]"
# What a lock says: its other keys, and what is known and unknown of each entry.
Facts: TypeAlias = "tuple[list[Any], dict[str, tuple[Descriptor, list[Any]]]]"


class _Unedited(Exception):
    """The lock is written in a way that this module does not edit."""

    def __init__(self, state: str, offset: int) -> None:
        super().__init__(state)
        self.state = state
        self.offset = offset


@record
class _Region:
    """The lines of a key and its value, and `lead`, where the comments above them begin."""

    lead: int
    start: int
    end: int


def change_lock(
    name: str, text: str, changes: Changes[str, Descriptor], removed: Names[str]
) -> str:
    """Write entries into a lock, and take others out.

    Takes the lock's file name for messages and its text ('' where there is none yet), what the
    entries must say by key, and the keys of those to remove. Returns the new text. Raises
    `ConfigError` for a text that is not a lock, and for one with aliases or in flow style
    throughout, which must be written anew.
    """
    text = text or HEADER
    parse_lock(name, text)
    document, root = read_one(name, text)
    try:
        before = _facts(root)
        edits = _edits(document.text, root, changes, removed)
        changed = _applied(document.text, edits)
        expected = _expected(before, changes, removed)
        _agree(name, changed, expected)
    except _Unedited as error:
        position = document.position(error.offset)
        problem = Problem(code="lock-style", message=error.state, position=position, hint=_REWRITE)
        raise ConfigError(problem) from None
    source = document.source
    bom = BOM if source.has_bom else ""
    return bom + source.text[: document.start] + changed + source.text[document.end :]


def _agree(name: str, text: str, expected: Facts) -> None:
    try:
        _, root = read_one(name, text)
        agrees = _facts(root) == expected
    except ConfigError:
        agrees = False
    if not agrees:
        raise _Unedited("lock is not in the form that `mirrorpin lock` writes", 0)


def _edits(
    text: str, root: Slot, changes: Changes[str, Descriptor], removed: Names[str]
) -> list[Replacement]:
    images = next(value for key, value in _pairs(root) if key.value == "images")
    pairs = _pairs(images)
    names = [str(key.value) for key, _ in pairs]
    added = sorted(changes.keys() - set(names))
    newline = "\r\n" if "\r\n" in text else "\n"
    if not pairs:
        return _first(text, images, [(it, changes[it]) for it in added], newline)
    regions = _regions(text, pairs, _end_of(images, text))
    indent = text[regions[0].start : offset_of(pairs[0][0])]
    edits: list[Replacement] = []
    for name, (key, value), region in zip(names, pairs, regions, strict=True):
        if name in removed:
            edits.append((region.lead, region.end, ""))
        elif name in changes:
            edits += _entry(text, key, value, region, changes[name], newline)
    highest = list(accumulate(names, max))
    for name in added:
        at = bisect(highest, name)
        place = regions[at].lead if at < len(names) else regions[-1].end
        edits.append((place, place, _whole(name, changes[name], indent, newline)))
    return edits


def _first(
    text: str, images: Slot, entries: list[tuple[str, Descriptor]], newline: str
) -> list[Replacement]:
    if not entries:
        return []
    written = "".join(_whole(name, descriptor, "  ", newline) for name, descriptor in entries)
    if isinstance(images, Collection):
        start, end = offset_of(images), images.end
    else:
        event: RawEvent = images
        start, end = event.start_mark.index, event.end_mark.index
    line_end = text.find("\n", end) + 1 or len(text)
    # Where nothing is written behind the colon, there is nothing to take away.
    start = min(start, len(text[:start].rstrip(" ")))
    return [(start, end, ""), (line_end, line_end, written)]


def _whole(name: str, descriptor: Descriptor, indent: str, newline: str) -> str:
    whole = (f"{indent}{name}:", *lines(descriptor, f"{indent}  "))
    return "".join(line + newline for line in whole)


def _entry(
    text: str, key: Slot, value: Slot, region: _Region, descriptor: Descriptor, newline: str
) -> list[Replacement]:
    if _known(value) == descriptor:
        return []
    edits = _in_place(value, descriptor)
    if edits is None:
        return [_anew(text, key, value, region, descriptor, newline)]
    return edits


def _in_place(value: Slot, descriptor: Descriptor) -> list[Replacement] | None:
    # None where the fields are others than before, or not plainly written.
    slots = {name: slot for name, slot in _by_name(value).items() if name in FIELDS}
    below = (descriptor.platforms, descriptor.targets, descriptor.signers)
    inner = [_by_name(slots.pop(name, None)) for name in ("platforms", "targets", "signedBy")]
    pairs = ((slots, fields(descriptor)), *zip(inner, below, strict=True))
    if any(written.keys() != values.keys() for written, values in pairs):
        return None
    edits: list[Replacement] = []
    for written, values in pairs:
        for name, slot in written.items():
            event: RawEvent = slot
            if event.anchor or event.tag or event.style in ("|", ">"):
                return None
            if event.value != values[name]:
                text = f"{event.style or ''}{values[name]}{event.style or ''}"
                edits.append((event.start_mark.index, event.end_mark.index, text))
    return edits


def _by_name(value: Slot | None) -> dict[str, Slot]:
    return {str(key.value): slot for key, slot in _pairs(value)}


def _anew(
    text: str, key: Slot, value: Slot, region: _Region, descriptor: Descriptor, newline: str
) -> Replacement:
    event: RawEvent = key
    pairs = _pairs(value)
    is_flow = isinstance(value, Collection) and value.is_flow
    if is_flow:
        indent = text[region.start : event.start_mark.index] + "  "
        unknown = [f"{indent}{_slice(text, *it)}" for it in pairs if it[0].value not in FIELDS]
    else:
        regions = _regions(text, pairs, region.end)
        indent = text[regions[0].start : offset_of(pairs[0][0])]
        unknown = [
            text[at.lead : at.end].rstrip("\r\n")
            for at, (name, _) in zip(regions, pairs, strict=True)
            if name.value not in FIELDS
        ]
    below = [*lines(descriptor, indent), *unknown]
    return event.end_mark.index, region.end, f":{newline}{newline.join(below)}{newline}"


def _slice(text: str, key: Slot, value: Slot) -> str:
    event: RawEvent = key
    last: RawEvent = value
    end = value.end if isinstance(value, Collection) else last.end_mark.index
    return f"{text[event.start_mark.index : event.end_mark.index]}: {text[offset_of(value) : end]}"


def _regions(text: str, pairs: Pairs, end: int) -> list[_Region]:
    starts = [text.rfind("\n", 0, offset_of(key)) + 1 for key, _ in pairs]
    for (key, _), start in zip(pairs, starts, strict=True):
        if text[start : offset_of(key)].strip(" "):
            raise _Unedited(
                "lock has several keys in a line: expected one, to change it", offset_of(key)
            )
    leads = [_lead(text, start) for start in starts]
    ends = [_trimmed(text, *it) for it in zip(starts, [*leads[1:], end], strict=True)]
    return [
        _Region(lead=lead, start=start, end=stop)
        for lead, start, stop in zip(leads, starts, ends, strict=True)
    ]


def _lead(text: str, start: int) -> int:
    # Comments right above a key are about it. The line of the key that holds it ends the search.
    while True:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text[above:start].lstrip(" ").startswith("#"):
            return start
        start = above


def _trimmed(text: str, start: int, end: int) -> int:
    # What a region ends with: never a blank line or a comment.
    while True:
        above = text.rfind("\n", start, end - 1) + 1
        line = text[above:end].strip()
        if not above or (line and not line.startswith("#")):
            return end
        end = above


def _end_of(images: Slot, text: str) -> int:
    assert isinstance(images, Collection)
    if images.is_flow:
        raise _Unedited(
            "lock is not in block style: expected that, to change it", offset_of(images)
        )
    # An end is where the next token begins, whose line has comments of its own above it.
    line = text.rfind("\n", 0, images.end) + 1
    return line if images.end < len(text) else images.end


def _applied(text: str, edits: list[Replacement]) -> str:
    pieces = [""]
    at = 0
    # At one place, what is inserted comes first.
    for start, end, new in sorted(edits, key=lambda it: it[:2]):
        pieces += filter(None, (text[at:start],))
        if start == end and new and not pieces[-1].endswith("\n"):
            pieces.append("\r\n" if "\r\n" in text else "\n")
        pieces += filter(None, (new,))
        at = end
    return "".join((*pieces, text[at:]))


def _facts(root: Slot) -> Facts:
    pairs = _pairs(root)
    images = next(value for key, value in pairs if key.value == "images")
    entries = {
        str(key.value): (
            _known(value),
            [_plain(it) for pair in _pairs(value) if pair[0].value not in FIELDS for it in pair],
        )
        for key, value in _pairs(images)
    }
    return [_plain(it) for pair in pairs if pair[0].value != "images" for it in pair], entries


def _known(value: Slot) -> Descriptor:
    return described(_by_name(value))


def _expected(before: Facts, changes: Changes[str, Descriptor], removed: Names[str]) -> Facts:
    others, entries = before
    after = {name: entry for name, entry in entries.items() if name not in removed}
    for name, descriptor in changes.items():
        after[name] = (descriptor, after[name][1] if name in after else [])
    return others, after


def _plain(slot: Slot) -> Any:  # noqa: ANN401 the data of any YAML
    if isinstance(slot, Collection):
        return (type(slot).__name__, [_plain(it) for it in slot.children])
    return None if is_null(slot) else slot.value


def _pairs(slot: Slot | None) -> Pairs:
    if isinstance(slot, Alias):
        raise _Unedited("lock holds aliases: expected none, to change it", offset_of(slot))
    if not isinstance(slot, Mapping):
        return []
    return list(zip(slot.children[::2], slot.children[1::2], strict=True))
