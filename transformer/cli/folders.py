"""The manifests of a folder that was named, and nothing that only a link makes part of it."""

from __future__ import annotations

import os
from collections.abc import Callable

from transformer.errors import Position, Problem, UsageError
from transformer.messages import named, quoted

SUFFIXES = (".yaml", ".yml", ".json")


def manifests(
    folder: str, tell: Callable[[Problem], None], suffixes: tuple[str, ...] = SUFFIXES
) -> list[str]:
    """The paths of the manifests, or of files with other `suffixes`, at any depth, sorted.

    Links to folders are not followed, and links out of the folder not at all: whoever may write a
    repository would have any file of this machine read. Each such link that would count is told.
    Raises `UsageError` for a folder that cannot be read, a link that leads nowhere, and when there
    are no manifests.
    """
    root = os.path.realpath(folder)
    found: list[str] = []
    waiting = [folder]
    while waiting:
        at = waiting.pop()
        for entry in _entries(at):
            is_link = entry.is_symlink()
            # A link may lead in a circle, which is not a folder.
            is_folder = os.path.isdir(entry.path) if is_link else entry.is_dir()
            if is_folder and not is_link:
                waiting.append(entry.path)
            elif is_link and (is_folder or entry.name.endswith(suffixes)) and _leaves(entry, root):
                tell(_outside(entry.path))
            elif not is_folder and entry.name.endswith(suffixes):
                _check_link(entry)
                found.append(entry.path)
    if not found:
        message = f"no manifests: the folder holds no {', '.join(suffixes)} file"
        position = Position(file=named(folder))
        raise UsageError(Problem(code="no-input", message=message, position=position))
    return sorted(found)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda it: it.name)
    except OSError as error:
        message = f"folder cannot be read: {error.strerror}"
        position = Position(file=named(folder))
        problem = Problem(code="unreadable", message=message, position=position)
        raise UsageError(problem) from None


def _leaves(entry: os.DirEntry[str], root: str) -> bool:
    return os.path.commonpath((root, os.path.realpath(entry.path))) != root


def _check_link(entry: os.DirEntry[str]) -> None:
    try:
        entry.stat()
    except FileNotFoundError:
        message = f"link leads nowhere: {quoted(os.readlink(entry.path))}, expected a manifest"
        hint = "take the link out, or bring back what it names"
        position = Position(file=named(entry.path))
        problem = Problem(code="dangling-link", message=message, position=position, hint=hint)
        raise UsageError(problem) from None
    except OSError:
        # Whoever reads it says why it cannot be.
        return


def _outside(path: str) -> Problem:
    return Problem(
        code="link-outside",
        message="link leads out of the folder that was named: it is left out",
        severity="warning",
        position=Position(file=named(path)),
        hint="name what it leads to on the command line",
    )
