"""The client of a Redis, with an end to all that it waits for and reads.

    client = RedisClient(place, seconds=2)
    client.ask([("SET", "a", "1", "NX"), ("GET", "a")])    # [b"OK", b"1"]

redis-py, the extra `mirrorpin[redis]`, speaks the protocol. It bounds each read and no run, so its
connection gets a socket that does: all waiting for a Redis, however often it is asked, and all that
it says. Looking the host up takes what the system's resolver allows. What a Redis says of an error
is not shown, but for its kind: it may repeat what it was sent, a password among it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from redis.connection import Connection, SSLConnection
from redis.exceptions import ConnectionError, InvalidResponse, RedisError
from redis.exceptions import TimeoutError as TooLate

from transformer.intake import check_file
from transformer.registry.cache.redis_url import RedisPlace
from transformer.registry.settings import MAX_CERTIFICATES

if TYPE_CHECKING:
    import socket

Command: TypeAlias = "tuple[str | bytes | int, ...]"

MAX_READ = 64 << 20
CONNECT_SECONDS = 1.0

_BATCH = 500
_NO_REDIS = "it does not answer as a Redis"
_NO_PEER = "no connection"


class RedisFault(Exception):
    """A Redis that does not answer, or not as it must. Its text says why, and shows no secret."""


class Allowance:
    """What may be spent on a Redis: seconds of waiting, and bytes of answers."""

    def __init__(self, seconds: float, size: int = MAX_READ) -> None:
        self._seconds = seconds
        self._size = size
        self._since = 0.0

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Count the time until the end of the block."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._seconds -= time.monotonic() - self._since

    def wait(self) -> float:
        """The seconds that are left. Raises `TimeoutError` for none."""
        left = self._seconds - (time.monotonic() - self._since)
        if left <= 0:
            raise TimeoutError
        return left

    def take(self, size: int) -> None:
        """Count bytes. Raises `RedisFault` for more than are left."""
        self._size -= size
        if self._size < 0:
            raise RedisFault(_NO_REDIS)


class RedisClient:
    """One Redis; connects with the first command. For one thread.

    Takes where it is, the seconds that may be spent on waiting for it, and a file with certificates
    to trust, '' for the system's.
    """

    def __init__(self, place: RedisPlace, seconds: float, ca_file: str = "") -> None:
        self._seconds = seconds
        self._allowance = Allowance(seconds)
        self._connection = _connection(place, ca_file, self._allowance)

    def ask(self, commands: Sequence[Command]) -> list[object]:
        """The replies to commands, in order, unread: bytes, None for what is not there, or worse.

        Raises `RedisFault`.
        """
        replies: list[object] = []
        with self._told(), self._allowance.running():
            self._allowance.wait()
            self._connection.connect()
            for at in range(0, len(commands), _BATCH):
                batch = commands[at : at + _BATCH]
                self._connection.send_packed_command(self._connection.pack_commands(batch))
                replies += [self._connection.read_response() for _ in batch]
        return replies

    def close(self) -> None:
        self._connection.disconnect()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        done = False
        try:
            yield
            done = True
        except RedisFault:
            raise
        except (TooLate, TimeoutError):
            raise RedisFault(f"it takes more than {self._seconds:g} s") from None
        except (RedisError, OSError, UnicodeError) as error:
            raise RedisFault(_said(error)) from None
        except (ValueError, OverflowError, RecursionError):
            # What redis-py makes of a length that is none, and of lists in lists.
            raise RedisFault(_NO_REDIS) from None
        finally:
            if not done:
                # What it still says would be taken for the next reply.
                self.close()


class BoundedSocket:
    """A socket, or one with TLS, of which every operation ends with an allowance."""

    def __init__(self, sock: socket.socket, allowance: Allowance) -> None:
        self._sock = sock
        self._allowance = allowance

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 whatever a socket has
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._allowance.wait())
        self._sock.sendall(data)

    def recv(self, size: int) -> bytes:
        self._sock.settimeout(self._allowance.wait())
        piece = self._sock.recv(size)
        self._allowance.take(len(piece))
        return piece

    def recv_into(self, buffer: bytearray) -> int:
        self._sock.settimeout(self._allowance.wait())
        count = self._sock.recv_into(buffer)
        self._allowance.take(count)
        return count


def _connection(place: RedisPlace, ca_file: str, allowance: Allowance) -> Any:  # noqa: ANN401
    base: Any = SSLConnection if place.is_tls else Connection

    class BoundedConnection(base):  # type: ignore[misc]
        def _connect(self) -> BoundedSocket:
            if place.is_tls and ca_file:
                check_file(ca_file, MAX_CERTIFICATES)
            return BoundedSocket(super()._connect(), allowance)

    tls = {"ssl_ca_certs": ca_file or None} if place.is_tls else {}
    return BoundedConnection(
        host=place.host,
        port=place.port,
        db=place.database,
        username=place.user or None,
        password=place.password or None,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=CONNECT_SECONDS,
        protocol=2,
        driver_info=None,
        **tls,
    )


def _said(error: Exception) -> str:
    if isinstance(error, InvalidResponse):
        return _NO_REDIS
    # redis-py writes words of its own around what the system says.
    cause = error.__context__ if isinstance(error, RedisError) else error
    if isinstance(cause, OSError | UnicodeError):
        distrust = getattr(cause, "verify_message", "")
        known = getattr(cause, "strerror", "")
        return f"its certificate is not trusted: {distrust}" if distrust else known or _NO_PEER
    if type(error) is ConnectionError:
        return "it ends the connection"
    return f"it answers with {type(error).__name__}"
