"""Mode `resolve`: what the lock lacks is asked of registries, within a deadline, and not written.

Nothing here is imported in another mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from transformer.cli.invocation import Invocation, RegistryOptions
from transformer.cli.registries import connect
from transformer.cli.shell import Shell
from transformer.config.config import Config
from transformer.decide.decide import decide
from transformer.errors import Position, Problem, UsageError
from transformer.lock.entries import Pinned
from transformer.lock.lock import Lock, LockEntry, entry_of
from transformer.lock.lookup import Question, look_up
from transformer.lock.wanted import Wanted, wanted_images
from transformer.model import Site
from transformer.records import replace
from transformer.registry.cache.local import (
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
        Question(wanted=replace(it, places=it.places[:1]), required=config.digests.platforms)
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
            (shell.say if invocation.tells(problem) else shell.note)(str(problem))
        else:
            severity = "error" if config.digests.missing == "fail" else "warning"
            faults.setdefault(name, replace(problem, severity=severity))
    entries = {name: _entry(wanted[name], pinned) for name, pinned in found.pinned.items()}
    return lock.completed(entries, faults)


def _is_known(wanted: Wanted, lock: Lock) -> bool:
    return any(lock.get(name) is not None for name in (wanted.key, *wanted.others))


def _entry(wanted: Wanted, pinned: Pinned) -> LockEntry:
    place = Position(file=str(wanted.finals[0]))
    return entry_of(pinned, 0, lambda _: place, is_answer=True)


@contextmanager
def _resolver(invocation: Invocation, shell: Shell) -> Iterator[Resolve]:
    options = invocation.registry
    seconds = options.deadline or DEADLINE

    def ask(left: float) -> Resolve:
        return connect(shell, options, is_quiet=invocation.is_quiet, seconds=left)

    if options.offline:
        # A cache would make the outcome depend on what ran before.
        yield ask(seconds)
        return
    notes: list[str] = []
    cache = None
    try:
        cache = _opened(options, shell)
    except CacheFault as fault:
        notes.append(str(fault))
    try:
        if cache is None:
            yield ask(seconds)
        else:
            resolve = CachedResolve(cache, ask, seconds)
            notes = resolve.notes
            yield resolve
    finally:
        if cache is not None:
            cache.close()
        _tell(notes, invocation, shell)


def _opened(options: RegistryOptions, shell: Shell) -> Cache | None:
    ttl = options.cache_ttl or TTL
    if is_redis_url(options.cache):
        try:
            from transformer.registry.cache.redis import RedisCache
        except ModuleNotFoundError:
            message = "`--cache` must be a file, as the package `redis` is not installed"
            hint = "pip install 'mirrorpin[redis]'"
            raise UsageError(Problem(code="usage", message=message, hint=hint)) from None
        return RedisCache(parse_redis_url(options.cache), ttl, options.ca_file)
    path = cache_path(options.cache, shell.environment)
    return DigestCache(path, ttl) if path else None


def _tell(notes: Sequence[str], invocation: Invocation, shell: Shell) -> None:
    # A Redis was asked for by its name, and whoever did would wonder why every run is slow.
    is_warning = is_redis_url(invocation.registry.cache) and not invocation.is_quiet
    say = shell.say if is_warning or invocation.is_verbose else shell.note
    for note in notes[:1]:
        message = f"digest cache {note}"
        if is_redis_url(invocation.registry.cache):
            hint = "registries are asked without it"
            problem = Problem(code="no-cache", message=message, severity="warning", hint=hint)
            message = str(problem)
        say(message)
