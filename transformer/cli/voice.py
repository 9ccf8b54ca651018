"""What a run that makes manifests says: its problems, what becomes of images, and the summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from transformer.cli.invocation import Invocation
from transformer.cli.shell import Said, Shell
from transformer.errors import Problem
from transformer.model import Result
from transformer.pipeline import Outcome
from transformer.report.results import NOTHING, change_results, final_lines, summary


def report(outcome: Outcome, invocation: Invocation, shell: Shell) -> list[Result]:
    """Say problems, and on request every change. Returns the results for hosts."""
    is_told = invocation.is_verbose and not outcome.failed
    told = [it for it in outcome.results if is_told or it.problem.severity != "info"]
    if is_told:
        told += change_results(outcome.decisions, outcome.grants, outcome.notes, outcome.added)
    say = voice(invocation, shell, failed=outcome.failed)
    for result in _told(outcome.results, every=invocation.is_verbose):
        is_said = is_told or result.problem.severity != "info"
        (say if is_said else shell.note)(result)
    for line in () if outcome.failed else final_lines(outcome.decisions):
        (say if is_told else shell.note)(line)
    return told


def summary_of(outcome: Outcome) -> str:
    """What a run has done, in a line."""
    errors = sum(result.problem.severity == "error" for result in outcome.results)
    return summary(outcome.decisions, outcome.grants, errors, len(outcome.added))


def handed_back(line: str) -> str:
    """The last line of a run that failed, for a host that gets back what it handed over."""
    return line.replace(NOTHING, "all is handed back as it came", 1)


def summarise(outcome: Outcome, invocation: Invocation, shell: Shell, line: str = "") -> None:
    """Say in a line what was done; last, when it has been. Takes the line, if there is one."""
    say = voice(invocation, shell, failed=outcome.failed)
    say(line or summary_of(outcome))


def voice(invocation: Invocation, shell: Shell, *, failed: bool) -> Callable[[Said], None]:
    """What says a line: to people, or where they want it quiet and nothing failed to the log."""
    return shell.note if invocation.is_quiet and not failed else shell.say


def tell(
    problems: Iterable[Problem], invocation: Invocation, shell: Shell, *, failed: bool
) -> Callable[[Said], None]:
    """Say problems, and information to those who want to see it all. Returns what says the rest."""
    say = voice(invocation, shell, failed=failed)
    for problem in problems:
        (say if invocation.tells(problem) else shell.note)(problem)
    return say


def say_problems(
    results: Iterable[Result], say: Callable[[Said], None], *, every: bool = False
) -> None:
    """Say what is a warning or worse; what is the same at many places once, or for `every` one."""
    for result in _told((it for it in results if it.problem.severity != "info"), every=every):
        say(result)


def _told(results: Iterable[Result], *, every: bool) -> Iterable[Result]:
    found = list(results)
    if len(found) < 2:
        return found
    from transformer.report.told import by_place, folded

    return by_place(found) if every else folded(by_place(found))
