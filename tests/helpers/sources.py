"""The modules of the package as trees, parsed once a process."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.helpers.shared import ROOT

PACKAGE = ROOT / "transformer"


@cache
def tree_of(file: Path) -> ast.Module:
    """What a Python file says. Nobody may change it."""
    return ast.parse(file.read_text(encoding="utf-8"))


def trees(package: Path = PACKAGE) -> dict[Path, ast.Module]:
    """The tree of every module below a folder, by its file."""
    return {file: tree_of(file) for file in sorted(package.rglob("*.py"))}
