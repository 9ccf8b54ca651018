"""How a lie is told: forms of answers, as bytes on the wire.

A lie is given what was asked and yields pieces of an answer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.helpers.quirk_server import OCI_INDEX, OCI_MANIFEST, digest_of
from transformer.records import record

Lie = Callable[["Asked"], Iterable[bytes]]
Headers = Sequence[tuple[str, str | bytes]]

# Longer than any deadline that the campaign gives; the program must not wait for it.
FOREVER = 60.0

CHILD = {
    "mediaType": OCI_MANIFEST,
    "digest": "sha256:" + "11" * 32,
    "size": 10,
    "platform": {"os": "linux", "architecture": "amd64"},
}
INDEX = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [CHILD]}
MANIFEST = json.dumps(INDEX).encode()
DIGEST = digest_of(MANIFEST)
TYPE = ("Content-Type", OCI_INDEX)
GOOD: Headers = (TYPE, ("Docker-Content-Digest", DIGEST))


@record
class Asked:
    """A request, and the ports of the liar and of a neighbour that must get no credentials."""

    method: str
    path: str
    authorization: str
    port: int
    neighbour: int


def answer(status: int, headers: Headers = (), body: bytes = b"") -> bytes:
    """An answer on the wire; it says its length where the headers do not say another."""
    names = {name.lower() for name, _ in headers}
    length: Headers = (
        ()
        if names & {"content-length", "transfer-encoding"}
        else (("Content-Length", str(len(body))),)
    )
    lines = [f"HTTP/1.1 {status} X".encode()]
    for name, value in (*headers, *length):
        lines.append(name.encode() + b": " + _encoded(value))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _encoded(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


def said(status: int, headers: Headers = (), body: bytes = b"") -> Lie:
    """The same answer whatever is asked."""
    whole, head = answer(status, headers, body), answer(status, headers, body)
    head = head[: len(head) - len(body)] if body else head
    return lambda asked: [head if asked.method == "HEAD" else whole]


def raw(*pieces: bytes) -> Lie:
    return lambda _: pieces


def got(body: bytes, headers: Headers = (TYPE,)) -> Lie:
    """An answer to GET alone: HEAD is refused, so that the body must be read."""
    whole, refused = answer(200, headers, body), answer(405)
    return lambda asked: [refused if asked.method == "HEAD" else whole]


def told(content: Mapping[str, Any]) -> Lie:
    return got(json.dumps(content).encode())


def listing(*children: object) -> Lie:
    return told({**INDEX, "manifests": list(children)})


def on(platform: object, digest: object = CHILD["digest"]) -> dict[str, Any]:
    return {**CHILD, "platform": platform, "digest": digest}


def chunked(body: bytes) -> Lie:
    return got(body, (TYPE, ("Transfer-Encoding", "chunked")))


def good_with(*headers: tuple[str, str | bytes]) -> Lie:
    return said(200, (*GOOD, *headers), MANIFEST)


def digested(value: str) -> Lie:
    return said(200, (TYPE, ("Docker-Content-Digest", value)), MANIFEST)


def led(location: str | bytes) -> Lie:
    """A redirect; {port}, {neighbour} and {path} stand for those of the request."""

    def lie(asked: Asked) -> list[bytes]:
        to = location
        if isinstance(to, str):
            named = {"{port}": asked.port, "{neighbour}": asked.neighbour, "{path}": asked.path}
            for name, value in named.items():
                to = to.replace(name, str(value))
        return [answer(302, (("Location", to),))]

    return lie


def challenged(*values: str | bytes) -> Lie:
    """Asks for credentials; {neighbour} stands for its port."""

    def lie(asked: Asked) -> list[bytes]:
        filled = [
            it.replace("{neighbour}", str(asked.neighbour)) if isinstance(it, str) else it
            for it in values
        ]
        return [answer(401, tuple(("WWW-Authenticate", it) for it in filled))]

    return lie


def after_token(name: str) -> Lie:
    """A good answer for any token that the token server at /token/NAME gives."""

    def lie(asked: Asked) -> list[bytes]:
        if asked.authorization.startswith("Bearer "):
            return [answer(200, GOOD, MANIFEST)]
        realm = f'Bearer realm="http://127.0.0.1:{asked.port}/token/{name}",service="x"'
        return [answer(401, (("WWW-Authenticate", realm),))]

    return lie


def limited(**headers: str) -> Lie:
    return said(429, tuple((name.replace("_", "-"), value) for name, value in headers.items()))


def failed(content: object, status: int = 404) -> Lie:
    body = json.dumps(content).encode()
    return said(status, (("Content-Type", "application/json"),), body)


def endless(start: bytes, piece: bytes, *, on_get: bool = False) -> Lie:
    """An answer without an end."""

    def lie(asked: Asked) -> Iterator[bytes]:
        if on_get and asked.method == "HEAD":
            yield answer(405)
            return
        yield start
        while True:
            yield piece

    return lie


def slow(start: bytes, piece: bytes, *, on_get: bool = False) -> Lie:
    """An answer that trickles, so that no single wait is long."""

    def lie(asked: Asked) -> Iterator[bytes]:
        if on_get and asked.method == "HEAD":
            yield answer(405)
            return
        yield start
        end = time.monotonic() + FOREVER
        while time.monotonic() < end:
            time.sleep(0.3)
            yield piece

    return lie


def silent(_: Asked) -> Iterator[bytes]:
    time.sleep(FOREVER)
    yield b""
