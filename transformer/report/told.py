"""Results as people read them: those of one object together, and the same problem once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.model import Result
from transformer.records import replace


def by_place(results: Iterable[Result]) -> list[Result]:
    """Results in the order of their places, files in that of their first results.

    So images and pull secrets of one object stand together. What has no place stays behind.
    """
    every = list(results)
    files: dict[str, int] = {}
    for it in every:
        if it.problem.position is not None:
            files.setdefault(it.problem.position.file, len(files))
    return sorted(every, key=lambda it: _place(it, files))


def _place(result: Result, files: dict[str, int]) -> tuple[int, int, int]:
    position = result.problem.position
    if position is None:
        return len(files), 0, 0
    return files[position.file], position.line, position.column


def folded(results: Iterable[Result]) -> list[Result]:
    """Results with what is the same at many places said at the first, which names the others."""
    groups: dict[tuple[str, ...], list[Result]] = {}
    for it in results:
        problem = it.problem
        same = (problem.code, problem.severity, problem.message, problem.hint)
        groups.setdefault(same, []).append(it)
    return [_first(it) for it in groups.values()]


def _first(same: Sequence[Result]) -> Result:
    places = dict.fromkeys(it.problem.position for it in same[1:])
    others = tuple(it for it in places if it is not None)
    return replace(same[0], others=others) if others else same[0]
