"""A small Redis on loopback, with the faults that a real one will not do on demand."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeAlias

Words: TypeAlias = "list[str]"
Quirk: TypeAlias = "Callable[[Words], bytes | None]"

OK, NIL = b"+OK\r\n", b"$-1\r\n"


class FakeRedis:
    """A server; a context manager. `quirk` may answer instead: b"" hangs up, None is no quirk."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.values: dict[str, bytes] = {}
        self.ends: dict[str, float] = {}
        self.users: dict[str, str] = {}
        self.seen: list[Words] = []
        self.quirk: Quirk = lambda _: None
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.fake = self
        self.port = self.server.server_address[1]
        self.url = f"redis{'s' if tls else ''}://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))

    def __enter__(self) -> FakeRedis:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def said(self) -> list[str]:
        """The commands so far, without what they were given."""
        return [words[0] for words in self.seen]

    def answer(self, words: Words) -> bytes:
        with self.lock:
            self.seen.append(words)
            reply = self.quirk(words)
            return self.ordinary(words) if reply is None else reply

    def ordinary(self, words: Words) -> bytes:
        match words:
            case ["AUTH", *names]:
                user, password = names if len(names) == 2 else ("default", *names)
                known = self.users.get(user) == password
                return OK if known else b"-WRONGPASS it is not " + password.encode() + b"\r\n"
            case ["SELECT", _]:
                return OK
            case ["GET", name]:
                value = self.living(name)
                return NIL if value is None else b"$%d\r\n%b\r\n" % (len(value), value)
            case ["SET", name, value, *options]:
                if "NX" in options and self.living(name) is not None:
                    return NIL
                self.values[name] = value.encode()
                self.ends[name] = time.monotonic() + int(options[-1]) / 1000
                return OK
            case ["DEL", name]:
                return b":%d\r\n" % (self.values.pop(name, None) is not None)
        return b"-ERR unknown command\r\n"

    def living(self, name: str) -> bytes | None:
        return self.values.get(name) if self.ends.get(name, 0) > time.monotonic() else None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    fake: FakeRedis


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        # The client hangs up, or does not speak as a client of Redis does.
        with contextlib.suppress(OSError, ValueError):
            tls = self.server.fake.tls
            if tls is None:
                self.talk(self.request)
            else:
                with tls.wrap_socket(self.request, server_side=True) as encrypted:
                    self.talk(encrypted)

    def talk(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with connection.makefile("rb") as incoming:
            while line := incoming.readline():
                words = []
                for _ in range(int(line[1:])):
                    size = int(incoming.readline()[1:])
                    words.append(incoming.read(size + 2)[:-2].decode())
                reply = self.server.fake.answer(words)
                if not reply:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(reply)
