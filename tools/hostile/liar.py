"""A registry on loopback that tells lies: /v2/LIE/x/manifests/1 is answered with that lie.

It speaks on the socket itself: most of what it says no HTTP server would let pass.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable
from types import TracebackType

from tools.hostile.forms import Asked, answer
from tools.hostile.lies import LIES, TOKENS

_PATIENCE = 60


class Liar:
    """The registry, and its neighbour on another port; a context manager.

    `host` is its host and port; `stolen` are the requests with credentials that reached the
    neighbour.
    """

    def __init__(self) -> None:
        self.stolen: list[str] = []
        self._listeners = [socket.create_server(("127.0.0.1", 0), backlog=200) for _ in range(2)]
        self.port, self.neighbour = (it.getsockname()[1] for it in self._listeners)
        self.host = f"127.0.0.1:{self.port}"

    def __enter__(self) -> Liar:
        for it in self._listeners:
            threading.Thread(target=self._accept, args=(it,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for it in self._listeners:
            # Closing alone leaves a thread that accepts where it is.
            with contextlib.suppress(OSError):
                it.shutdown(socket.SHUT_RDWR)
            it.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                port = connection.getsockname()[1]
                threading.Thread(target=self._serve, args=(connection, port), daemon=True).start()

    def _serve(self, connection: socket.socket, port: int) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_PATIENCE)
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(1 << 16)
                if not piece:
                    return
                head += piece
            asked = self._asked(head.decode("latin-1"))
            if port == self.neighbour and asked.authorization:
                self.stolen.append(f"{asked.method} {asked.path}")
            for piece in _told(asked):
                connection.sendall(piece)

    def _asked(self, head: str) -> Asked:
        first, *lines = head.split("\r\n")
        method, path, *_ = [*first.split(" "), "", ""]
        given = {
            name.lower(): value.strip() for name, _, value in (it.partition(":") for it in lines)
        }
        return Asked(
            method=method,
            path=path,
            authorization=given.get("authorization", ""),
            port=self.port,
            neighbour=self.neighbour,
        )


def _told(asked: Asked) -> Iterable[bytes]:
    _, first, name, *_ = [*asked.path.partition("?")[0].split("/"), "", ""]
    if first == "token":
        is_good = name in TOKENS and name != "refused"
        body = TOKENS.get(name, b"")
        return [answer(200 if is_good else 401, (("Content-Type", "application/json"),), body)]
    if name in LIES:
        return LIES[name](asked)
    return [answer(200 if asked.path == "/v2/" else 404)]
