"""Answers of registries, kept on disk for the next run and for those that run beside this one.

A tag's answer counts for a while, that of a digest forever. Processes share one SQLite database
(write-ahead log): who is about to ask says so, and the others wait for its answer, so that many at
once, as Argo CD's repo server starts them, ask about each image once. Faults are not kept. Whatever
is wrong with the cache, a run goes on without it.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from transformer.image.reference import Reference
from transformer.registry import Descriptor, RegistryFault
from transformer.registry.cache.database import LEAST, PAUSE, Database, Distrust
from transformer.registry.cache.entry import counts, descriptor_of
from transformer.registry.foreign import Foreign, read_object

if TYPE_CHECKING:
    import sqlite3

    from transformer.registry.resolver import Answer, Resolve

NAME = "mirrorpin/digests-1.sqlite"
NOWHERE = "none"
TTL = 3600.0
KEPT = 30 * 24 * 3600.0
PATIENCE = 5.0

_BATCH = 500

_TABLES = {
    "answers": """\
(
  reference TEXT PRIMARY KEY, digest TEXT NOT NULL, media_type TEXT NOT NULL,
  size INTEGER NOT NULL, platforms TEXT, asked REAL NOT NULL
) WITHOUT ROWID""",
    "claims": """\
(
  reference TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL
) WITHOUT ROWID""",
}


class CacheFault(Exception):
    """There is no cache to be had; its text says why. `is_distrust`: it may be somebody else's."""

    def __init__(self, text: str, *, is_distrust: bool = False) -> None:
        super().__init__(text)
        self.is_distrust = is_distrust


def cache_path(given: str, environment: Mapping[str, str]) -> str:
    """Where the cache is: what is given, or in the user's cache folder (XDG base directories).

    '' where none is wanted. Raises `CacheFault` where there is no such folder.
    """
    if given:
        return "" if given == NOWHERE else given
    base = environment.get("XDG_CACHE_HOME", "")
    home = environment.get("HOME", "")
    if not os.path.isabs(base):
        if not os.path.isabs(home):
            raise CacheFault("neither MIRRORPIN_CACHE nor XDG_CACHE_HOME nor HOME is set")
        base = os.path.join(home, ".cache")
    return os.path.join(base, NAME)


class Cache(Protocol):
    """What is asked of a cache. Its methods raise `CacheFault` when it can no longer be used.

    Who waits for others looks again after `pause` seconds.
    """

    pause: float

    def get(self, references: Iterable[str], with_platforms: bool) -> dict[str, Descriptor]:
        """See `DigestCache`."""

    def claim(self, references: Sequence[str], seconds: float) -> list[str]:
        """See `DigestCache`."""

    def put(
        self, answers: Mapping[str, Answer], claimed: Iterable[str], with_platforms: bool
    ) -> None:
        """See `DigestCache`."""

    def close(self) -> None:
        """Let go of what is open."""


