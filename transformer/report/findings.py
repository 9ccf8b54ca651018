"""What a command that judges has found, as its reports tell it: one shape for every format.

Everything that reports write of it is one line, escaped as for people; each format then escapes
what it takes for more than text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from transformer.errors import Position, Problem, cut
from transformer.messages import one_line
from transformer.model import Decision, Result
from transformer.records import record

# What stands where a file would, and is none.
_NO_FILES = ("", "<stdin>", "<stdout>", "<none>")


@record
class Subject:
    """What was looked at: a file, and the object in it, '' for all of the file."""

    file: str
    name: str = ""


@record
class Findings:
    """What a command found: whether it failed, its results, what it looked at, and its last line.

    `command` is written as it was asked for, as in `lock --check`.
    """

    command: str
    failed: bool
    results: tuple[Result, ...]
    subjects: tuple[Subject, ...]
    summary: str

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of results of each severity that there is."""
        return Counter(it.problem.severity for it in self.results)


def of_problems(problems: Iterable[Problem]) -> tuple[Result, ...]:
    """Results of problems that know no object."""
    return tuple(Result(problem=it) for it in problems)


def subjects_of(names: Iterable[str], decisions: Iterable[Decision] = ()) -> tuple[Subject, ...]:
    """What a run looked at, each once: every object with an image, and each file without any.

    Takes the names of the inputs, and what was decided.
    """
    found = {
        Subject(file=site.document.source.name, name=_name(str(site.resource))): None
        for site, _ in decisions
    }
    with_objects = {it.file for it in found}
    bare = (Subject(file=name) for name in names if name not in with_objects)
    return tuple(dict.fromkeys((*found, *bare)))


def subject_of(result: Result) -> Subject:
    """What a result is about."""
    return Subject(file=place_of(result).file, name=_name(str(result.resource or "").strip()))


def place_of(result: Result) -> Position:
    """Where a result was found; a place without a file where nobody knows."""
    return result.problem.position or Position(file="")


def _name(text: str) -> str:
    return one_line(cut(text))


def message_of(result: Result) -> str:
    """What a result says, in a line without its place, code and severity."""
    return one_line(cut(result.problem.message))


def hint_of(result: Result) -> str:
    """Its hint, in a line; '' for none."""
    return one_line(cut(result.problem.hint))


def file_of(place: Position) -> str:
    """The file of a place as those who show files name it; '' for none, and for `<stdin>`."""
    return "" if place.file in _NO_FILES else one_line(place.file.removeprefix("./"))
