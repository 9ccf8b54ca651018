"""A registry on this machine that keeps manifests in memory, and misbehaves on request.

It answers as distribution 3 does; `quirks` change its answers.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it came in; header names in lower case."""

    method: str
    url: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; a body that is an iterator is sent piece by piece, without a length."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] = b""


HANG_UP = 0

Quirk: TypeAlias = "Callable[[Seen, Reply], Reply]"


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def error(status: int, code: str, message: str = "", **headers: str) -> Reply:
    """An answer with an error body, as the distribution specification has it."""
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers={"Content-Type": "application/json", **named}, body=body)


class QuirkServer:
    """The registry; a context manager. `host` is its host and port."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.quirks: list[Quirk] = []
        self.routes: dict[str, Callable[[Seen], Reply]] = {}
        self.seen: list[Seen] = []
        self.content: dict[str, tuple[str, bytes]] = {}
        self.stopped = threading.Event()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.quirky = self
        if tls is not None:
            self.server.socket = tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self.server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))

    def __enter__(self) -> QuirkServer:
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

    def put(self, name: str, content: object, media_type: str = OCI_INDEX) -> str:
        """Keep a manifest under path:tag, and its digest. Returns the digest."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = digest_of(body)
        path, _, tag = name.partition(":")
        for reference in (tag, digest):
            self.content[f"/v2/{path}/manifests/{reference}"] = (media_type, body)
        return digest

    def put_blob(self, path: str, content: object) -> str:
        body = json.dumps(content).encode()
        digest = digest_of(body)
        self.content[f"/v2/{path}/blobs/{digest}"] = ("application/octet-stream", body)
        return digest

    def asked(self) -> list[str]:
        """What was asked of the registry, but for whether it speaks TLS."""
        return [f"{it.method} {it.path}" for it in self.seen if it.path != "/v2/"]

    def answer(self, seen: Seen) -> Reply:
        route = self.routes.get(seen.path)
        if route is not None:
            return route(seen)
        reply = self.ordinary(seen)
        if seen.path == "/v2/":
            return reply
        for quirk in self.quirks:
            reply = quirk(seen, reply)
        return reply

    def ordinary(self, seen: Seen) -> Reply:
        if seen.path == "/v2/":
            return Reply(body=b"{}")
        known = self.content.get(seen.path)
        if known is None:
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        media_type, body = known
        headers = {"Content-Type": media_type, "Docker-Content-Digest": digest_of(body)}
        return Reply(headers=headers, body=body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    quirky: QuirkServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    server: _Server

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the client hung up, or its TLS handshake failed

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        seen = Seen(
            method=self.command,
            url=self.path,
            path=parts.path,
            query=tuple(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        self.server.quirky.seen.append(seen)
        self.reply(self.server.quirky.answer(seen))

    do_HEAD = do_POST = do_GET

    def reply(self, reply: Reply) -> None:
        if reply.status == HANG_UP:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, values in reply.headers.items():
            for value in values.split("\n"):
                self.send_header(name, value)
        if not isinstance(reply.body, bytes):
            self.send_header("Connection", "close")
        elif "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            for piece in [reply.body] if isinstance(reply.body, bytes) else reply.body:
                self.wfile.write(piece)

    def log_message(self, *_: object) -> None:
        pass
