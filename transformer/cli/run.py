"""From what a command line names to what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from transformer import pipeline
from transformer.cli.invocation import Invocation, Job
from transformer.cli.shell import Shell
from transformer.config.options import Options
from transformer.errors import usage_error
from transformer.lock.lock import Lock
from transformer.messages import quoted
from transformer.model import Decision, Site
from transformer.pipeline import Outcome
from transformer.records import replace

if TYPE_CHECKING:
    from transformer.policy.gates import Finding


def transformed(
    job: Job,
    invocation: Invocation,
    shell: Shell,
    named: Sequence[Site] = (),
    *,
    is_last: bool = False,
) -> Outcome:
    """Run the pipeline; registries are asked when `digests.mode` is resolve, and never else.

    `named` are sites of images that no manifest names. What `is_last` takes the inputs from the
    job: a large one is not held as bytes while it is worked on as text.
    """
    outcome = pipeline.transform(
        _taken(job.inputs, is_read=job.envelope is not None) if is_last else job.inputs,
        job.config,
        lock=job.lock,
        complete=completing(job, invocation, shell),
        templates=job.templates,
        options=_options(job, invocation),
        known=job.envelope,
        named=named,
    )
    return with_suspects(outcome, invocation)


def _options(job: Job, invocation: Invocation) -> Options:
    day = today(job, invocation)
    return replace(invocation.options, today=day) if day else invocation.options


def today(job: Job, invocation: Invocation) -> str:
    """The day of a run as 2026-12-31: that of `--today`, or of the clock; '' where none is needed.

    Raises `UsageError` for a day that is none.
    """
    given, policy = invocation.own.get("today", ""), job.config.policy
    if given:
        from transformer.config.policy import is_date

        if not is_date(given):
            raise usage_error(f"`--today` is {quoted(given)}: expected a day, as 2026-12-31")
        return given
    if policy is None or not policy.needs_today:
        return ""
    import time

    return time.strftime("%Y-%m-%d", time.gmtime())


def findings_of(
    job: Job, invocation: Invocation, decisions: Sequence[Decision], lock: Lock | None
) -> tuple[Finding, ...]:
    """What the gates have against images that stand in no manifest; none without a policy."""
    policy, day = job.config.policy, today(job, invocation)
    if policy is None:
        return ()
    from transformer.policy import answers

    return answers.findings_of(decisions, policy, lock, day)


def find_images(job: Job, invocation: Invocation, named: Sequence[Site] = ()) -> Outcome:
    """Decide every image of the manifests, and those that no manifest names, and pin none."""
    # What has no digest yet is here to get one, so no gate is asked.
    digests = replace(job.config.digests, mode="off")
    outcome = pipeline.transform(
        job.inputs,
        replace(job.config, digests=digests, policy=None),
        options=replace(invocation.options, verify="off"),
        known=job.envelope,
        named=named,
    )
    # Nor has anybody been asked which target has it.
    results = tuple(it for it in outcome.results if it.problem.code != "first-target")
    return replace(outcome, results=results)


def _taken(inputs: list[tuple[str, bytes]], *, is_read: bool) -> Iterator[tuple[str, bytes]]:
    if is_read:
        inputs.clear()
    return (inputs.pop(0) for _ in range(len(inputs)))


def with_suspects(outcome: Outcome, invocation: Invocation) -> Outcome:
    """The outcome with a warning for each suspect, where every detail is asked for."""
    if not (invocation.is_verbose and outcome.suspects) or outcome.failed:
        return outcome
    from transformer.report.suspect_results import warned

    return replace(outcome, results=(*outcome.results, *warned(outcome.suspects)))


def completing(
    job: Job, invocation: Invocation, shell: Shell
) -> Callable[[Sequence[Site]], Lock] | None:
    """Who completes the lock of a job for sites; None where `digests.mode` is not resolve."""
    lock = job.lock
    if job.config.digests.mode != "resolve" or lock is None:
        return None
    from transformer.cli.resolve import complete

    return lambda sites: complete(sites, job.config, lock, invocation, shell)
