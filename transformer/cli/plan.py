"""The command `plan`: what has to be at the mirrors, for manifests or for a lock alone."""

from __future__ import annotations

import os
from collections.abc import Sequence

from transformer import pipeline
from transformer.cli.command import DONE, FAILED
from transformer.cli.invocation import Invocation, Job, prepare, read_text
from transformer.cli.named import named_images, unless_piped
from transformer.cli.paths import lock_path
from transformer.cli.run import with_suspects
from transformer.cli.shell import Shell
from transformer.cli.unrendered import check_objects
from transformer.cli.voice import tell, voice
from transformer.config.config import Config
from transformer.errors import Problem
from transformer.lock.lock import Lock, is_lock, parse_lock
from transformer.messages import counted, quoted, shown
from transformer.plan.copies import Copy, Plan, of_decisions, of_lock, planned
from transformer.plan.formats import BY, FORMATS, grouped
from transformer.records import replace
from transformer.yamltext.documents import decode

# What a command does, in the words of its last line.
DOES = {"plan": "planned", "sync": "copied"}


def plan(invocation: Invocation, shell: Shell) -> int:
    """Write the plan in the format that is asked for. Returns the exit code."""
    found = find(invocation, shell, "plan")
    if found is not None and invocation.own["missing"]:
        found = look(found.copies, invocation, shell, at_sources=True)
        found = found if _say(found.problems, invocation, shell, DOES["plan"]) else None
    if found is None:
        return FAILED
    groups = grouped(found.copies, next((it for it in BY if it == invocation.own["by"]), ""))
    write = FORMATS[invocation.output_format]
    text = write(groups, frozenset(invocation.registry.plain_http))
    shell.write(text.encode())
    say = voice(invocation, shell, failed=False)
    count = counted(len(found.copies), "image")
    state = "missing" if invocation.own["missing"] else "to be"
    say(f"{count} {state} at the mirrors")
    return DONE


def find(invocation: Invocation, shell: Shell, command: str) -> Plan | None:
    """What has to be at the mirrors; None where the manifests or the lock fail, which was said.

    Takes the name of the command that asks.
    """
    job = prepare(unless_piped(invocation, shell), shell)
    problems: list[Problem] = []
    if job.inputs and not is_of_locks(job):
        problems += check_objects(job, command, invocation)
    found = of_job(job, invocation)
    problems += found.problems
    if not _say(problems, invocation, shell, DOES[command]):
        return None
    return _completed(found, invocation, shell, DOES[command])


def is_of_locks(job: Job) -> bool:
    """Whether what came in are locks, and no manifests."""
    return bool(job.inputs) and all(is_lock(data) for _, data in job.inputs)


def of_job(job: Job, invocation: Invocation) -> Plan:
    """What has to be at the mirrors for what came in, and everything that is to be said of it."""
    return _of_locks(job) if is_of_locks(job) else _of_manifests(job, invocation)


def _completed(found: Plan, invocation: Invocation, shell: Shell, done: str) -> Plan | None:
    # With what belongs to the images, where it is asked for.
    if not invocation.own["referrers"]:
        return found
    whole = with_belongings(found.copies, invocation, shell)
    if not _say(whole.problems, invocation, shell, done):
        return None
    return replace(whole, copies=tuple(it for it in whole.copies if not it.carried))


def with_belongings(copies: Sequence[Copy], invocation: Invocation, shell: Shell) -> Plan:
    """The copies with their digests, and with what belongs to them at their sources."""
    from transformer.cli.registries import attending, connect
    from transformer.plan.attached import with_attached
    from transformer.plan.missing import resolved

    options = invocation.registry
    known = resolved(copies, connect(shell, options, is_quiet=invocation.is_quiet))
    whole = with_attached(known.copies, attending(shell, options))
    return replace(whole, problems=(*known.problems, *whole.problems))


def look(copies: Sequence[Copy], invocation: Invocation, shell: Shell, *, at_sources: bool) -> Plan:
    """What of a plan is not at the mirrors, and everything that is to be said of that.

    Takes whether the sources are asked what they have as well.
    """
    from transformer.cli.registries import connect
    from transformer.plan.missing import absent, missing

    resolve = connect(shell, invocation.registry, is_quiet=invocation.is_quiet)
    return (missing if at_sources else absent)(copies, resolve)


def _say(problems: Sequence[Problem], invocation: Invocation, shell: Shell, done: str) -> bool:
    # Returns whether there is no error among them.
    errors = sum(it.severity == "error" for it in problems)
    tell(problems, invocation, shell, failed=bool(errors))
    if errors:
        shell.say(f"nothing was {done}: {counted(errors, 'error')}")
    return not errors


def _of_locks(job: Job) -> Plan:
    locks = [parse_lock(name, decode(name, data).text) for name, data in job.inputs]
    plans = [of_lock(lock, job.config) for lock in locks]
    return Plan(
        copies=tuple(it for found in plans for it in found.copies),
        problems=tuple(it for found in plans for it in found.problems),
    )


def _of_manifests(job: Job, invocation: Invocation) -> Plan:
    # What is to be at a mirror is copied, whatever a gate has against it.
    config = replace(planned(job.config), policy=None)
    lock = _lock(config)
    if lock is None:
        config = replace(config, digests=replace(config.digests, mode="off"))
    options = replace(invocation.options, verify="off")
    named = named_images(job, invocation)
    outcome = pipeline.transform(
        job.inputs, config, lock=lock, options=options, known=job.envelope, named=named
    )
    results = with_suspects(outcome, invocation).results
    problems = [it.problem for it in results if it.problem.code not in _OTHERS]
    found = of_decisions((*outcome.decisions, *outcome.named), job.config, lock)
    if lock is not None:
        problems += _unlocked(found.copies, lock.name)
    return replace(found, problems=(*problems, *found.problems))


def _lock(config: Config) -> Lock | None:
    if config.digests.mode != "lock":
        return None
    path = lock_path(config, must_exist=False)
    return parse_lock(*read_text(path)) if os.path.exists(path) else None


def _unlocked(copies: Sequence[Copy], path: str) -> list[Problem]:
    return [
        Problem(
            code="not-locked",
            message=f"{quoted(str(copy.source))} is not in {shown(path)}, and planned by its tag",
            severity="warning",
            position=copy.places[0],
            hint="add it with mirrorpin lock --from source",
        )
        for copy in copies
        if not copy.digest
    ]


# Said by this command in its own words, or about what it does not do.
_OTHERS = (
    *("not-locked", "not-chosen", "first-target"),
    *("unpinnable", "unused-rule", "unused-field"),
)
