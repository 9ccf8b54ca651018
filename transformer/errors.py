"""What can go wrong, and where.

A `Problem` is one finding with a stable code; an exception carries one or more of them to the
shell, which prints one line each and chooses the exit code by the exception's class:

    deploy.yaml:14:16: error: "Nginx" has uppercase letters outside host and tag (uppercase)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from transformer.messages import one_line
from transformer.records import record

MAX_MESSAGE = 4000
MAX_PLACES = 3

Severity = Literal["error", "warning", "info"]


@record
class Position:
    """A place in a file: `line` and `column` count from 1, in characters; 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def data(self) -> dict[str, object]:
        """The place for programs."""
        return {"file": self.file, "line": self.line, "column": self.column}


@record
class Problem:
    """One finding: a stable `code`, a message in the user's words, and where it was found."""

    code: str
    message: str
    severity: Severity = "error"
    position: Position | None = None
    hint: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said to people: one line, and another for the hint. Safe, whatever is in it."""
        place = f"{self.position}: " if self.position else ""
        line = one_line(f"{place}{self.severity}: {cut(self.message)} ({self.code})")
        return (line, f"  hint: {one_line(cut(self.hint))}") if self.hint else (line,)

    def __str__(self) -> str:
        return "\n".join(self.lines)


def also_at(places: Sequence[Position]) -> str:
    """The end of a message that names more places of the same; '' without any."""
    if not places:
        return ""
    more = len(places) - MAX_PLACES
    shown = ", ".join(map(str, places[:MAX_PLACES]))
    return f"; also at {shown}{f' and {more:,} more' if more > 0 else ''}"


def cut(text: str) -> str:
    """A text as messages show it, the first `MAX_MESSAGE` characters of it."""
    # Lists are cut where they are made; this is for the one that was forgotten.
    more = len(text) - MAX_MESSAGE
    return f"{text[:MAX_MESSAGE]}... and {more:,} more characters" if more > 0 else text


class TransformError(Exception):
    """Stops a run. `problems` holds at least one problem; `exit_code` is the process's."""

    exit_code: ClassVar[int] = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(TransformError):
    """The manifests cannot be read."""


class ConfigError(TransformError):
    """The configuration, the lock or a template must not be used as it is."""

    exit_code = 2


class UsageError(TransformError):
    """The command line or the environment asks for something impossible."""

    exit_code = 2


class AgreementError(TransformError):
    """The edited text does not say what was planned: a fault of ours, nothing may be printed."""

    exit_code = 3


def usage_error(message: str, hint: str = "") -> UsageError:
    """The error of a command line that asks for what cannot be."""
    return UsageError(Problem(code="usage", message=message, hint=hint))


class PlanError(TransformError):
    """A plan cannot be written in the format, or carried out with the engine, that is asked for."""
