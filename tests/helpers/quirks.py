"""What registries do that a client must cope with; each quirk says where its shape was seen."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

from tests.helpers.quirk_server import HANG_UP, Quirk, QuirkServer, Reply, Seen, error


def first(times: int, quirk: Quirk) -> Quirk:
    """A quirk that passes after a number of answers."""
    left = [times]

    def limited(seen: Seen, reply: Reply) -> Reply:
        left[0] -= 1
        return quirk(seen, reply) if left[0] >= 0 else reply

    return limited


def only(method: str, quirk: Quirk) -> Quirk:
    """A quirk of one method."""
    return lambda seen, reply: quirk(seen, reply) if seen.method == method else reply


def throttled(retry_after: str = "", **headers: str) -> Quirk:
    # Docker Hub: github.com/docker/hub-feedback/issues/1907 has the bare form with Retry-After: 60,
    # issues/2429 the pull limit in words, docs.docker.com/docker-hub/usage the headers.
    words = (
        "You have reached your pull rate limit. You may increase the limit by authenticating and "
        "upgrading: https://www.docker.com/increase-rate-limit"
    )
    given = {"Retry_After": retry_after} if retry_after else {}
    return lambda *_: error(429, "TOOMANYREQUESTS", words, **given, **headers)


def failing(status: int) -> Quirk:
    # 500, 502, 503 and 504 come from every registry behind a balancer; containerd retries them
    # (core/remotes/docker/resolver.go), and so does go-containerregistry.
    return lambda *_: Reply(status=status, body=b"<html>upstream</html>")


def hanging_up(_: Seen, reply: Reply) -> Reply:
    # A keep-alive connection that the server closes as the next request comes in.
    return replace(reply, status=HANG_UP)


def without_head(status: int) -> Quirk:
    # 405: github.com/distribution/distribution/issues/1485; 403: registry.centos.org in
    # github.com/containerd/containerd/pull/6684; 404: Sonatype Nexus in
    # github.com/crazy-max/diun/issues/1614.
    return only("HEAD", lambda *_: Reply(status=status))


def without(header: str) -> Quirk:
    # No Docker-Content-Digest: registry.access.redhat.com in
    # github.com/containerd/containerd/issues/3238, ECR in
    # github.com/distribution/distribution/issues/3792. No Content-Length: CherryPy in
    # github.com/docker/for-linux/issues/1296.
    def quirk(_: Seen, reply: Reply) -> Reply:
        if header == "Content-Length" and isinstance(reply.body, bytes):
            return replace(reply, body=iter([reply.body]))
        headers = {name: value for name, value in reply.headers.items() if name != header}
        return replace(reply, headers=headers)

    return quirk


def with_header(name: str, value: str) -> Quirk:
    # A wrong digest: go-containerregistry hashes the body as "too many registries get it wrong"
    # (pkg/v1/remote/fetcher.go). application/octet-stream: Artifactory 7 in
    # github.com/deitch/docker_registry2/issues/83.
    return lambda _, reply: replace(reply, headers={**reply.headers, name: value})


def compressed(_: Seen, reply: Reply) -> Reply:
    # registry.access.redhat.com in github.com/quay/quay/pull/1310, Harbor in
    # github.com/oras-project/oras-go/issues/1176.
    assert isinstance(reply.body, bytes)
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    return replace(reply, headers=headers, body=gzip.compress(reply.body))


def slow(server: QuirkServer) -> Quirk:
    # A body that trickles, one byte at a time, resets every timeout of a single read.
    def trickle() -> Iterator[bytes]:
        while not server.stopped.wait(0.05):
            yield b" "

    return lambda _, reply: replace(reply, body=trickle())


def endless(_: Seen, reply: Reply) -> Reply:
    # containerd and go-containerregistry both bound what they read of a manifest for this.
    def zeros() -> Iterator[bytes]:
        while True:
            yield b"\0" * 65536

    return replace(reply, body=zeros())


def redirected(location: str, status: int = 307) -> Quirk:
    # registry.k8s.io sends manifests to a regional host: github.com/kubernetes/registry.k8s.io,
    # cmd/archeio/docs/request-handling.md; Harbor answers 301 for Docker Hub's short names.
    return lambda *_: Reply(status=status, headers={"Location": location})


def basic(user: str, password: str) -> Quirk:
    # distribution with htpasswd, ECR, Artifactory.
    expected = basic_header(user, password)

    def quirk(seen: Seen, reply: Reply) -> Reply:
        if seen.authorization == expected:
            return reply
        challenge = 'Basic realm="x"'
        return error(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=challenge)

    return quirk


def basic_header(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class TokenServer:
    """Gives tokens at /token of a server, and, as a quirk of a registry, wants them.

    A token is good for `uses` requests: distribution refuses expired ones with invalid_token
    (registry/auth/token/accesscontroller.go), whatever the clock of the client says.
    """

    def __init__(self, server: QuirkServer, realm: str = "", **reply: object) -> None:
        self.realm = realm or f"http://{server.host}/token"
        self.scope = "repository:{path}:pull"
        self.uses = 1 << 30
        self.reply = reply
        self.left: dict[str, int] = {}
        self.scopes: dict[str, str] = {}
        self.requests: list[Seen] = []
        self.credentials = ""
        self.refresh = ""
        self.refuses_post = 0
        self.grants = True
        server.routes["/token"] = self.issue

    def issue(self, seen: Seen) -> Reply:
        self.requests.append(seen)
        form = dict(parse_qsl(seen.body.decode()))
        if seen.method == "POST":
            if self.refuses_post:
                return Reply(status=self.refuses_post)
            allowed = form.get("refresh_token") == self.refresh != ""
            scopes = form.get("scope", "")
        else:
            allowed = seen.authorization == self.credentials
            scopes = " ".join(value for name, value in seen.query if name == "scope")
        if not allowed:
            return error(401, "UNAUTHORIZED", f"not welcome: {seen.authorization}")
        token = f"token-{len(self.requests)}"
        self.left[token], self.scopes[token] = self.uses, scopes if self.grants else ""
        content = {"token": token, **self.reply}
        return Reply(body=json.dumps({k: v for k, v in content.items() if v is not None}).encode())

    def __call__(self, seen: Seen, reply: Reply) -> Reply:
        path = seen.path.removeprefix("/v2/").rpartition("/")[0].rpartition("/")[0]
        scope = self.scope.format(path=path)
        challenge = f'Bearer realm="{self.realm}",service="quirks",scope="{scope}"'
        kind, _, token = seen.authorization.partition(" ")
        if kind == "Bearer" and self.left.get(token, 0) > 0:
            self.left[token] -= 1
            if self.scopes[token] == scope:
                return reply
            challenge += ',error="insufficient_scope"'
        elif kind == "Bearer":
            challenge += ',error="invalid_token"'
        return error(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=challenge)
