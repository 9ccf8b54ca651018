"""Globs: patterns in which `*` stands for any characters, or none, and all else for itself."""

from __future__ import annotations

from collections.abc import Iterable


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


class Globs:
    """Several globs as one question.

    What has no `*`, or one at its beginning or end, takes no more steps the more of it there is.
    """

    __slots__ = ("_heads", "_others", "_tails", "_texts")

    def __init__(self, globs: Iterable[str]) -> None:
        self._texts: set[str] = set()
        self._heads: dict[int, set[str]] = {}
        self._tails: dict[int, set[str]] = {}
        self._others: list[str] = []
        for glob in globs:
            self._add(glob)

    def _add(self, glob: str) -> None:
        if is_inner(glob):
            self._others.append(glob)
        elif "*" not in glob:
            self._texts.add(glob)
        else:
            by_size = self._heads if glob.endswith("*") else self._tails
            by_size.setdefault(len(glob) - 1, set()).add(glob.strip("*"))

    def match(self, text: str) -> bool:
        """Whether a text is what one of the globs says."""
        size = len(text)
        return (
            text in self._texts
            or any(text[:length] in heads for length, heads in self._heads.items())
            or any(
                length <= size and text[size - length :] in tails
                for length, tails in self._tails.items()
            )
            or any(glob_matches(glob, text) for glob in self._others)
        )


def is_inner(glob: str) -> bool:
    """Whether a glob has several `*`, or one that is at neither end."""
    return glob.count("*") > 1 or "*" in glob[1:-1]
