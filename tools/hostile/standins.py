"""What stands behind a parser that reads from a process, a socket or a database.

Each is made once for a process and given other text every time: a fuzzer asks thousands of times.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from transformer.registry.cache.local import CacheFault, DigestCache
from transformer.registry.cache.redis import RedisCache
from transformer.registry.cache.redis_url import parse_redis_url

_NAME = "docker.io/library/nginx:1.27"
_INSERT = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)"


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="hostile-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def written(name: str, data: bytes) -> Path:
    """A file that holds these bytes."""
    path = _folder() / name
    path.write_bytes(data)
    return path


def helper(said: bytes) -> Mapping[str, str]:
    """An environment whose PATH has a helper, `said`, that prints these bytes."""
    program, answer = _folder() / "docker-credential-said", written("said", said)
    if not program.exists():
        program.write_text(f"#!/bin/sh\nexec /bin/cat {answer}\n")
        program.chmod(0o755)
    return {"PATH": str(_folder())}


class _Redis:
    """A server that answers every command with the same bytes, and then hangs up."""

    def __init__(self) -> None:
        self.said = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(1 << 16)
                connection.sendall(self.said)


@cache
def _redis() -> _Redis:
    return _Redis()


def redis_cache(said: bytes) -> None:
    """Ask a cache in a Redis that answers with these bytes."""
    server = _redis()
    server.said = said
    place = RedisCache(parse_redis_url(server.url), ttl=60, seconds=1)
    with contextlib.suppress(CacheFault), contextlib.closing(place) as asked:
        asked.get([_NAME], with_platforms=True)
        asked.get([_NAME], with_platforms=False)


@cache
def _database() -> tuple[DigestCache, sqlite3.Connection]:
    path = _folder() / "digests.sqlite"
    known = DigestCache(str(path), ttl=1e12)
    return known, sqlite3.connect(path, isolation_level=None)


def cached(row: Sequence[object]) -> None:
    """Ask a local cache that holds these columns for an image."""
    known, database = _database()
    with contextlib.suppress(sqlite3.Error, OverflowError):
        database.execute(_INSERT, (_NAME, *row))
        with contextlib.suppress(CacheFault):
            known.get([_NAME], with_platforms=True)
            known.get([_NAME], with_platforms=False)
