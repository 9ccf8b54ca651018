"""Draw `figures.json`: `python -m bench.pictures` writes the pictures and the table of the page.

Bars for the time and memory of mirrorpin beside its peers, lines for how both grow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bench.growth import FIGURES, table
from bench.table import markdown

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "benchmarks.md"
MARKS = ("<!-- growth -->\n", "<!-- end -->\n")
APPS = 2_000

_WIDTH, _LABELS, _BAR, _LINE = 760, 250, 380, 22
_OURS, _OTHERS, _INK, _PAPER, _GRID = "#1f6f54", "#9aa5b1", "#1b1f24", "#ffffff", "#d9dee3"
_STYLE = f'font-family="sans-serif" font-size="13" fill="{_INK}"'


def bars(figures: dict[str, Any]) -> str:
    """Time over the bare pass and peak memory, a bar each, ours first."""
    ours = [
        {**it, "name": f"mirrorpin, {it['form']}"} for it in figures["growth"] if it["apps"] == APPS
    ]
    lines: list[str] = []
    top = 0
    titles = {"time": "processor time, over one bare parse", "memory": "peak memory, MB"}
    for key, title in titles.items():
        lines += _bars(title, key, ours, figures["peers"], top)
        top += (len(ours) + len(figures["peers"]) + 2) * _LINE
    return _svg(top, lines)


def _bars(
    title: str, key: str, ours: Sequence[dict[str, Any]], peers: Sequence[dict[str, Any]], top: int
) -> Iterator[str]:
    largest = max(it[key] for it in (*ours, *peers))
    yield _text(10, top + _LINE, title, weight="bold")
    for number, it in enumerate((*ours, *peers)):
        y = top + (number + 2) * _LINE
        width = it[key] / largest * _BAR
        fill = _OURS if number < len(ours) else _OTHERS
        yield _text(_LABELS - 8, y, it["name"], anchor="end")
        yield f'<rect x="{_LABELS}" y="{y - 13}" width="{width:.1f}" height="16" fill="{fill}"/>'
        yield _text(_LABELS + width + 6, y, f"{it[key]:g}")


def lines(figures: dict[str, Any]) -> str:
    """Processor time and peak memory over the size of the input, a line for each form."""
    drawn: list[str] = []
    for number, (key, title) in enumerate((("seconds", "seconds"), ("memory", "MB at the peak"))):
        drawn += _lines(title, key, figures["growth"], 60 + number * 370)
    return _svg(330, drawn)


def _lines(title: str, key: str, growth: Sequence[dict[str, Any]], left: int) -> Iterator[str]:
    width, height, top = 280, 220, 50
    largest = 4 * _step(max(it[key] for it in growth) / 4)
    apps = max(it["apps"] for it in growth)
    yield _text(left, 24, title, weight="bold")
    for part in range(5):
        y = top + height - height * part / 4
        yield f'<line x1="{left}" y1="{y}" x2="{left + width}" y2="{y}" stroke="{_GRID}"/>'
        yield _text(left - 6, y + 4, f"{largest * part / 4:g}", anchor="end")
    for it in (0, apps // 2, apps):
        yield _text(left + width * it / apps, top + height + 20, f"{it:,}", anchor="middle")
    yield _text(left + width / 2, top + height + 40, "apps", anchor="middle")
    for form, stroke in (("stream", _OTHERS), ("ResourceList", _OURS)):
        mine = [it for it in growth if it["form"] == form]
        points = [
            (left + width * it["apps"] / apps, top + height - height * it[key] / largest)
            for it in mine
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="2"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{stroke}"/>' for x, y in points)
        y = top + 14 + 18 * (form == "stream")
        yield f'<rect x="{left + 8}" y="{y - 9}" width="14" height="4" fill="{stroke}"/>'
        yield _text(left + 28, y - 2, form)


def _step(least: float) -> float:
    # The next round number.
    power = 10.0 ** math.floor(math.log10(least))
    return next(it * power for it in (1, 2, 2.5, 5, 10) if it * power >= least)


def _text(x: float, y: float, text: str, anchor: str = "start", weight: str = "normal") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
    return f"<text {place}>{escape(text)}</text>"


def _svg(height: int, lines: Sequence[str]) -> str:
    body = "\n".join(lines)
    size = f'width="{_WIDTH}" height="{height + 10}" viewBox="0 0 {_WIDTH} {height + 10}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {_STYLE}>\n'
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>\n{body}\n</svg>\n'
    )


PICTURES = {"benchmarks.svg": bars, "growth.svg": lines}


def page(text: str, figures: dict[str, Any]) -> str:
    """The text of the page with the table of the figures in its place."""
    before, _, rest = text.partition(MARKS[0])
    _, _, behind = rest.partition(MARKS[1])
    return f"{before}{MARKS[0]}{markdown(table(figures['growth']))}{MARKS[1]}{behind}"


def main() -> None:
    """Write every picture, and the table."""
    figures = json.loads(FIGURES.read_text())
    for name, draw in PICTURES.items():
        (DOCS / name).write_text(draw(figures))
    PAGE.write_text(page(PAGE.read_text(), figures))


if __name__ == "__main__":
    main()
