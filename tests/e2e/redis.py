"""Debian's Redis on this machine, on a free port, ended by process id."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.packages import REDIS
from tests.e2e.registries import START_SECONDS, path_of
from transformer.registry.cache.redis_client import RedisClient
from transformer.registry.cache.redis_url import RedisPlace


@contextmanager
def running(
    place: RedisPlace, *settings: str, rights: str = "+get +set +del +pttl"
) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis where `place` says, with more lines of its configuration, for one user."""
    lines = ["bind 127.0.0.1", 'save ""', "appendonly no", *settings]
    lines.append(f"{'tls-port' if place.is_tls else 'port'} {place.port}")
    lines.append(f"user {place.user} on >{place.password} ~mirrorpin:* {rights}")
    lines.append("user default off")
    # As a file or an argument the password would be seen.
    process = subprocess.Popen(
        [path_of(REDIS), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        assert process.stdin is not None
        process.stdin.write("\n".join([*lines, ""]).encode())
        process.stdin.close()
        wait(place, process)
        yield process
    finally:
        process.kill()
        process.wait()


def wait(place: RedisPlace, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((place.host, place.port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("Redis must start")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def lifetimes(place: RedisPlace, *names: str) -> list[float]:
    """The seconds that keys are still kept for, by the Redis."""
    redis = RedisClient(place, 5)
    try:
        replies = redis.ask([("PTTL", name) for name in names])
        return [it / 1000 for it in replies if isinstance(it, int)]
    finally:
        redis.close()
