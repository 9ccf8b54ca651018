"""A plan as lists: for people, for programs, and for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from transformer.errors import Position
from transformer.messages import counted, json_page, page
from transformer.plan.copies import Copy

VERSION = 1
COLUMNS = ("source", "digest", "target", "rule", "platforms", "subject", "places")
PLACE = ("file", "line", "column", "note")


def as_text(groups: Sequence[tuple[str, Sequence[Copy]]]) -> str:
    """The list for people: each image, where it goes, its rule, and a line for each place."""
    lines: list[str] = []
    for host, copies in groups:
        lines += [f"{host}: {counted(len(copies), 'image')}"] if host else []
        for copy in copies:
            of = (f"of {copy.subject}",) if copy.subject else ()
            said = ", ".join((copy.rule.label, *copy.platforms, *of))
            lines.append(f"{copy.source} -> {copy.target} ({said})")
            lines += [f"     {it}{_note(copy, it)}" for it in copy.places]
    return page(lines)


def as_json(copies: Sequence[Copy]) -> str:
    """The list for programs, as `mirrorpin schema plan` has it; lines and columns from 1."""
    return json_page({"version": VERSION, "images": [_data(copy) for copy in copies]})


def _data(copy: Copy) -> dict[str, object]:
    places = [_place(it, copy.notes.get(it, "")) for it in copy.places]
    values = (*_names(copy), copy.rule.label, list(copy.platforms), copy.subject, places)
    return dict(zip(COLUMNS, values, strict=True))


def _names(copy: Copy) -> tuple[str, str, str]:
    name = copy.source.name
    tagged = f"{name}:{copy.source.tag}" if copy.source.tag else name
    return tagged, copy.digest, str(copy.target)


def _note(copy: Copy, place: Position) -> str:
    return f": {copy.notes[place]}" if place in copy.notes else ""


def _place(position: Position, note: str) -> dict[str, str | int]:
    values = (position.file, position.line, position.column, note)
    return dict(zip(PLACE, values, strict=True))


def _places(copy: Copy) -> str:
    return ",".join(map(str, copy.places))


def as_tsv(copies: Sequence[Copy]) -> str:
    """A line for each image behind one of names, cells parted by tabs, items by commas."""
    rows = [
        (*_names(copy), copy.rule.label, ",".join(copy.platforms), copy.subject, _places(copy))
        for copy in copies
    ]
    # A tab in the name of a file is escaped, as everything else that does not print.
    return "".join("\t".join(page([cell])[:-1] for cell in row) + "\n" for row in (COLUMNS, *rows))
