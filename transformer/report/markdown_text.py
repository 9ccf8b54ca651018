"""Text in a cell of a table of Markdown, as GitHub and GitLab read it."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.messages import one_line

# What makes more of a text than text: marks, tags, links, addresses and formulas.
_ENTITIES = {ord(it): f"&#{ord(it)};" for it in "&<>|[]()!`*_\\~@#:$^={}"}
# Mentions and references are looked for in what has been rendered, a text between two tags at once.
_ENTITIES |= {ord(it): f"&#{ord(it)};<!-- -->" for it in "@#"}


def cell(text: str) -> str:
    """A text that is nothing but text, on one line."""
    return one_line(text).translate(_ENTITIES).replace("www.", "www&#46;").strip()


def row(cells: Iterable[str]) -> str:
    """A row of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"
