"""A client of Redis, as far as a cache needs one: a connection, commands, and an end to waiting.

    redis = Redis(place, seconds=2)
    redis.ask([("SET", "a", "1", "NX"), ("GET", "a")])    # [b"OK", b"1"]

The whole time that it waits for its Redis is bounded, however often it is asked; looking the host
up takes what the system's resolver allows. What a Redis says of an error is shown as far as its
first word: the rest may repeat what it was sent, a password among it.

Specification: the Redis serialization protocol, version 2 (RESP2), of which bulk strings, simple
strings, integers and errors can come here.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from transformer.registry.cache.redis_url import RedisPlace

Command: TypeAlias = "tuple[str | bytes | int, ...]"

MAX_REPLY = 1 << 20
CONNECT_SECONDS = 1.0

_BATCH = 500
_PIECE = 1 << 16


class RedisFault(Exception):
    """A Redis that does not answer, or not as it must. Its text says why, and shows no secret."""


class Redis:
    """One Redis; connects with the first command. For one thread.

    Takes where it is, the seconds that may be spent on waiting for it, and a file with certificates
    to trust beside the system's, '' for none.
    """

    def __init__(self, place: RedisPlace, seconds: float, ca_file: str = "") -> None:
        self._place = place
        self._left = self._seconds = seconds
        self._ca_file = ca_file
        self._socket: socket.socket | None = None
        self._received = b""

    def ask(self, commands: Sequence[Command]) -> list[bytes | None]:
        """The replies to commands, in order; None for what is not there. Raises `RedisFault`."""
        with self._watched() as end:
            if self._socket is None:
                self._connect(end)
            replies: list[bytes | None] = []
            for at in range(0, len(commands), _BATCH):
                replies += self._exchange(commands[at : at + _BATCH], end)
            return replies

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @contextlib.contextmanager
    def _watched(self) -> Iterator[float]:
        start = time.monotonic()
        try:
            yield start + self._left
        except TimeoutError:
            raise RedisFault(f"it takes more than {self._seconds:g} s") from None
        except (OSError, UnicodeError) as error:
            raise RedisFault(_said(error)) from None
        finally:
            self._left -= time.monotonic() - start

    def _connect(self, end: float) -> None:
        place = self._place
        sock = _connection(place, end)
        try:
            if place.is_tls:
                sock.settimeout(_left(end))
                sock = _encrypted(sock, place.host, self._ca_file)
            self._socket = sock
            self._exchange(_greeting(place), end)
        except BaseException:
            sock.close()
            self._socket = None
            raise

    def _exchange(self, commands: Sequence[Command], end: float) -> list[bytes | None]:
        assert self._socket is not None
        if commands:
            self._socket.settimeout(_left(end))
            self._socket.sendall(b"".join(map(_encoded, commands)))
        return [self._reply(end) for _ in commands]

    def _reply(self, end: float) -> bytes | None:
        line = self._line(end)
        kind, rest = line[:1], line[1:]
        if kind in (b"+", b":"):
            return rest
        if kind == b"-":
            word = rest.partition(b" ")[0].decode("ascii", "replace")
            shown = word if word.isascii() and word.isalpha() and word.isupper() else "an error"
            raise RedisFault(f"it answers {shown[:20]}")
        if kind != b"$" or not rest.removeprefix(b"-").isdigit() or int(rest[:9]) > MAX_REPLY:
            raise RedisFault("it does not answer as a Redis")
        return self._bulk(int(rest), end) if int(rest) >= 0 else None

    def _line(self, end: float) -> bytes:
        while b"\r\n" not in self._received:
            self._receive(end)
        line, _, self._received = self._received.partition(b"\r\n")
        return line

    def _bulk(self, size: int, end: float) -> bytes:
        while len(self._received) < size + 2:
            self._receive(end)
        found, self._received = self._received[:size], self._received[size + 2 :]
        return found

    def _receive(self, end: float) -> None:
        assert self._socket is not None
        if len(self._received) > MAX_REPLY + _PIECE:
            raise RedisFault("it does not answer as a Redis")
        self._socket.settimeout(_left(end))
        piece = self._socket.recv(_PIECE)
        if not piece:
            raise RedisFault("it ends the connection")
        self._received += piece


def _connection(place: RedisPlace, end: float) -> socket.socket:
    problem: OSError = OSError("no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(
        place.host, place.port, type=socket.SOCK_STREAM
    ):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(CONNECT_SECONDS, _left(end)))
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return sock
    raise problem


def _encrypted(sock: socket.socket, host: str, ca_file: str) -> socket.socket:
    import ssl

    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context.wrap_socket(sock, server_hostname=host)


def _said(error: Exception) -> str:
    distrust = getattr(error, "verify_message", "")
    if distrust:
        return f"its certificate is not trusted: {distrust}"
    return str(getattr(error, "strerror", "") or "no connection")


def _greeting(place: RedisPlace) -> list[Command]:
    names = (place.user, place.password) if place.user else (place.password,)
    commands: list[Command] = [("AUTH", *names)] if any(names) else []
    return [*commands, ("SELECT", place.database)] if place.database else commands


def _encoded(command: Command) -> bytes:
    parts = [it if isinstance(it, bytes) else str(it).encode() for it in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(it), it) for it in parts)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
