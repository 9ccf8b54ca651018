"""Globs: patterns in which `*` stands for any characters, or none, and all else for itself."""

from __future__ import annotations


def glob_matches(glob: str, text: str) -> bool:
    """Whether a text is what a glob says, in which `*` stands for any characters, or none."""
    first, *rest = glob.split("*")
    if not rest:
        return text == glob
    *middle, last = rest
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at = len(first)
    end = len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
