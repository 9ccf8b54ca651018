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

    `mirrors` are tried in their order; an empty list stands for the source itself. Images by tag
    have `tag_mirrors`, where those are others. Where `is_blocked`, nothing comes from the source.
    `is_plain`: nothing is said but that it is its own mirror, which counts beside `*` alone.
    `is_prefix`: the mirror stands before a name of whatever form.
    """

    source: str
    position: Position
    mirrors: tuple[str, ...] = ()
    tag_mirrors: tuple[str, ...] | None = None
    is_blocked: bool = False
    is_insecure: bool = False
    is_plain: bool = False
    is_prefix: bool = False


def apart(tried: Iterable[tuple[str, By]]) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The mirrors of images by digest, and those of images by tag, None where they are the same."""
    pairs = list(tried)
    digests = tuple(dict.fromkeys(name for name, by in pairs if by != "tags"))
    tags = tuple(dict.fromkeys(name for name, by in pairs if by != "digests"))
    return digests, None if digests == tags else tags


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