class DigestCache:
    """An open cache. Its methods raise `CacheFault` when the database can no longer be used."""

    pause = PAUSE

    def __init__(
        self,
        path: str,
        ttl: float,
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
        until: float = math.inf,
    ) -> None:
        """Open or make the database at a path; answers about tags count for `ttl` seconds.

        `patience` is how long, in seconds, a call may wait for another process, and `until` the
        time, of `time.monotonic`, when none may wait any longer.
        """
        import sqlite3

        self._errors = (sqlite3.Error, OSError)
        self._ttl = ttl
        self._clock = clock
        self._owner = os.urandom(8).hex()
        try:
            self._database = Database(path, _TABLES, patience, until)
        except Distrust as fault:
            raise CacheFault(str(fault), is_distrust=True) from None
        except self._errors as error:
            reason = getattr(error, "strerror", "") or error
            raise CacheFault(f"cannot be used: {path}: {reason}") from None

    def close(self) -> None:
        self._database.close()

    def get(self, references: Iterable[str], with_platforms: bool) -> dict[str, Descriptor]:
        """The answers that still count, by the reference's text."""
        now = self._clock()
        found: dict[str, Descriptor] = {}
        for name, digest, media_type, size, platforms, asked in self._select("answers", references):
            answer = descriptor_of(digest, media_type, size, _offered(platforms))
            if answer is None or (with_platforms and platforms is None):
                continue
            if counts(name, answer, asked, now, self._ttl):
                found[name] = answer
        return found

    def claim(self, references: Sequence[str], seconds: float) -> list[str]:
        """Those references that this process is to ask about; nobody else does for so long."""
        # Those who wait look often, and must not keep others from writing.
        if not self._free(references):
            return []
        with self._transaction() as database:
            mine = self._free(references)
            rows = [(it, self._owner, self._clock() + seconds) for it in mine]
            database.executemany("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", rows)
        return mine

    def _free(self, references: Sequence[str]) -> list[str]:
        now = self._clock()
        claims = self._select("claims", references)
        taken = {
            name
            for name, owner, until in claims
            if isinstance(until, float) and until >= now and owner != self._owner
        }
        return [it for it in references if it not in taken]

    def put(
        self, answers: Mapping[str, Answer], claimed: Iterable[str], with_platforms: bool
    ) -> None:
        """Keep answers, but for faults, and let go of what was claimed."""
        now = self._clock()
        rows = [
            (
                name,
                it.digest,
                it.media_type,
                it.size,
                json.dumps(dict(it.platforms)) if with_platforms else None,
                now,
            )
            for name, it in answers.items()
            if not isinstance(it, RegistryFault)
        ]
        with self._transaction() as database:
            database.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", rows)
            database.execute("DELETE FROM answers WHERE asked < ?", (now - KEPT,))
            claims = [(name, self._owner) for name in claimed]
            database.executemany("DELETE FROM claims WHERE reference = ? AND owner = ?", claims)

    def _select(self, table: str, references: Iterable[str]) -> list[Any]:
        wanted = list(references)
        rows: list[Any] = []
        try:
            for at in range(0, len(wanted), _BATCH):
                part = wanted[at : at + _BATCH]
                marks = ",".join("?" * len(part))
                query = f"SELECT * FROM {table} WHERE reference IN ({marks})"
                rows += self._database.select(query, part)
        except self._errors as error:
            raise CacheFault(f"cannot be read: {error}") from None
        return rows

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._database.transaction() as database:
                yield database
        except self._errors as error:
            raise CacheFault(f"cannot be written: {error}") from None


def _offered(platforms: object) -> object:
    # What `put` has written; None for what is not known, anything else for what nobody wrote.
    if not isinstance(platforms, str):
        return platforms
    try:
        return read_object(platforms, len(platforms))
    except Foreign:
        return platforms


class CachedResolve:
    """Asks registries for what a cache does not have. `notes` says why it was given up, if it was.

    Takes the cache, who makes a `Resolve` that has so many seconds, and the seconds for all.
    """

    def __init__(
        self,
        cache: Cache,
        connect: Callable[[float], Resolve],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.notes: list[str] = []
        self._cache = cache
        self._connect = connect
        self._clock = clock
        self._end = clock() + seconds

    def __call__(
        self, references: Sequence[Reference], with_platforms: bool
    ) -> Mapping[str, Answer]:
        wanted = {str(it): it for it in (its.with_tag_default() for its in references)}
        answers: dict[str, Answer] = {}
        try:
            self._fill(answers, wanted, with_platforms)
        except CacheFault as fault:
            self.notes.append(str(fault))
            rest = [it for name, it in wanted.items() if name not in answers]
            if rest:
                answers.update(self._connect(self._left)(rest, with_platforms))
        return {name: answers[name] for name in wanted}

    @property
    def _left(self) -> float:
        return max(LEAST, self._end - self._clock())

    def _fill(
        self, answers: dict[str, Answer], wanted: Mapping[str, Reference], with_platforms: bool
    ) -> None:
        while missing := [name for name in wanted if name not in answers]:
            answers.update(self._cache.get(missing, with_platforms))
            missing = [name for name in missing if name not in answers]
            if missing and self._clock() >= self._end:
                rest = [wanted[name] for name in missing]
                answers.update(self._connect(LEAST)(rest, with_platforms))
            elif mine := self._cache.claim(missing, self._left):
                self._answer(answers, {name: wanted[name] for name in mine}, with_platforms)
            elif missing:
                time.sleep(self._cache.pause)

    def _answer(
        self, answers: dict[str, Answer], mine: Mapping[str, Reference], with_platforms: bool
    ) -> None:
        given: Mapping[str, Answer] = {}
        try:
            # Another may have answered between the look and the claim.
            answers.update(self._cache.get(mine, with_platforms))
            rest = [it for name, it in mine.items() if name not in answers]
            if rest:
                given = self._connect(self._left)(rest, with_platforms)
                answers.update(given)
        finally:
            self._cache.put(given, mine, with_platforms)
