"""Messages say what is, and then what was expected: none says only what must be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.helpers.shared import ROOT
from tests.helpers.sources import trees

# What is no message: help, what to do, and what a page says of a table.
BESIDE = ("help", "hint", "note")


def test_no_message_says_only_what_must_be() -> None:
    found = [
        f"{module}: {text}"
        for module, tree in trees(ROOT / "transformer").items()
        for text in _texts(tree)
        if re.search(r"\bmust\b", text) and not _is_written(text)
    ]
    assert found == [], 'say what is, as in `"a" is no day: expected one, as 2026-12-31`'


def _is_written(text: str) -> bool:
    # Parts of admission policies: manifests, and expressions that are strings of CEL.
    return "\n" in text or text.startswith(("'", "    "))


def _texts(tree: ast.Module) -> Iterator[str]:
    """The literals of a module but its documentation, and what stands beside messages."""
    left = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) or (isinstance(node, ast.keyword) and node.arg in BESIDE)
        for inner in ast.walk(node.value)
        if isinstance(node, ast.keyword) or inner is node.value
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left:
            yield node.value
