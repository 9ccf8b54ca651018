"""The command `check`: whether transform would change or fail anything."""

from __future__ import annotations

from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.options import ALLOW_EMPTY, COMMON, MANIFESTS, RULES
from transformer.cli.registry_options import PINNING
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.voice import say_problems, voice
from transformer.report.results import wanted_results


def run(invocation: Invocation, shell: Shell) -> int:
    """Exit 1 where transform would change or fail anything; each is named."""
    from transformer.cli.unrendered import check_objects

    job = prepare(invocation, shell)
    for problem in check_objects(job, "check", invocation):
        voice(invocation, shell, failed=False)(problem)
    return check(job, invocation, shell)


def check(job: Job, invocation: Invocation, shell: Shell) -> int:
    """Name what would change or fail, for people and in the results of a ResourceList."""
    outcome = transformed(job, invocation, shell)
    results = [*outcome.results]
    if not outcome.failed:
        results += wanted_results(outcome.decisions, outcome.grants, outcome.added)
    failed = any(result.problem.severity == "error" for result in results)
    say = voice(invocation, shell, failed=failed)
    say_problems(results, say, every=invocation.is_verbose)
    say("check failed" if failed else "check passed: nothing would change")
    if job.envelope is not None:
        from transformer.report.krm import checked_list

        told = [it for it in results if it.problem.severity != "info"]
        shell.write(checked_list(job.envelope, told, invocation.options.parser).encode())
    return FAILED if failed else DONE


COMMAND = Command(
    help="exit 1 where transform would change or fail anything, and name it",
    example="mirrorpin check manifests/",
    run=run,
    sections=(
        Section(title="what passes", options=(ALLOW_EMPTY,)),
        *(RULES, MANIFESTS, PINNING, COMMON),
    ),
)
