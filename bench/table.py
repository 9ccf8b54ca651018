"""Ratios of what was measured in one run, printed as a table."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One row: the median time of a command over that of another, and what it is to stay below."""

    title: str
    command: str
    against: str
    goal: float | None = None
    least: float = 0


def ratios(
    rows: Iterable[Ratio], seconds: Mapping[str, Sequence[float]]
) -> Iterator[tuple[str, ...]]:
    """The cells of a table of ratios. Takes the seconds of every round, by command."""
    yield "what", "time", "against", "time", "ratio", "goal", ""
    for row in rows:
        time, against = (statistics.median(seconds[it]) for it in (row.command, row.against))
        ratio = time / against
        yield (
            row.title,
            f"{time * 1000:.0f} ms",
            row.against,
            f"{against * 1000:.0f} ms",
            f"{ratio:.2f}",
            _goal(row),
            "" if row.goal is None or row.least <= ratio <= row.goal else "missed",
        )


def _goal(row: Ratio) -> str:
    if row.goal is None:
        return ""
    return f"{row.least:g} to {row.goal:g}" if row.least else f"<= {row.goal:g}"


def print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows of cells, the first of them the heading, as a Markdown table."""
    print(markdown(rows))


def markdown(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows of cells, the first of them the heading, as a Markdown table."""
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, tuple("-" * width for width in widths))
    lines = (
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "".join(f"| {line} |\n" for line in lines)
