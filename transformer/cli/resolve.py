"""Mode `resolve`: what the lock lacks is asked of registries, within a deadline, and not written.

Nothing here is imported in another mode.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from transformer.cli.invocation import Invocation, RegistryOptions
from transformer.cli.registries import connect
from transformer.cli.shell import Shell
from transformer.config.config import Config
from transformer.decide.decide import decide
from transformer.errors import Position, Problem, usage_error
from transformer.image.descriptor import Descriptor
from transformer.lock.lock import Lock, LockEntry
from transformer.lock.lookup import Question, look_up
from transformer.lock.wanted import Wanted, wanted_images
from transformer.model import Site
from transformer.records import replace
from transformer.registry.cache.database import LEAST
from transformer.registry.cache.local import (
    PATIENCE,
    TTL,
    Cache,
    CachedResolve,
    CacheFault,
    DigestCache,
    cache_path,
)
from transformer.registry.cache.redis_url import is_redis_url, parse_redis_url
from transformer.registry.resolver import Resolve

DEADLINE = 20.0


def complete(
    sites: Iterable[Site], config: Config, lock: Lock, invocation: Invocation, shell: Shell
) -> Lock:
    """The lock with an answer, or a fault, for every image of the sites that it does not have."""
    unpinned = replace(config, digests=replace(config.digests, mode="off"))
    wanted = wanted_images(decide(sites, unpinned, None).decisions, config)
    questions = [
        # Every site reports for itself.
        Question(wanted=replace(it, places=it.places[:1]), required=config.digests.required)
        for it in wanted.values()
        if it.needs_digest and not _is_known(it, lock)
    ]
    if not questions:
        return lock
    with _resolver(invocation, shell) as resolve:
        found = look_up(questions, config.digests.resolve_from, resolve)
    faults: dict[str, Problem] = {}
    for name, problem in found.problems:
        if problem.severity != "error":
            (shell.say if invocation.tells(problem) else shell.note)(problem)
        else:
            severity = "error" if config.digests.missing == "fail" else "warning"
            faults.setdefault(name, replace(problem, severity=severity))
    entries = {name: _entry(wanted[name], pinned) for name, pinned in found.pinned.items()}
    return lock.completed(entries, faults)


def _is_known(wanted: Wanted, lock: Lock) -> bool:
    return any(lock.get(name) is not None for name in (wanted.key, *wanted.others))


def _entry(wanted: Wanted, descriptor: Descriptor) -> LockEntry:
    place = Position(file=str(wanted.finals[0]))
    return LockEntry(descriptor=descriptor, offset=0, locate=lambda _: place, is_answer=True)


@contextmanager
def _resolver(invocation: Invocation, shell: Shell) -> Iterator[Resolve]:
    options = invocation.registry
    seconds = options.deadline or DEADLINE
    # What the cache costs is not left for registries.
    end = time.monotonic() + seconds

    def ask(left: float) -> Resolve:
        return connect(shell, options, is_quiet=invocation.is_quiet, seconds=left)

    if options.offline:
        # A cache would make the outcome depend on what ran before.
        yield ask(seconds)
        return
    notes: list[str] = []
    is_warning = is_redis_url(options.cache)
    cache = None
    try:
        cache = _opened(options, shell, seconds, end)
    except CacheFault as fault:
        notes.append(str(fault))
        is_warning = is_warning or fault.is_distrust
    left = max(LEAST, end - time.monotonic())
    try:
        if cache is None:
            yield ask(left)
        else:
            resolve = CachedResolve(cache, ask, left)
            notes = resolve.notes
            yield resolve
    finally:
        if cache is not None:
            cache.close()
        _tell(notes, invocation, shell, is_warning=is_warning)


def _opened(options: RegistryOptions, shell: Shell, seconds: float, end: float) -> Cache | None:
    ttl = options.cache_ttl or TTL
    if is_redis_url(options.cache):
        try:
            from transformer.registry.cache.redis import RedisCache
        except ModuleNotFoundError:
            message = (
                "`--cache` is not a file: expected one, as the package `redis` is not installed"
            )
            hint = "pip install 'mirrorpin[redis]'"
            raise usage_error(message, hint) from None
        return RedisCache(parse_redis_url(options.cache), ttl, options.ca_file)
    path = cache_path(options.cache, shell.environment)
    if not path:
        return None
    return DigestCache(path, ttl, patience=min(PATIENCE, seconds / 4), until=end)


def _tell(notes: Sequence[str], invocation: Invocation, shell: Shell, *, is_warning: bool) -> None:
    # A Redis was asked for by its name, and whoever did would wonder why every run is slow; a file
    # that others may write is a trap for the next program.
    is_said = invocation.is_verbose or (is_warning and not invocation.is_quiet)
    say = shell.say if is_said else shell.note
    for note in notes[:1]:
        message = f"digest cache {note}"
        if is_warning:
            hint = "registries are asked without it"
            say(Problem(code="no-cache", message=message, severity="warning", hint=hint))
        else:
            say(message)
