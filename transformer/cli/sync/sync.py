"""A plan carried out: what is missing at the mirrors is copied by an engine, and looked for again.

Bytes and credentials are the engine's. A run that ends half-way, whatever ends it, is gone on with
by the next, as what is there is not copied again.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
from collections.abc import Iterator

from transformer.cli.children import Ended, lines_of, run_all, without_ours
from transformer.cli.command import DONE, FAILED, INTERRUPTED
from transformer.cli.invocation import Invocation
from transformer.cli.plan import find, look
from transformer.cli.shell import Shell
from transformer.cli.sync.progress import Progress
from transformer.cli.voice import tell, voice
from transformer.errors import Problem, UsageError, usage_error
from transformer.messages import counted, page, quoted
from transformer.plan.copies import Copy
from transformer.plan.engines import ENGINES, Engine
from transformer.records import record

JOBS = 4
MAX_JOBS = 64
MAX_FAILURES = 10

# As the libraries for options say it that engines are made with: cobra's, kingpin's, Go's own.
_has_no_option = re.compile(
    rb"unknown (?:shorthand )?flag|unknown (?:long |short )flag|flag provided but not defined"
).search


@record
class _Work:
    """What is to be done, and how; how many images are there, and of how many that is not known."""

    copies: tuple[Copy, ...]
    engine: Engine
    jobs: int
    plain: frozenset[str]
    there: int
    unknown: int

    def command(self, copy: Copy) -> list[str]:
        return self.engine.copy(copy.origin, copy.destination, self.plain)


def sync(invocation: Invocation, shell: Shell) -> int:
    """Copy what is missing at the mirrors, and see that it is there. Returns the exit code."""
    jobs = _jobs(invocation.own["jobs"])
    engine = _engine(invocation.own["engine"], shell)
    found = find(invocation, shell, "sync")
    if found is None:
        return FAILED
    left = look(found.copies, invocation, shell, at_sources=False)
    work = _Work(
        copies=left.copies,
        engine=engine,
        jobs=jobs,
        plain=frozenset(invocation.registry.plain_http),
        there=len(found.copies) - len(left.copies) - len(left.problems),
        unknown=len(left.problems),
    )
    tell(left.problems, invocation, shell, failed=bool(left.problems))
    if invocation.own["dry-run"]:
        shell.write(page(shlex.join(work.command(it)) for it in work.copies).encode())
        return FAILED if work.unknown else DONE
    return _carry_out(work, invocation, shell)


def _jobs(text: str) -> int:
    if not text:
        return JOBS
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= MAX_JOBS:
        raise usage_error(f"`--jobs` is {quoted(text)}: expected a number from 1 to {MAX_JOBS}")
    return int(text)


def _engine(name: str, shell: Shell) -> Engine:
    path = shell.environment.get("PATH", "")
    for engine in ENGINES:
        if name in ("", engine.name) and shutil.which(engine.name, path=path):
            return engine
    names = [engine.name for engine in ENGINES]
    wanted = name or f"one of {', '.join(names[:-1])} and {names[-1]}"
    homes = [f"{it.name}, {it.home}" for it in ENGINES if name in ("", it.name)]
    problem = Problem(
        code="no-engine",
        message=f"{wanted} is not on PATH: expected it, to copy images",
        hint=f"install {homes[0]}",
    )
    raise UsageError(problem)


def _carry_out(work: _Work, invocation: Invocation, shell: Shell) -> int:
    done: list[Copy] = []
    with Progress(shell, len(work.copies), is_quiet=invocation.is_quiet) as progress:
        try:
            _copy_all(work, done, progress, shell)
            left = look(done, invocation, shell, at_sources=False)
        except KeyboardInterrupt:
            progress.clear()
            shell.say(_interrupted(len(done), work))
            return INTERRUPTED
    tell(left.problems, invocation, shell, failed=bool(left.problems))
    for copy in left.copies:
        shell.say(_unproved(copy, work.engine))
    copied = len(done) - len(left.copies) - len(left.problems)
    wanted = len(work.copies) + work.unknown
    if copied < wanted:
        shell.say(f"sync failed: {copied} of {counted(wanted, 'image')} copied and seen there")
        return FAILED
    say = voice(invocation, shell, failed=False)
    by = f"{copied} copied by {work.engine.name}, {work.there} there before"
    say(f"{counted(copied + work.there, 'image')} at the mirrors: {by}")
    return DONE


def _copy_all(work: _Work, done: list[Copy], progress: Progress, shell: Shell) -> None:
    failures = 0

    def commands() -> Iterator[tuple[Copy, list[str]]]:
        for copy in work.copies:
            if failures < MAX_FAILURES:
                yield copy, work.command(copy)

    theirs = without_ours(shell.environment)
    with contextlib.closing(run_all(commands(), work.jobs, theirs)) as outcomes:
        for copy, ended in outcomes:
            if ended.fault:
                failures += 1
                progress.clear()
                shell.say(_failure(copy, ended, work.engine))
                for line in lines_of(ended.said):
                    shell.say(f"  | {line}")
            else:
                done.append(copy)
                progress.tell(str(copy.destination))


def _failure(copy: Copy, ended: Ended, engine: Engine) -> Problem:
    names = f"{quoted(str(copy.origin))} to {quoted(str(copy.destination))}"
    why = f"its credentials are those of {engine.name} itself"
    if _has_no_option(ended.said):
        why = f"another version of {engine.name} may know that option"
    return Problem(
        code="not-copied",
        message=f"{engine.name} did not copy {names}: it ended with {ended.fault}",
        position=copy.places[0] if copy.places else None,
        hint=f"{why}; what it said follows",
    )


def _unproved(copy: Copy, engine: Engine) -> Problem:
    target = quoted(str(copy.destination))
    return Problem(
        code="not-copied",
        message=f"{target} is not at its mirror with its digest, though {engine.name} copied it",
        position=copy.places[0] if copy.places else None,
        hint="see whether something else writes that tag, or try another engine",
    )


def _interrupted(count: int, work: _Work) -> Problem:
    many = counted(len(work.copies), "image")
    message = f"interrupted when {count} of {many} were copied"
    return Problem(code="interrupted", message=message, hint="run it again to go on from there")
