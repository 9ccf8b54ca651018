"""`lock --check`: whether the lock says all that the manifests need, and nothing else.

Offline, unless `--refresh` asks the registries whether tags have moved on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.cli.invocation import Invocation
from transformer.cli.lock.questions import of_entry
from transformer.cli.lock.signatures import missing, verified
from transformer.cli.lock.work import Work, contradiction, required_platforms
from transformer.cli.shell import Shell
from transformer.cli.unrendered import check_objects
from transformer.cli.voice import tell
from transformer.config.config import ResolveFrom
from transformer.config.template_language import Budget
from transformer.errors import Problem
from transformer.image.platform import absent
from transformer.lock.lookup import Question, look_up
from transformer.lock.targets import is_noted
from transformer.lock.wanted import Wanted
from transformer.messages import counted, listed, quoted
from transformer.registry.resolver import Resolve
from transformer.report.findings import Findings, of_problems, subjects_of


def check(work: Work, invocation: Invocation, shell: Shell, resolve: Resolve) -> Findings:
    """Say what is missing, unused, contradicted, without a required platform, or has drifted."""
    problems = check_objects(work.job, "lock --check", invocation)
    problems += (*_missing(work), *_unused(work), *_contradictions(work), *_unchosen(work))
    problems += _platforms(work, required_platforms(work.config, invocation))
    problems += _unsigned(work, invocation, shell)
    if invocation.registry.refresh:
        whom = invocation.registry.resolve_from or work.config.digests.resolve_from
        problems += _drifted(work, whom, resolve)
    failed = any(it.severity == "error" for it in problems)
    say = tell(problems, invocation, shell, failed=failed)
    many = counted(len(list(work.lock)), "image")
    summary = f"{work.path}: {'check failed' if failed else f'check passed, {many}'}"
    say(summary)
    told = [*work.results, *of_problems(problems)]
    return Findings(
        command="lock --check",
        failed=failed,
        results=tuple(it for it in told if invocation.tells(it.problem)),
        subjects=subjects_of((work.path, *(name for name, _ in work.job.inputs))),
        summary=summary,
    )


def _missing(work: Work) -> Iterator[Problem]:
    for wanted in work.wanted.values():
        if not work.entry_key(wanted):
            message = f"{quoted(wanted.key)} is not in {work.path}"
            hint = "add it with mirrorpin lock"
            yield Problem(code="not-locked", message=message, position=wanted.places[0], hint=hint)


def _unused(work: Work) -> Iterator[Problem]:
    for name in work.lock:
        if name not in work.used:
            message = f"entry {quoted(name)} is used by no manifest"
            position = work.entry(name).position
            hint = "take it out with mirrorpin lock --prune"
            yield Problem(code="unused-entry", message=message, position=position, hint=hint)


def _contradictions(work: Work) -> Iterator[Problem]:
    for name, wanted in work.used.items():
        problem = contradiction(wanted, work.entry(name), work.config.digests.platform)
        if problem is not None:
            yield problem


def _unchosen(work: Work) -> Iterator[Problem]:
    for name, wanted in work.used.items():
        entry = work.entry(name)
        if not all(is_noted(chain, entry.targets) for chain in wanted.chains):
            message = f"entry {quoted(name)} does not say which target has the image"
            hint = "mirrorpin lock asks them, and notes it"
            position = entry.position
            yield Problem(code="not-chosen", message=message, position=position, hint=hint)


def _unsigned(work: Work, invocation: Invocation, shell: Shell) -> Iterable[Problem]:
    # Signatures are looked at afresh where that is asked for, as a note proves nothing.
    noted = tuple(missing(work, invocation))
    if not invocation.registry.verify_signatures:
        return noted
    _, faults = verified(work, {}, invocation, shell)
    return (*noted, *faults)


def _platforms(work: Work, required: Sequence[str]) -> Iterator[Problem]:
    for name in work.lock:
        entry = work.entry(name)
        used = work.used.get(name)
        missing = absent((*required, *(used.platforms if used else ())), entry.platforms)
        if missing:
            offered = listed(entry.platforms, "no platforms")
            message = f"entry {quoted(name)} lists {offered}: expected {', '.join(missing)}"
            hint = f"ask again with mirrorpin lock --update={name}"
            position = entry.position
            yield Problem(code="platform-missing", message=message, position=position, hint=hint)


def _drifted(work: Work, whom: ResolveFrom, resolve: Resolve) -> Iterator[Problem]:
    budget = Budget()
    images = [of_entry(work, name, budget) for name in work.lock]
    yield from (it for it in images if isinstance(it, Problem))
    asked = [Question(wanted=it) for it in images if isinstance(it, Wanted)]
    if not asked:
        return
    found = look_up(asked, whom, resolve)
    yield from (problem for _, problem in found.problems)
    for name, pinned in found.pinned.items():
        entry = work.entry(name)
        if pinned.digest != entry.digest:
            message = f"tag of {quoted(name)} stands for {pinned.digest}: expected {entry.digest}"
            hint = f"take the new image with mirrorpin lock --update={name}"
            yield Problem(code="drifted", message=message, position=entry.position, hint=hint)
