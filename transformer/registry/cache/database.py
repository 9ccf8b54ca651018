"""A SQLite file that nobody else can have written to, and that cannot keep a run waiting.

Whoever may write a database may put a view with an endless recursion in the place of a table, or
keep it locked. So file and folder must belong to the user alone, the tables must be those that were
made here, and every statement has a time limit.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

PAUSE = 0.02
LEAST = 0.1

# A value that is larger is none of ours.
_MAX_VALUE = 4 << 20
_STEPS = 10_000
_SIBLINGS = ("", "-wal", "-shm", "-journal")


class Distrust(Exception):
    """What is there may be somebody else's; its text says what it is."""


class Database:
    """An open database. Its methods raise `sqlite3.Error` and `OSError` when it cannot be used.

    Takes its path, the definitions of its tables by their names, how many seconds a call may take,
    and the time (of `time.monotonic`) when the last one must have ended. Raises `Distrust` besides
    when others could have written it, or it holds anything else.
    """

    def __init__(self, path: str, tables: Mapping[str, str], patience: float, until: float) -> None:
        import sqlite3

        self._patience = patience
        self._until = until
        self._end = time.monotonic() + self._limit
        real = _own(path)
        self._connection = sqlite3.connect(real, timeout=0, isolation_level=None)
        try:
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
            self._connection.set_progress_handler(self._is_late, _STEPS)
            if not self._start(tables):
                raise Distrust(f"holds other than the tables of a digest cache: {path}")
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def select(self, query: str, values: Sequence[object]) -> list[Any]:
        """All rows of a query."""
        self._begin()
        return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all that is executed, or nothing."""
        self._begin()
        with self._transaction():
            yield self._connection

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @property
    def _limit(self) -> float:
        return min(self._patience, max(LEAST, self._until - time.monotonic()))

    def _begin(self) -> None:
        limit = self._limit
        self._end = time.monotonic() + limit
        self._connection.execute(f"PRAGMA busy_timeout={round(limit * 1000)}")

    def _is_late(self) -> bool:
        return time.monotonic() > self._end

    def _start(self, tables: Mapping[str, str]) -> bool:
        import sqlite3

        # SQLite does not wait for others while it changes the mode of its journal.
        while True:
            try:
                return self._prepare(tables)
            except sqlite3.Error as error:
                if "locked" not in str(error) or self._is_late():
                    raise
                time.sleep(PAUSE)

    def _prepare(self, tables: Mapping[str, str]) -> bool:
        database = self._connection
        database.execute("PRAGMA trusted_schema=OFF")
        found = dict(database.execute("SELECT name, sql FROM sqlite_master"))
        if found and found != {name: f"CREATE TABLE {name} {it}" for name, it in tables.items()}:
            return False
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        # All at once: who comes meanwhile must find none, or all.
        with self._transaction():
            for name, definition in tables.items():
                database.execute(f"CREATE TABLE IF NOT EXISTS {name} {definition}")
        return True


def _own(path: str) -> str:
    # The real path of a file that is there from now on, and that nobody else can write.
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, mode=0o700, exist_ok=True)
    real = os.path.realpath(path)
    for name in dict.fromkeys((os.path.realpath(folder), os.path.dirname(real))):
        _check(name, os.stat(name))
    # No one else needs to know which images there are.
    os.close(os.open(real, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600))
    for suffix in _SIBLINGS:
        with suppress(FileNotFoundError):
            found = os.lstat(real + suffix)
            _check(real + suffix, found)
            if not stat.S_ISREG(found.st_mode):
                raise Distrust(f"is not a regular file: {real + suffix}")
    return real


def _check(path: str, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise Distrust(f"belongs to user {found.st_uid}: {path}, expected user {os.geteuid()}")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Distrust(f"is writable by others: {path}")
