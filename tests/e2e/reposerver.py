"""Argo CD's repo-server with its Redis, and a client that asks it as the controller does.

It clones, asks the plugin server, and keeps what came: Argo CD's cache is here, not in the plugin.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.argocd import PLUGIN, serve, sidecar
from tests.e2e.conftest import installed
from tests.e2e.packages import REDIS
from tests.e2e.tools import ARGOCD_REPO_SERVER

GIT = (
    "git",
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@example.com",
    "-c",
    "core.hooksPath=/dev/null",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoServer:
    """A running argocd-repo-server: its address, and what its plugin's mirrorpin has said."""

    address: str
    log: Path

    @property
    def runs(self) -> int:
        """How often mirrorpin has run to its end."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sum(" images: " in line for line in lines)

    def generate(
        self, app: Mapping[str, Any], plugin: Mapping[str, Any], **more: object
    ) -> list[str]:
        """The manifests of an application.

        Takes `name`, `repository` (a folder) and `path` of the application, its
        `spec.source.plugin`, and further fields of the request.
        """
        # Only there when `make e2e` has run; other runs collect this module too.
        import grpc

        protos, services = grpc.protos_and_services("tests/e2e/repository.proto")
        url = f"file://{app['repository']}"
        request = protos.ManifestRequest(
            **{
                "repo": {"repo": url, "type": "git"},
                "revision": "main",
                # As at every refresh: otherwise a branch is what it was up to three minutes ago.
                "noRevisionCache": True,
                "appName": app["name"],
                "namespace": "shop-prod",
                "kubeVersion": "1.34.0",
                "applicationSource": {
                    "repoURL": url,
                    "path": app["path"],
                    "targetRevision": "main",
                    "plugin": {"name": "mirrorpin-kustomize", **plugin},
                },
                **more,
            }
        )
        with grpc.insecure_channel(self.address) as channel:
            answer = services.RepoServerServiceStub(channel).GenerateManifest(request, timeout=60)
        return list(answer.manifests)

    def refuse(self, app: Mapping[str, Any], plugin: Mapping[str, Any], **more: object) -> str:
        """The text of the error that `generate` must end with."""
        import grpc

        with pytest.raises(grpc.RpcError) as refused:
            self.generate(app, plugin, **more)
        answer: Any = refused.value
        return str(answer.details())


@contextmanager
def serve_repositories(**environment: str) -> Iterator[RepoServer]:
    """Run Redis, the plugin for kustomize in its sidecar, and the repo-server that asks it."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="repo-")))
        log = scratch / "mirrorpin.log"
        flags = sidecar(MIRRORPIN_LOG_FILE=str(log), **environment)
        plugin = stack.enter_context(serve(PLUGIN, flags))
        redis, port, metrics = free_ports(3)
        assert REDIS.path, "redis-server must be installed: run `make e2e`"
        start(
            *(stack, scratch, redis),
            *(REDIS.path, "--bind", "127.0.0.1", "--port", str(redis), "--save", ""),
        )
        start(
            *(stack, scratch, port),
            *(str(installed(ARGOCD_REPO_SERVER).path), "--disable-tls"),
            *("--redis", f"127.0.0.1:{redis}", "--address", "127.0.0.1", "--port", str(port)),
            *("--metrics-address", "127.0.0.1", "--metrics-port", str(metrics)),
            PATH=flags["PATH"],
            HOME=str(scratch),
            TMPDIR=str(scratch),
            AKSPASS_SOCKET_PATH=str(scratch / "ask-pass.sock"),
            ARGOCD_GPG_ENABLED="false",
            ARGOCD_PLUGINSOCKFILEPATH=str(plugin.socket.parent),
        )
        yield RepoServer(address=f"127.0.0.1:{port}", log=log)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for it in sockets:
            it.bind(("127.0.0.1", 0))
        return [int(it.getsockname()[1]) for it in sockets]


def start(stack: ExitStack, folder: Path, port: int, *command: str, **environment: str) -> None:
    """Run a command in a folder until the stack is left; returns when its port can be reached."""
    started = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(started.wait)
    stack.callback(started.kill)
    until = time.monotonic() + 20
    while True:
        assert started.poll() is None, f"{command[0]} has ended"
        assert time.monotonic() < until, f"{command[0]} does not listen"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


def commit(repository: Path) -> None:
    """Commit everything in a folder to the branch `main` of its repository, or of a new one."""
    if not (repository / ".git").exists():
        subprocess.run([*GIT, "init", "--quiet", "-b", "main"], check=True, cwd=repository)
    for command in (["add", "."], ["commit", "--quiet", "-m", "a"]):
        subprocess.run([*GIT, *command], check=True, cwd=repository, timeout=60)
