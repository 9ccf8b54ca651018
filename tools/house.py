"""Draws the rooms of the package from its imports: `python -m tools.house > docs/architecture.svg`.

Rooms stand on top of each other as in the table of tests/test_architecture.py, the ground floor
below. The grid on the right has a row for each room, and a column for each that it may import: full
where it does. Nothing stands above the stairs, since no import leads upward. Neither lines nor
imports are counted, so that the picture changes when the structure does.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "transformer"

FLOOR, MARGIN, CELL, FOOT = 40, 16, 30, 50
ROOM_WIDTH = 600
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2937}.name{font-weight:600}"
    ".say{fill:#4b5563;font-size:12px}.room{fill:#eef2ff;stroke:#6366f1}"
    ".world{fill:#fef3c7;stroke:#d97706}.full{fill:#6366f1;opacity:.6}.empty{fill:#6366f1;opacity:.06}"
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.say{fill:#9ca3af}"
    ".room{fill:#1e1b4b}.world{fill:#422006}}"
)


def room_of(file: Path) -> str:
    """The room of a module: the folder directly in the package, or the module that stands there."""
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def modules() -> list[Path]:
    """The modules of the package, but for its two doors."""
    doors = {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}
    return sorted(set(PACKAGE.rglob("*.py")) - doors)


def says(room: str) -> str:
    """The first line of what a room, or a module that is one, says of itself."""
    folder = PACKAGE / room
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0]


def imports() -> set[tuple[str, str]]:
    """Which room imports from which other: pairs of their names."""
    nodes = ((room_of(file), ast.parse(file.read_text("utf-8"))) for file in modules())
    return {(room, it) for room, tree in nodes for it in _imported(tree) if it != room}


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("transformer"):
            inner = (node.module or "").split(".")[1:]
            yield from inner[:1] or (it.name for it in node.names if it.name[0] != "_")


def drawing(rooms: Sequence[str], worldly: Iterable[str]) -> str:
    """An SVG of rooms, from the ground up; those that may touch the world are marked."""
    height = 2 * MARGIN + FLOOR * len(rooms)
    width = ROOM_WIDTH + 2 * MARGIN + CELL * (len(rooms) - 1) + FOOT
    marked = set(worldly)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>The rooms of the package, and which each imports</title>",
        f"<style>{STYLE}</style>",
    ]
    pairs = imports()
    for at, room in enumerate(rooms):
        top = height - MARGIN - FLOOR * (at + 1)
        lines += [_room(room, top, room in marked), *_row(room, rooms[:at], top, pairs)]
        lines += [_foot(room, at, top)] if at < len(rooms) - 1 else []
    return "\n".join([*lines, "</svg>"]) + "\n"


def _room(room: str, top: int, is_worldly: bool) -> str:
    number = sum(room_of(file) == room for file in modules() if file.name != "__init__.py")
    count = f" · {number} modules" if number > 1 else ""
    return (
        f'<rect class="{"world" if is_worldly else "room"}" x="{MARGIN}" y="{top + 3}" '
        f'width="{ROOM_WIDTH - MARGIN}" height="{FLOOR - 6}" rx="5"/>'
        f'<text class="name" x="{MARGIN + 10}" y="{top + 17}">{escape(room)}{count}</text>'
        f'<text class="say" x="{MARGIN + 10}" y="{top + 32}">{escape(says(room))}</text>'
    )


def _row(
    room: str, below: Sequence[str], top: int, pairs: Container[tuple[str, str]]
) -> Iterator[str]:
    for at, other in enumerate(below):
        does = (room, other) in pairs
        yield (
            f'<rect class="{"full" if does else "empty"}" x="{_left(at) + 1}" y="{top + 6}" '
            f'width="{CELL - 2}" height="{FLOOR - 12}">'
            f"<title>{escape(room)} {'imports' if does else 'may import'} {escape(other)}</title>"
            "</rect>"
        )


def _foot(room: str, at: int, top: int) -> str:
    # At the foot of a column, on the stairs, stands whose imports it counts.
    return f'<text class="say" x="{_left(at) + 9}" y="{top + 24}">▴ {escape(room)}</text>'


def _left(at: int) -> int:
    return ROOM_WIDTH + MARGIN + CELL * at


if __name__ == "__main__":
    from tests.test_architecture import ROOMS

    names = [room for room in ROOMS if room not in ("", "__main__")]
    print(drawing(names, [room for room, touches in ROOMS.items() if touches]), end="")
