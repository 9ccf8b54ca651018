"""What a command declares: what it is for, what it takes, and what runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from transformer.cli.arguments import Option
from transformer.records import record

if TYPE_CHECKING:
    from transformer.cli.invocation import Invocation
    from transformer.cli.shell import Shell

DONE = 0
FAILED = 1
INTERRUPTED = 130


@record
class Section:
    """Options that belong together, and their heading in the help."""

    title: str
    options: tuple[Option, ...]


@record
class Command:
    """A command: what it is for, what runs it and gives its exit code, an example, and its options.

    `operands` are what may stand behind it, as the help names it, '' for nothing; `words` are what
    stands there instead of files, one of them, and must where it `needs_word`.
    """

    help: str
    example: str
    run: Callable[[Invocation, Shell], int]
    sections: tuple[Section, ...]
    operands: str = "[FILE|DIR|-]..."
    words: tuple[str, ...] = ()
    needs_word: bool = True
    needs_config: bool = True
    needs_lock: bool = True

    @property
    def options(self) -> tuple[Option, ...]:
        return tuple(option for section in self.sections for option in section.options)

    @property
    def formats(self) -> tuple[str, ...]:
        """Its output formats; the first is the usual."""
        return next((it.choices for it in self.options if it.name == "format"), ())
