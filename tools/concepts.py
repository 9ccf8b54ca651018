"""Draws what comes from where and goes to whom: `python -m tools.concepts > docs/concepts.svg`.

Boxes stand on a grid of three columns and rows. An arrow leads from one box to another, dashed
where a registry is asked; what has no dashed arrow needs no network.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 212, 62, 96, 70, 14
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2937}.name{font-weight:600}"
    ".say{fill:#4b5563;font-size:12px}.box{fill:#eef2ff;stroke:#6366f1}"
    ".own{fill:#fef3c7;stroke:#d97706}.us{fill:#6366f1;stroke:#6366f1}"
    ".us+.name,.us+.name+.say{fill:#fff}.line{stroke:#6b7280;stroke-width:1.5;fill:none}"
    ".asks{stroke-dasharray:5 4}.head{fill:#6b7280}"
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.say{fill:#9ca3af}"
    ".box{fill:#1e1b4b}.own{fill:#422006}.line{stroke:#9ca3af}.head{fill:#9ca3af}}"
)
HEAD = (
    '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    ' orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker>'
)


class Box(NamedTuple):
    """What stands at a column and row, in a `look` of the style; `says` is its second line."""

    column: int
    row: int
    name: str
    says: str
    look: str = "box"

    @property
    def left(self) -> int:
        return MARGIN + self.column * (WIDTH + GAP_X)

    @property
    def top(self) -> int:
        return MARGIN + self.row * (HEIGHT + GAP_Y)


class Arrow(NamedTuple):
    """A straight arrow between two boxes by their names; `asks` where a registry is asked."""

    start: str
    end: str
    says: str
    asks: bool = False


BOXES = (
    Box(0, 0, "manifests", "helm, kustomize, files"),
    Box(1, 0, "mirrorpin", "finds, decides, edits, checks", "us"),
    Box(2, 0, "mirrored manifests", "else the same, byte for byte"),
    Box(0, 1, "mirrorpin.yaml", "your rules", "own"),
    Box(1, 1, "images.lock.yaml", "the digest of each image", "own"),
    Box(2, 1, "pods", "in your cluster"),
    Box(0, 2, "source registries", "docker.io, quay.io, ghcr.io"),
    Box(2, 2, "your mirror", "registry.example.com"),
)
ARROWS = (
    Arrow("manifests", "mirrorpin", "in"),
    Arrow("mirrorpin", "mirrored manifests", "out"),
    Arrow("mirrorpin.yaml", "mirrorpin", "new names"),
    Arrow("images.lock.yaml", "mirrorpin", "digests"),
    Arrow("mirrored manifests", "pods", "apply"),
    Arrow("your mirror", "pods", "pull, by digest", asks=True),
    Arrow(
        "source registries",
        "your mirror",
        "mirrorpin sync, or your own tool by mirrorpin plan",
        asks=True,
    ),
    Arrow("your mirror", "images.lock.yaml", "mirrorpin lock", asks=True),
)


def ends(start: Box, end: Box) -> tuple[int, int, int, int]:
    """Where an arrow leaves one box and meets the other: x and y of both."""
    across, down = end.column - start.column, end.row - start.row
    if not down:
        y = start.top + HEIGHT // 2
        return start.left + WIDTH, y, end.left, y
    # From a side column into the middle one an arrow meets the side of the box that it leads to.
    from_y, to_y = (start.top, end.top + HEIGHT) if down < 0 else (start.top + HEIGHT, end.top)
    middle = WIDTH // 2
    lean = across * middle
    return start.left + middle + lean * 3 // 4, from_y, end.left + middle - lean * 3 // 4, to_y


def drawn_box(box: Box) -> str:
    x, y = box.left, box.top
    return (
        f'<rect class="{box.look}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text class="name" x="{x + 12}" y="{y + 27}">{escape(box.name)}</text>'
        f'<text class="say" x="{x + 12}" y="{y + 46}">{escape(box.says)}</text>'
    )


def drawn_arrow(arrow: Arrow) -> str:
    named = {box.name: box for box in BOXES}
    x1, y1, x2, y2 = ends(named[arrow.start], named[arrow.end])
    look = "line asks" if arrow.asks else "line"
    line = f'<line class="{look}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" marker-end="url(#head)"/>'
    x, y = (x1 + x2) // 2, (y1 + y2) // 2
    aside = 9 if x1 == x2 else 24
    flat = f'x="{x}" y="{y - 6}" text-anchor="middle"'
    place = flat if y1 == y2 else f'x="{x + aside}" y="{y + 4}"'
    return f'{line}<text class="say" {place}>{escape(arrow.says)}</text>'


def drawing() -> str:
    """The picture, as SVG; its description has every arrow in words."""
    width, height = (
        2 * MARGIN + 3 * side + 2 * gap for side, gap in ((WIDTH, GAP_X), (HEIGHT, GAP_Y))
    )
    words = "; ".join(f"{it.start} to {it.end}: {it.says}" for it in ARROWS)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>What comes from where, and goes to whom</title>",
            f"<desc>{escape(words)}</desc>",
            f"<style>{STYLE}</style>",
            f"<defs>{HEAD}</defs>",
            *map(drawn_arrow, ARROWS),
            *map(drawn_box, BOXES),
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    print(drawing(), end="")
