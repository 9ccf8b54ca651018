"""The project's pages as data: their tables, their blocks of code, and what they show of runs.

A block may have a marker on the line above it, which a reader of the page does not see:

    <!-- file: web.yaml -->    the block is a file of the page's folder
    <!-- files of: index.md -->  on a line of its own: the files of that page are there, too
    <!-- run -->               a console block whose commands are run in that folder, in order
    <!-- run with: helm -->    the same where that tool is there, which is for tests/e2e
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.shared import ROOT

README = ROOT / "README.md"
REFERENCE = tuple(sorted((ROOT / "docs/reference").glob("*.md")))
FIRST = ROOT / "docs/reference/index.md"
MESSAGES = ROOT / "docs/reference/messages.md"
PAGES = (README, *sorted((ROOT / "docs").rglob("*.md")))

_BLOCK = re.compile(r"(?m)^(?:<!-- (.*) -->\n)?```(\w*)\n((?s:.*?))^```$")
_FILES_OF = re.compile(r"(?m)^<!-- files of: (\S+) -->$")
_CODE = re.compile(r"(?m)^### `([a-z0-9-]+)`\n\n\*([a-z, ]+):\* (.+)\n(?:\n\*\*Do:\*\* (.+)\n)?")
_WITH = "run with: "
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block of a page, and its marker, '' for none."""

    marker: str
    language: str
    text: str

    @property
    def file(self) -> str:
        """The name of the file that the block is; '' when it is none."""
        return self.marker.removeprefix("file: ") if self.marker.startswith("file: ") else ""

    @property
    def is_run(self) -> bool:
        """Whether it has commands that are run."""
        return self.marker == "run" or self.marker.startswith(_WITH)

    @property
    def tool(self) -> str:
        """What its commands need; '' for nothing but the system and mirrorpin."""
        return self.marker.removeprefix(_WITH) if self.marker.startswith(_WITH) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a page: the heading that it stands under, and its cells as they are written."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def blocks(page: Path) -> list[Block]:
    found = _BLOCK.findall(page.read_text())
    return [Block(marker=marker, language=name, text=text) for marker, name, text in found]


def tables(page: Path) -> list[Table]:
    text = _BLOCK.sub("", page.read_text())
    return [
        Table(heading=heading, header=rows[0], rows=tuple(rows[2:]))
        for heading, body in re.findall(r"(?m)^#+ (.*)\n((?:(?!#).*\n)*)", text)
        for rows in _grids(body)
    ]


def _grids(body: str) -> Iterator[list[tuple[str, ...]]]:
    for grid in re.findall(r"(?m)(?:^\|.*\n)+", body):
        yield [tuple(_cells(line)) for line in grid.splitlines()]


def _cells(line: str) -> Iterator[str]:
    for cell in _CELL.split(line)[1:-1]:
        yield cell.strip().replace("\\|", "|")


def table(first: str, heading: str = "") -> Table:
    """The one table of the reference whose first column is called so, under a heading if given."""
    found = [
        it
        for page in REFERENCE
        for it in tables(page)
        if it.header[0] == first and heading in ("", it.heading)
    ]
    assert len(found) == 1, f"{first}: {len(found)} tables"
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the page of messages has of a code; `remedy` is '' where there is nothing to do."""

    code: str
    severity: str
    meaning: str
    remedy: str


def messages() -> list[Message]:
    """All codes of the page of messages, in its order."""
    return [
        Message(code=code, severity=severity, meaning=meaning, remedy=remedy)
        for code, severity, meaning, remedy in _CODE.findall(MESSAGES.read_text())
    ]


def words(cell: str) -> list[str]:
    """What stands between backquotes in a cell."""
    return re.findall("`([^`]+)`", cell)


def word(cell: str) -> str:
    """What stands between backquotes in a cell that holds nothing else."""
    found = re.fullmatch("`([^`]+)`", cell)
    assert found, cell
    return found[1]


def spoken(page: Path) -> str:
    """The text of a page and its console blocks, without the files that it shows."""
    return _BLOCK.sub(lambda found: found[3] if found[2] == "console" else "", page.read_text())


def headings(page: Path) -> list[tuple[int, str]]:
    """The level of each heading of a page, and the fragment by which it can be linked."""
    found = re.findall(r"(?m)^(#+) (.*)$", _BLOCK.sub("", page.read_text()))
    return [
        (len(marks), re.sub(r"[^\w -]", "", it.lower()).replace(" ", "-")) for marks, it in found
    ]


def anchors(page: Path) -> set[str]:
    """The fragments by which a page can be linked."""
    return {fragment for _, fragment in headings(page)}


def links(page: Path) -> list[str]:
    """The targets of the links of a page within the project."""
    return re.findall(r"\]\((?!https?:)([^)]+)\)", _BLOCK.sub("", page.read_text()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of a console block, what the page says that it prints, and the tool it needs."""

    line: str
    shown: str
    tool: str = ""


def commands(page: Path, *tools: str) -> list[Command]:
    """The commands of the console blocks that are to be run, also those that need these tools."""
    return [
        Command(line=line, shown=shown, tool=block.tool)
        for block in blocks(page)
        if block.is_run and block.tool in ("", *tools)
        for line, shown in re.findall(r"(?m)^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text)
    ]


def write_files(page: Path, folder: Path) -> None:
    """Write the files of a page into a folder, and of the pages whose files it says are there."""
    for other in _FILES_OF.findall(page.read_text()):
        write_files(page.parent / other, folder)
    for block in blocks(page):
        if block.file:
            file = folder / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)


def run(line: str, folder: Path, *search: Path) -> str:
    """What a command line prints in a folder, to stdout and stderr together.

    Programs are found in the folders of `search` first. The user's home is beside the folder.
    """
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    for name, module in (("mirrorpin", "-m transformer "), ("python", "")):
        program = bin_folder / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module}"$@"\n')
        program.chmod(0o755)
    environment = {
        "PATH": ":".join([str(bin_folder), *map(str, search), os.environ["PATH"]]),
        "HOME": f"{folder}.home",
        "PYTHONPATH": str(ROOT),
        "CLONE": str(ROOT),
    }
    ran = subprocess.run(
        ["sh", "-c", line],
        check=False,
        cwd=folder,
        env=environment,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return ran.stdout


def shows(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; `…` stands for hex digits that are left out."""
    return bool(re.fullmatch(re.escape(shown).replace("…", "[0-9a-f]*"), printed))
