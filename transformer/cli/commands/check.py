"""The command `check`: whether transform would change or fail anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.options import ALLOW_EMPTY, COMMON, MANIFESTS, REPORTS, RULES, format_option
from transformer.cli.registry_options import PINNING
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.voice import say_problems, voice
from transformer.errors import Problem
from transformer.model import Result
from transformer.pipeline import Outcome
from transformer.report.results import wanted_results

if TYPE_CHECKING:
    from transformer.report.findings import Findings


def run(invocation: Invocation, shell: Shell) -> int:
    """Exit 1 where transform would change or fail anything; each is named."""
    if invocation.writes_report:
        from transformer.cli.reports import reported

        return reported("check", lambda: _found(invocation, shell), invocation, shell)
    job, _ = _prepared(invocation, shell)
    return check(job, invocation, shell)


def _prepared(invocation: Invocation, shell: Shell) -> tuple[Job, list[Problem]]:
    from transformer.cli.unrendered import check_objects

    job = prepare(invocation, shell)
    problems = check_objects(job, "check", invocation)
    for problem in problems:
        voice(invocation, shell, failed=False)(problem)
    return job, problems


def check(job: Job, invocation: Invocation, shell: Shell) -> int:
    """Name what would change or fail, for people and in the results of a ResourceList."""
    results, _, _ = _judged(job, invocation, shell)
    if job.envelope is not None:
        from transformer.report.krm import checked_list

        told = [it for it in results if it.problem.severity != "info"]
        shell.write(checked_list(job.envelope, told, invocation.options.parser).encode())
    return FAILED if _failed(results) else DONE


def _judged(job: Job, invocation: Invocation, shell: Shell) -> tuple[list[Result], Outcome, str]:
    # What would change or fail, of which outcome, and that in a line, all of which were said.
    outcome = transformed(job, invocation, shell)
    results = [*outcome.results]
    if not outcome.failed:
        results += wanted_results(outcome.decisions, outcome.grants, outcome.added)
    failed = _failed(results)
    say = voice(invocation, shell, failed=failed)
    say_problems(results, say, every=invocation.is_verbose)
    summary = "check failed" if failed else "check passed: nothing would change"
    say(summary)
    return results, outcome, summary


def _failed(results: Sequence[Result]) -> bool:
    return any(result.problem.severity == "error" for result in results)


def _found(invocation: Invocation, shell: Shell) -> Findings:
    from transformer.report.findings import Findings, of_problems, subjects_of

    job, problems = _prepared(invocation, shell)
    results, outcome, summary = _judged(job, invocation, shell)
    told = (it for it in results if invocation.tells(it.problem))
    return Findings(
        command="check",
        failed=_failed(results),
        results=(*of_problems(problems), *told),
        subjects=subjects_of((name for name, _ in job.inputs), outcome.decisions),
        summary=summary,
    )


COMMAND = Command(
    help="exit 1 where transform would change or fail anything, and name it",
    example="mirrorpin check manifests/",
    run=run,
    sections=(
        Section(title="what passes", options=(ALLOW_EMPTY,)),
        Section(title="the report", options=(format_option(*REPORTS),)),
        *(RULES, MANIFESTS, PINNING, COMMON),
    ),
)
