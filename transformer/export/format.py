"""What a format of `mirrorpin export` declares, what it is given, and what it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from transformer.config.config import Config
from transformer.errors import Problem
from transformer.lock.lock import Lock
from transformer.records import record


@record
class Request:
    """What is to be exported: a configuration, and the lock where the format wants one.

    `keys` are the public keys that sign, by the file that `signedBy` names, where the format wants
    them. `has_fallback`: what the mirror lacks may come from the source.
    """

    config: Config
    lock: Lock | None = None
    keys: Mapping[str, str] = MappingProxyType({})
    has_fallback: bool = False


@record
class File:
    """A file: its path below the folder of an export, with `/`, and its text."""

    path: str
    text: str


@record
class Export:
    """The files of an export, and what of the configuration they do not say, as errors.

    Without what an error names, `files` say the rest.
    """

    files: tuple[File, ...]
    unsaid: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@record
class Format:
    """A format: what it is for, and what makes it. One that has comments begins them with `#`."""

    help: str
    make: Callable[[Request], Export]
    needs_lock: bool = False
    needs_keys: bool = False
