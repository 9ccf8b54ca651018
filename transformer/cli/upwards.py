"""What a folder lies in: the repository around it, and the configuration on the way up to its root.

As for git, what belongs to somebody else is no repository: in a folder that all may write to,
anybody could leave one, and a configuration in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from transformer.cli.defaults import DEFAULT_CONFIG

MARK = ".git"


def root_of(folder: str, given: str = "") -> str:
    """The resolved path of the folder that what is named in another one must not lead out of.

    It is the one that is given, otherwise the root of the repository around `folder`, all of which
    belongs to one user. Where there is none, or `folder` is not in it, it is `folder` itself.
    """
    start = os.path.realpath(folder)
    if given:
        root = os.path.realpath(given)
        return root if is_within(start, root) else start
    owner = _owner(start)
    return next((it for it in _upwards(start) if _owner(os.path.join(it, MARK)) == owner), start)


def is_within(path: str, folder: str) -> bool:
    """Whether a resolved path is a folder's, or lies below it."""
    return os.path.commonpath((folder, path)) == folder


def find_config(root: str = "") -> str:
    """The path of the nearest configuration, as seen from the working directory; '' for none.

    It is looked for in the working directory and above it, up to the root of the repository, or to
    the one that is given. A link that leads nowhere is one, which is to be reported.
    """
    if os.path.lexists(DEFAULT_CONFIG):
        return DEFAULT_CONFIG
    try:
        at = os.path.realpath(".")
        top = root_of(at, root)
    except OSError:
        # The working directory is gone.
        return ""
    prefix = ""
    while at != top:
        at = os.path.dirname(at)
        prefix += "../"
        if os.path.lexists(os.path.join(at, DEFAULT_CONFIG)):
            return prefix + DEFAULT_CONFIG
    return ""


def _upwards(start: str) -> Iterator[str]:
    owner = _owner(start)
    at, below = start, ""
    while at != below and _owner(at) == owner:
        yield at
        at, below = os.path.dirname(at), at


def _owner(path: str) -> int | None:
    # None for what is not there, or must not be looked at.
    try:
        return os.lstat(path).st_uid
    except OSError:
        return None
