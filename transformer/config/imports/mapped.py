"""What the files of others say of images, in one form, whatever they are written in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from transformer.errors import Position, Problem
from transformer.records import record

By: TypeAlias = Literal["all", "digests", "tags"]

# What a rule does not say, and may be let go where the user says so.
Accepted: TypeAlias = Literal[
    "several-mirrors", "digests-only", "tags-only", "insecure-mirror", "every-host"
]
ACCEPTED: tuple[Accepted, ...] = (
    "several-mirrors",
    "digests-only",
    "tags-only",
    "insecure-mirror",
    "every-host",
)


@record
class Text:
    """A file to import: its name for messages, the last parts of its path, and its text.

    `accept` has what of `ACCEPTED` is let go where a rule does not say it.
    """

    name: str
    folder: str
    base: str
    text: str
    accept: frozenset[str] = frozenset()


@record
class Mapped:
    """What becomes of the images below a source.

    `mirrors` are tried in their order; an empty list stands for the source itself. Where
    `is_blocked`, nothing comes from the source. `by` says which images have these mirrors.
    """

    source: str
    position: Position
    mirrors: tuple[str, ...] = ()
    by: By = "all"
    is_blocked: bool = False
    is_insecure: bool = False


def together(tried: Iterable[tuple[str, By]]) -> tuple[By, tuple[str, ...]] | None:
    """Which images the mirrors are for, and what they are tried in; None where images by digest
    and by tag come from different places first."""
    pairs = list(tried)
    digests = tuple(dict.fromkeys(name for name, by in pairs if by != "tags"))
    tags = tuple(dict.fromkeys(name for name, by in pairs if by != "digests"))
    if digests[:1] == tags[:1]:
        return "all", max(digests, tags, key=len)
    if digests and tags:
        return None
    return ("digests", digests) if digests else ("tags", tags)


class Reading:
    """What is read so far, and what is wrong with it."""

    def __init__(self) -> None:
        self.found: list[Mapped] = []
        self.problems: list[Problem] = []

    def fail(self, position: Position, code: str, message: str, hint: str = "") -> None:
        """Note an error."""
        self.problems.append(Problem(code=code, message=message, position=position, hint=hint))

    def add(self, found: Iterable[Mapped]) -> None:
        """Note what a file says."""
        self.found += found
