"""The images of a run as tables: for a spreadsheet, and for the summary of a job."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

from transformer.messages import one_line, page
from transformer.report.images import Image
from transformer.report.markdown_text import cell, row

if TYPE_CHECKING:
    from transformer.find.suspects import Seen

COLUMNS = ("image", "source", "final", "code", "rule", "reason", "count", "places")

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@")


def as_csv(images: Sequence[Image], seen: Seen | None = None) -> str:
    """A row for each image behind one of names (RFC 4180), its places with commas between them.

    A cell that a spreadsheet would take for a formula has an apostrophe in front. What else was
    seen follows, with `maybe` or `never` for its code.
    """
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append))
    writer.writerow(COLUMNS)
    writer.writerows(map(_harmless, cells) for cells in _rows(images, seen))
    return "".join(lines)


def _harmless(text: str) -> str:
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def as_markdown(images: Sequence[Image], seen: Seen | None = None) -> str:
    """A table with a row for each image, as in `as_csv`."""
    lines = [row(COLUMNS), row("---" for _ in COLUMNS)]
    lines += (row(map(cell, cells)) for cells in _rows(images, seen))
    return page(lines)


def _rows(images: Sequence[Image], seen: Seen | None) -> Iterator[tuple[str, ...]]:
    for it in images:
        places = ", ".join(str(site.position) for site in it.sites)
        facts = (it.written, it.source, it.final, it.code, it.rule, it.reason)
        yield (*facts, str(len(it.sites)), places)
    if seen is not None:
        for code, sightings in (("maybe", seen.maybe), ("never", seen.never)):
            for sighting in sightings:
                name, place = sighting.image, str(sighting.position)
                yield (name, "", "", code, "", sighting.reason, "1", place)
