"""A unified diff of a run, made from its edits: no line is compared with any other.

The form is that of `diff -u`: hunks with three lines of context, `\\ No newline at end of file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.records import record
from transformer.yamltext.documents import BOM, Document, Source
from transformer.yamltext.edit import Edit

CONTEXT = 3


@record
class _Change:
    # Whole lines of the old text, from `first` (counted from 0), and the lines that replace them.
    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]


def unified_diff(source: Source, edits: Iterable[tuple[Document, Sequence[Edit]]]) -> Iterator[str]:
    """The lines of a unified diff of one input, without line breaks; none when nothing changes.

    Takes the source and the edits of each of its changed documents, in the order in which those
    that start at one place are applied.
    """
    text, before = (BOM + source.text, len(BOM)) if source.has_bom else (source.text, 0)
    spans = sorted(
        (
            (before + document.start + edit.start, before + document.start + edit.end, edit.text)
            for document, document_edits in edits
            for edit in document_edits
        ),
        key=lambda span: span[:2],
    )
    hunks = _hunks(it for it in _changes(text, spans) if it.old or it.new)
    if not hunks:
        return
    yield f"--- {source.name}"
    yield f"+++ {source.name} (mirrored)"
    lines = _lines(text)
    shift = 0
    for hunk in hunks:
        body, old_count, new_count, start = _body(hunk, lines)
        yield f"@@ -{_range(start, old_count)} +{_range(start + shift, new_count)} @@"
        yield from body
        shift += new_count - old_count


def _lines(text: str) -> list[str]:
    # Lines end with a line feed only: a lone carriage return or U+2028 is part of its line.
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _range(start: int, count: int) -> str:
    first = start + 1 if count else start
    return str(first) if count == 1 else f"{first},{count}"


def _changes(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[_Change]:
    # Spans whose lines touch become one change.
    index = 0
    line = 0
    counted = 0
    while index < len(spans):
        start = text.rfind("\n", 0, spans[index][0]) + 1
        line += text.count("\n", counted, start)
        counted = start
        end = start
        pieces: list[str] = []
        at = start
        # Behind a last line without a line break nothing but more of that line can come.
        while index < len(spans) and (
            end == start or spans[index][0] < end or text[end - 1] != "\n"
        ):
            first, last, replacement = spans[index]
            pieces += (text[at:first], replacement)
            at = last
            end = max(end, _next_line(text, last))
            index += 1
        pieces.append(text[at:end])
        yield _trimmed(line, _lines(text[start:end]), _lines("".join(pieces)))


def _trimmed(first: int, old: list[str], new: list[str]) -> _Change:
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return _Change(first=first + same, old=tuple(old[same:]), new=tuple(new[same:]))


def _next_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def _hunks(changes: Iterable[_Change]) -> list[list[_Change]]:
    hunks: list[list[_Change]] = []
    end = 0
    for change in changes:
        if hunks and change.first - end <= 2 * CONTEXT:
            hunks[-1].append(change)
        else:
            hunks.append([change])
        end = change.first + len(change.old)
    return hunks


def _body(hunk: Sequence[_Change], lines: Sequence[str]) -> tuple[list[str], int, int, int]:
    start = max(0, hunk[0].first - CONTEXT)
    end = min(len(lines), hunk[-1].first + len(hunk[-1].old) + CONTEXT)
    body: list[str] = []
    at = start
    for change in hunk:
        body += _marked(" ", lines[at : change.first])
        body += _marked("-", change.old)
        body += _marked("+", change.new)
        at = change.first + len(change.old)
    body += _marked(" ", lines[at:end])
    grown = sum(len(change.new) - len(change.old) for change in hunk)
    return body, end - start, end - start + grown, start


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
